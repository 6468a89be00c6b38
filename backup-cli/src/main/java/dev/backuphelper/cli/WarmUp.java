package dev.backuphelper.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Uses each command once on a small database in a temporary folder, so that the launcher can
 * archive the classes which they load: the next start reads them from there.
 */
final class WarmUp {
  private WarmUp() {}

  /** Runs the commands; takes no arguments. */
  public static void main(String[] arguments) throws IOException, SQLException {
    Path folder = Files.createTempDirectory("backup-warm-up");
    try {
      run(folder);
    } finally {
      delete(folder);
    }
  }

  /** Runs the commands in a folder. */
  static void run(Path folder) throws SQLException {
    Path database = folder.resolve("app.db");
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      statement.execute("create table t (id integer primary key, name text)");
      statement.execute("insert into t (name) values ('warm')");
    }
    String directory = folder.resolve("backups").toString();
    String key = folder.resolve("backup.key").toString();
    Stream.of(
            List.of("create", database.toString(), "--dir", directory),
            List.of("list", "--dir", directory),
            List.of("verify", "--json", "--dir", directory),
            List.of("info", "latest", "--dir", directory),
            List.of("compare", "latest", "--dir", directory),
            List.of("restore", "latest", "--force", "--dir", directory),
            List.of("guard", database.toString(), "--label", "w", "--dir", directory, "--", "true"),
            List.of("clean", "1", "--json", "--dir", directory),
            List.of("size", "--dir", directory),
            List.of("export", "latest", folder.resolve("w.tar").toString(), "--dir", directory),
            List.of("import", folder.resolve("w.tar").toString(), "--dir", directory),
            List.of("status", "--dir", directory),
            List.of("recover", "--dir", directory),
            List.of("key", "generate", key),
            List.of("create", "--help"),
            List.of("no-such-command"))
        .forEach(command -> use(command, folder, Map.of()));
    Stream.of(
            List.of("create", database.toString(), "--encrypt", "--dir", directory),
            List.of("verify", "latest", "--dir", directory))
        .forEach(command -> use(command, folder, Map.of("BACKUP_KEY_FILE", key)));
  }

  private static void use(List<String> command, Path folder, Map<String, String> variables) {
    Main.run(command.toArray(new String[0]), silence(folder, variables));
  }

  private static Environment silence(Path folder, Map<String, String> variables) {
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    Terminal nobody = new Terminal(new ByteArrayInputStream(new byte[0]), nowhere, false, false);
    return new Environment(variables, nowhere, nowhere, nobody, Clock.systemUTC(), folder);
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(WarmUp::deleteOne);
    }
  }

  private static void deleteOne(Path file) {
    try {
      Files.delete(file);
    } catch (IOException kept) {
      throw new UncheckedIOException(kept);
    }
  }
}
