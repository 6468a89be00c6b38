package dev.backuphelper.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.backuphelper.BackupHelper;
import dev.backuphelper.model.Backup;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Runs what a document shows, from its first block to its last, in the working directory of this
 * JVM: it needs one of its own, because commands and snippets name relative paths.
 */
final class DocumentRunner {
  private static final Set<String> COMMANDS = Set.of("backup", "bin/backup");
  private static final String PART_OF = "of ";

  /** Begins the line that says which program a script needs that is not there. */
  static final String NOT_RUN = "not run without ";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final MarkdownDocument document;
  private final Path here = Path.of("").toAbsolutePath();
  private final List<String> problems = new ArrayList<>();
  private int examples;
  private String output = "";

  private DocumentRunner(MarkdownDocument document) {
    this.document = document;
  }

  /** Takes the document and the file that takes the outcome: a count, then a problem in a line. */
  public static void main(String[] arguments) throws IOException {
    DocumentRunner runner = new DocumentRunner(MarkdownDocument.read(Path.of(arguments[0])));
    runner.run();
    List<String> outcome = new ArrayList<>(List.of(Integer.toString(runner.examples)));
    outcome.addAll(runner.problems);
    Files.write(Path.of(arguments[1]), outcome);
  }

  private void run() throws IOException {
    boolean followsCommand = false;
    for (MarkdownDocument.Block block : document.blocks()) {
      try {
        boolean shown = followsCommand && block.next();
        switch (block.language()) {
          case "sh" -> runShell(block);
          case "yaml" -> runSteps(block);
          case "java" -> runJava(block);
          case "json" -> compareJson(block, shown);
          case "text" -> compareText(block, shown);
          case "crontab" -> parseSchedule(block);
          default -> {}
        }
      } catch (IOException | RuntimeException failure) {
        problem(block, failure.toString());
      }
      followsCommand = block.language().equals("sh");
    }
  }

  private void runShell(MarkdownDocument.Block block) throws IOException {
    if (block.words().contains("script")) {
      List<String> needed = block.words().subList(2, block.words().size());
      Optional<String> lacking =
          needed.stream()
              .filter(program -> !Program.find(program, System.getenv()).runnable())
              .findFirst();
      if (lacking.isPresent()) {
        problems.add(NOT_RUN + lacking.get());
        return;
      }
      examples++;
      String problem = ShellScript.run(here, block.text());
      if (!problem.isEmpty()) {
        problem(block, problem);
      }
    } else {
      runCommands(block, block.commands());
    }
  }

  private void runSteps(MarkdownDocument.Block block) throws IOException {
    List<String> lines =
        block.text().lines().filter(line -> line.strip().startsWith("run: ")).toList();
    if (lines.isEmpty()) {
      problem(block, "no step runs anything");
    }
    runCommands(block, lines.stream().map(line -> line.replaceFirst("^\\s*run: ", "")).toList());
  }

  private void runCommands(MarkdownDocument.Block block, List<String> lines) throws IOException {
    for (String line : lines) {
      if (line.startsWith("#")) {
        continue;
      }
      examples++;
      ShellWords shell = ShellWords.parse(line);
      if (!COMMANDS.contains(shell.words().get(0))) {
        problem(block, "this is not ours to run: " + line);
        continue;
      }
      List<String> arguments = new ArrayList<>();
      for (String word : shell.words().subList(1, shell.words().size())) {
        arguments.add(word.equals("ID") ? newestId() : word);
      }
      runCommand(block, line, arguments, shell.exit());
    }
  }

