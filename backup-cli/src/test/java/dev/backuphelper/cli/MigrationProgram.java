package dev.backuphelper.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** A program that migrates a database and ends with an exit code, as the command of a guard. */
final class MigrationProgram {
  private static final String ECHO = "echo";

  private MigrationProgram() {}

  /** Takes the database, the exit code, and statements; with {@code echo} it uses its streams. */
  public static void main(String[] arguments) throws IOException {
    List<String> words = Arrays.asList(arguments);
    List<String> statements = words.subList(2, words.size());
    Database.execute(
        Path.of(words.get(0)),
        statements.stream().filter(sql -> !sql.equals(ECHO)).toArray(String[]::new));
    if (statements.contains(ECHO)) {
      System.out.print(new String(System.in.readAllBytes(), StandardCharsets.UTF_8));
      System.out.println("migrated");
      System.err.println("to stderr");
    }
    System.exit(Integer.parseInt(words.get(1)));
  }
}
