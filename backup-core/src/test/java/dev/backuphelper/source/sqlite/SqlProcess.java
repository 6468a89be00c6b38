package dev.backuphelper.source.sqlite;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Another process with one connection open, which runs the statements that it is sent. */
final class SqlProcess implements AutoCloseable {
  private final Process process;
  private final Writer statements;
  private final BufferedReader answers;

  private SqlProcess(Process process) {
    this.process = process;
    statements = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
    answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  static SqlProcess open(Path database) throws IOException {
    return new SqlProcess(java(SqlProcess.class, database.toString()));
  }

  /** Starts a main class of the tests in a JVM of its own. */
  static Process java(Class<?> main, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of("-Dfile.encoding=UTF-8", "-cp", System.getProperty("java.class.path")));
    command.add(main.getName());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  /** Runs a statement there and returns its values, joined; or {@code error} and a message. */
  String ask(String sql) throws IOException {
    statements.write(sql + "\n");
    statements.flush();
    return answers.readLine();
  }

  long pid() {
    return process.pid();
  }

  /** Kills it in the midst of whatever it does. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() throws IOException {
    statements.close();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The other process: one line in, one line out. */
  public static void main(String[] arguments) throws IOException, SQLException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    try (Connection connection = TestDatabase.open(Path.of(arguments[0]))) {
      for (String sql = in.readLine(); sql != null; sql = in.readLine()) {
        out.println(answer(connection, sql));
      }
    }
  }

  private static String answer(Connection connection, String sql) {
    try (Statement statement = connection.createStatement()) {
      if (!statement.execute(sql)) {
        return "done";
      }
      List<String> values = new ArrayList<>();
      try (ResultSet rows = statement.getResultSet()) {
        while (rows.next()) {
          values.add(rows.getString(1));
        }
      }
      return String.join("|", values);
    } catch (SQLException e) {
      return "error " + e.getMessage();
    }
  }
}