  private void runCommand(
      MarkdownDocument.Block block, String line, List<String> arguments, int expected) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exit = Main.run(arguments.toArray(new String[0]), environment(out, err));
    output = out.toString(StandardCharsets.UTF_8);
    if (exit != expected) {
      problem(
          block,
          "%s: exit %d instead of %d: %s"
              .formatted(line, exit, expected, err.toString(StandardCharsets.UTF_8).strip()));
    }
  }

  private Environment environment(ByteArrayOutputStream out, ByteArrayOutputStream err) {
    PrintStream stdout = new PrintStream(out, true, StandardCharsets.UTF_8);
    PrintStream stderr = new PrintStream(err, true, StandardCharsets.UTF_8);
    Terminal nobody = new Terminal(new ByteArrayInputStream(new byte[0]), stderr, false, false);
    return new Environment(Map.of(), stdout, stderr, nobody, Clock.systemUTC(), here);
  }

  private static String newestId() {
    return backups().list().stream()
        .map(Backup::id)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("ID: there is no backup yet"))
        .value();
  }

  private static BackupHelper backups() {
    return BackupHelper.builder().directory(Path.of("backups")).build();
  }

  private void runJava(MarkdownDocument.Block block) throws IOException {
    examples++;
    String result = block.detail();
    if (result.startsWith(PART_OF)) {
      requirePart(block, result.substring(PART_OF.length()));
      return;
    }
    String value = new JavaSnippet(block.text(), result).run(here.resolve("java-" + block.line()));
    String expected = StoreDocuments.expectedValue(result);
    if (!value.equals(expected)) {
      problem(block, result + " is " + value + " instead of " + expected);
    }
  }

  /** A program of the examples is compiled, and run by its own test. */
  private void requirePart(MarkdownDocument.Block block, String example) throws IOException {
    Path sources = Path.of("examples/src/main/java/dev/backuphelper/examples");
    Path program = root().resolve(sources).resolve(example + ".java");
    List<String> lines = Files.readString(program).lines().map(String::strip).toList();
    List<String> shown = block.text().lines().map(String::strip).toList();
    if (Collections.indexOfSubList(lines, shown) < 0) {
      problem(block, "this is no part of " + example);
    }
  }

  private Path root() {
    Path folder = document.file().toAbsolutePath().getParent();
    return Files.exists(folder.resolve("examples")) ? folder : folder.getParent();
  }

  private void compareJson(MarkdownDocument.Block block, boolean shown) throws IOException {
    examples++;
    JsonNode documented = JSON.readTree(block.text());
    JsonNode real;
    if (block.detail().endsWith(".json")) {
      real = JSON.readTree(here.resolve(block.detail()).toFile());
    } else if (!block.detail().isEmpty()) {
      real = JSON.readTree(StoreDocuments.capture(here).get(block.detail()));
    } else if (shown) {
      real = JSON.readTree(output);
    } else {
      throw new IOException("nothing tells what this JSON shows");
    }
    JsonShape.differences(documented, real).forEach(difference -> problem(block, difference));
  }

  private void compareText(MarkdownDocument.Block block, boolean shown) {
    if (!block.detail().equals("output")) {
      return;
    }
    examples++;
    String real = output.replace(here.toString(), "/srv/app").replace('\\', '/');
    if (!shown || !normalized(block.text()).equals(normalized(real))) {
      problem(block, "this is shown:\n" + block.text() + "and this is the output:\n" + real);
    }
  }

  /** Ids, numbers, sizes and widths differ from run to run, quotes from system to system. */
  private static String normalized(String text) {
    return text.replaceAll("\\d{8}-\\d{6}-\\d{3}", "ID")
        .replaceAll("\\d+(\\.\\d+)?", "N")
        .replaceAll("N (B|KiB|MiB|GiB|TiB)", "N B")
        .replace("'", "")
        .replaceAll(" +", " ")
        .replaceAll(" ?\\R", "\n")
        .strip();
  }

  private void parseSchedule(MarkdownDocument.Block block) {
    for (String line : block.commands()) {
      if (line.startsWith("#") || line.matches("[A-Z_]+=\\S+")) {
        continue;
      }
      examples++;
      String[] fields = line.split("\\s+", 6);
      ShellWords shell = ShellWords.parse(fields[5]);
      if (!COMMANDS.contains(shell.words().get(0))) {
        problem(block, "this is not ours to schedule: " + line);
        continue;
      }
      List<String> arguments = shell.words().subList(1, shell.words().size());
      Parser.ofAll(new RootCommand()).parseArgs(arguments.toArray(new String[0]));
    }
  }

  private void problem(MarkdownDocument.Block block, String text) {
    String place = document.file().getFileName() + ":" + block.line() + ": ";
    problems.add(place + text.replace("\n", "\n    "));
  }
}
