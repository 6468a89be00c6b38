package dev.backuphelper.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One line of a shell, as far as documents use it: words, quotes, comments, and output that is
 * thrown away. Anything else is refused.
 *
 * @param words the words, without quotes
 * @param exit the exit code that the line's comment announces; 0 without one
 */
record ShellWords(List<String> words, int exit) {
  private static final Pattern COMMENT = Pattern.compile("(?:^|\\s)#(.*)$");
  private static final Pattern EXIT = Pattern.compile("\\s*exit (\\d+)\\b.*");
  private static final Pattern TOKEN =
      Pattern.compile("\\s*((?:'[^']*'|\"[^\"$`\\\\]*\"|[^\\s'\"|&;<>$`\\\\()*?\\[{~!#])+)");
  private static final String SILENCE = ">/dev/null";

  static ShellWords parse(String line) {
    int exit = 0;
    String rest = line;
    Matcher comment = COMMENT.matcher(line);
    if (comment.find()) {
      Matcher announced = EXIT.matcher(comment.group(1));
      exit = announced.matches() ? Integer.parseInt(announced.group(1)) : 0;
      rest = line.substring(0, comment.start());
    }
    rest = rest.strip();
    if (rest.endsWith(SILENCE)) {
      rest = rest.substring(0, rest.length() - SILENCE.length()).strip();
    }
    return new ShellWords(split(rest), exit);
  }

  private static List<String> split(String text) {
    List<String> words = new ArrayList<>();
    Matcher token = TOKEN.matcher(text);
    int end = 0;
    while (end < text.length()) {
      if (!token.find(end) || token.start() != end) {
        throw new IllegalArgumentException("not a plain command: " + text);
      }
      words.add(unquoted(token.group(1)));
      end = token.end();
    }
    return words;
  }

  private static String unquoted(String word) {
    return word.replaceAll("'([^']*)'|\"([^\"]*)\"", "$1$2");
  }
}
