package dev.backuphelper.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A document as far as its test needs to understand it: fenced blocks, headings, links, code spans
 * and the first cells of tables. Immutable.
 *
 * @param file where it is
 * @param lines its lines; those of blocks are empty, so that only prose is left
 * @param blocks its fenced blocks, in order
 */
record MarkdownDocument(Path file, List<String> lines, List<Block> blocks) {
  private static final Pattern FENCE = Pattern.compile("\\s*```(.*)");
  private static final Pattern HEADING = Pattern.compile("(#{1,6}) (.*)");
  private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");

  /**
   * A fenced block.
   *
   * @param info what stands after the fence: the language first
   * @param text what is in it
   * @param line the number of its first line
   * @param next whether it follows the block before with nothing but empty lines between
   */
  record Block(String info, String text, int line, boolean next) {
    String language() {
      return info.split(" ", 2)[0];
    }

    /** Returns all that stands after the fence. */
    List<String> words() {
      return List.of(info.split(" +"));
    }

    /** Returns what stands after the language. */
    String detail() {
      String[] words = info.split(" ", 2);
      return words.length < 2 ? "" : words[1];
    }

    /** Returns the lines that are neither empty nor indented continuations. */
    List<String> commands() {
      return text.replace("\\\n", " ")
          .lines()
          .map(String::strip)
          .filter(l -> !l.isEmpty())
          .toList();
    }
  }

  static MarkdownDocument read(Path file) throws IOException {
    List<String> prose = new ArrayList<>();
    List<Block> blocks = new ArrayList<>();
    StringBuilder text = null;
    String info = "";
    int begin = 0;
    boolean next = false;
    for (String line : Files.readAllLines(file)) {
      Matcher fence = FENCE.matcher(line);
      if (!fence.matches()) {
        if (text == null) {
          next &= line.isBlank();
          prose.add(line);
        } else {
          text.append(line).append('\n');
          prose.add("");
        }
        continue;
      }
      prose.add("");
      if (text == null) {
        text = new StringBuilder();
        info = fence.group(1).strip();
        begin = prose.size() + 1;
      } else {
        blocks.add(new Block(info, text.toString(), begin, next));
        text = null;
        next = true;
      }
    }
    if (text != null) {
      throw new IOException(file + ":" + begin + ": a block without an end");
    }
    return new MarkdownDocument(file, List.copyOf(prose), List.copyOf(blocks));
  }

  /** Returns the targets of links: paths, addresses, and anchors that begin with #. */
  List<String> links() {
    return all(LINK);
  }

  /** Returns what is set as code within prose. */
  List<String> codeSpans() {
    return all(CODE);
  }

  private List<String> all(Pattern pattern) {
    return pattern.matcher(String.join("\n", lines)).results().map(m -> m.group(1)).toList();
  }

  /** Returns what links to headings are called after. */
  Set<String> anchors() {
    Set<String> anchors = new HashSet<>();
    for (String line : lines) {
      Matcher heading = HEADING.matcher(line);
      if (heading.matches()) {
        anchors.add(
            heading
                .group(2)
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9 _-]", "")
                .replace(' ', '-'));
      }
    }
    return anchors;
  }

  /** Returns the prose below a heading, up to the next of the same or a higher level. */
  Optional<Section> section(String title) {
    List<String> found = new ArrayList<>();
    int level = 0;
    for (String line : lines) {
      Matcher heading = HEADING.matcher(line);
      if (heading.matches()) {
        if (level > 0 && heading.group(1).length() <= level) {
          break;
        }
        if (heading.group(2).equals(title)) {
          level = heading.group(1).length();
        }
      } else if (level > 0) {
        found.add(line);
      }
    }
    return level == 0 ? Optional.empty() : Optional.of(new Section(found));
  }

  /**
   * Prose below a heading.
   *
   * @param lines its lines
   */
  record Section(List<String> lines) {
    private static final Pattern NUMBER = Pattern.compile("\\d+");

    /** Returns what is set as code in the first cells of its tables. */
    List<String> firstCells() {
      return rows().stream().flatMap(row -> codeIn(row.get(0))).toList();
    }

    /** Returns the rows of its tables, without heads. */
    List<List<String>> rows() {
      List<List<String>> rows = new ArrayList<>();
      boolean inBody = false;
      for (String line : lines) {
        if (!line.startsWith("|")) {
          inBody = false;
        } else if (line.startsWith("|---")) {
          inBody = true;
        } else if (inBody) {
          String cells = line.substring(1, line.lastIndexOf('|'));
          rows.add(List.of(cells.split("(?<!\\\\)\\|")).stream().map(String::strip).toList());
        }
      }
      return rows;
    }

    /** Returns the numbers of its sentence on exit codes. */
    Set<Integer> exitCodes() {
      String text = String.join(" ", lines);
      Matcher sentence = Pattern.compile("Exit codes: ([0-9, ]+)\\.").matcher(text);
      return sentence.find() ? numbers(sentence.group(1)) : Set.of();
    }

    static Set<Integer> numbers(String text) {
      Set<Integer> numbers = new HashSet<>();
      NUMBER.matcher(text).results().forEach(m -> numbers.add(Integer.valueOf(m.group())));
      return numbers;
    }

    private static java.util.stream.Stream<String> codeIn(String cell) {
      return CODE.matcher(cell).results().map((MatchResult m) -> m.group(1));
    }
  }
}
