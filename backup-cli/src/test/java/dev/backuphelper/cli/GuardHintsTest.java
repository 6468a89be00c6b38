package dev.backuphelper.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.GuardRequest;
import dev.backuphelper.GuardedSection;
import dev.backuphelper.model.OnCrash;
import dev.backuphelper.source.sqlite.SqliteSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands that a guard's messages name do what they say, as a shell reads them. */
@Timeout(60)
class GuardHintsTest {
  @TempDir private Path folder;

  /** What a guard says about a migration that its process left half way. */
  private record Said(Path database, String restore, String recover) {}

  private Said leaveHalfWay(String store) throws Exception {
    Path database = folder.toRealPath().resolve("app.db");
    sql(database, "CREATE TABLE t(a)");
    BackupHelper backups =
        BackupHelper.builder()
            .source(SqliteSource.of(database))
            .directory(folder.toRealPath().resolve(store))
            .build();
    GuardRequest request = new GuardRequest("version-2", OnCrash.STOP, Duration.ZERO, null);
    try (GuardedSection section = backups.guard(request)) {
      section.protect();
      section.begin();
      sql(database, "CREATE TABLE half(a)");
      return new Said(
          database, section.restoreCommand().orElseThrow(), section.recoverCommand().orElseThrow());
    }
  }

  private static void sql(Path database, String sql) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String tables(Path database) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement();
        ResultSet names =
            statement.executeQuery("SELECT group_concat(name, ' ') FROM sqlite_schema")) {
      return names.getString(1);
    }
  }

  /** Runs what a person types, in this process. */
  private Cli.Run type(String command) throws Exception {
    List<String> words = words(command);
    assertThat(words.get(0)).isEqualTo("backup");
    return Cli.of(folder.resolve("unused"))
        .run(words.subList(1, words.size()).toArray(Object[]::new));
  }

  /** Returns the words of a command, as a shell sees them. */
  private static List<String> words(String command) throws IOException, InterruptedException {
    Process shell =
        new ProcessBuilder("sh", "-c", "for word in " + command + "; do echo \"$word\"; done")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String said = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(shell.waitFor()).isZero();
    return said.lines().toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"backups", "it's a 'store'", "$(echo x) `y` \"z\" *"})
  void recoverCommand_restoresOrKeeps(String store) throws Exception {
    Said said = leaveHalfWay(store);

    assertThat(type(said.recover()).exit()).as("somebody has to decide").isEqualTo(7);
    assertThat(tables(said.database())).isEqualTo("t half");

    assertThat(type(said.recover() + " --restore").exit()).isZero();
    assertThat(tables(said.database())).isEqualTo("t");
    assertThat(Files.exists(Path.of(said.database() + ".backup-open.json"))).isFalse();

    sql(said.database(), "DROP TABLE t");
    assertThat(type(leaveHalfWay(store).recover() + " --keep").exit()).isZero();
    assertThat(tables(said.database())).isEqualTo("t half");
  }

  @ParameterizedTest
  @ValueSource(strings = {"backups", "it's a 'store'"})
  void restoreCommand_restores_andResolvesTheMarker(String store) throws Exception {
    Said said = leaveHalfWay(store);

    assertThat(type(said.restore()).exit()).isZero();

    assertThat(tables(said.database())).isEqualTo("t");
    assertThat(Files.exists(Path.of(said.database() + ".backup-open.json"))).isFalse();
  }
}
