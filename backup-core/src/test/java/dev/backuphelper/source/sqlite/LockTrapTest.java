package dev.backuphelper.source.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.backuphelper.internal.io.OpenFiles;
import dev.backuphelper.internal.io.PrivateFiles;
import dev.backuphelper.model.CheckLevel;
import dev.backuphelper.source.Progress;
import dev.backuphelper.source.Snapshot;
import dev.backuphelper.source.Target;
import dev.backuphelper.source.TargetState;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Safety rule 9: no code path drops the locks that a connection of this process holds. */
@Timeout(60)
class LockTrapTest {
  private static final Path LOCKS = Path.of("/proc/locks");
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  @TempDir private Path folder;
  private Path database;

  @BeforeEach
  void needLinux() {
    assumeThat(LOCKS).isReadable();
    database = folder.resolve("app.db");
  }

  /** Returns kind and range of the locks on a database and its shared memory. */
  private Set<String> locks() throws IOException {
    TreeSet<String> files = new TreeSet<>();
    for (String suffix : new String[] {"", "-shm"}) {
      Path file = DatabaseFile.sidecar(database, suffix);
      if (Files.exists(file)) {
        files.add(":" + Files.getAttribute(file, "unix:ino") + " ");
      }
    }
    try (Stream<String> lines = Files.lines(LOCKS)) {
      return lines
          .filter(line -> files.stream().anyMatch(line::contains))
          .map(line -> line.substring(line.indexOf("POSIX")))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  @Test
  void locks_areDroppedByOneReadInJava() throws Exception {
    TestDatabase.create(database, JournalMode.DELETE);
    try (Connection holder = TestDatabase.open(database)) {
      TestDatabase.run(holder, "BEGIN IMMEDIATE");
      assertThat(locks()).isNotEmpty();

      try (InputStream trap = Files.newInputStream(database)) {
        assertThat(trap.read()).isEqualTo('S');
      }

      assertThat(locks()).as("the trap, without which the other tests prove nothing").isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(JournalMode.class)
  void locks_outliveEverythingThatReads(JournalMode mode) throws Exception {
    TestDatabase.create(database, mode);
    Path image = folder.resolve("image");
    PrivateFiles.create(image);
    try (Connection holder = TestDatabase.open(database)) {
      TestDatabase.run(holder, "BEGIN IMMEDIATE", "UPDATE t SET tag = 'held' WHERE id = 1");
      Set<String> before = locks();
      assertThat(before).isNotEmpty();

      SqliteSource source = SqliteSource.of(database);
      SqliteSource.glob(folder + "/*.db").get(0).location();
      try (Snapshot snapshot = source.open(PATIENCE)) {
        snapshot.copyTo(image, Progress.NONE);
      }
      source.inspect(image, CheckLevel.FULL);
      Target target = source.target();
      assertThat(target.probe(PATIENCE)).isEqualTo(TargetState.DATABASE);
      target.open(PATIENCE).close();
      target.spaceNeeded(TargetState.DATABASE, 1);
      target.fingerprint();
      OpenFiles.users(database);

      assertThat(locks()).isEqualTo(before);
      TestDatabase.run(holder, "COMMIT");
    }
    assertThat(TestDatabase.content(database)).startsWith("1000 ").contains("held");
  }

  @ParameterizedTest
  @EnumSource(Connector.Mode.class)
  void locks_outliveAConnectionOfAnyMode(Connector.Mode mode) throws Exception {
    TestDatabase.create(database, JournalMode.DELETE);
    try (Connection holder = TestDatabase.open(database)) {
      TestDatabase.run(holder, "BEGIN IMMEDIATE");
      Set<String> before = locks();

      try (Connection other =
          new Connector(SqliteSource.ConnectionHook.NONE).reader(database, mode, PATIENCE)) {
        assertThat(TestDatabase.ask(other, TestDatabase.CONTENT)).isEqualTo("1000 old");
      }

      assertThat(locks()).isEqualTo(before);
    }
  }

  @ParameterizedTest
  @EnumSource(JournalMode.class)
  void locks_outliveARefusedRestore(JournalMode mode) throws Exception {
    TestDatabase.create(database, mode);
    Path image = TestDatabase.create(folder.resolve("image"), JournalMode.DELETE);
    try (Connection holder = TestDatabase.open(database)) {
      TestDatabase.run(holder, "BEGIN IMMEDIATE", "UPDATE t SET tag = 'held' WHERE id = 1");
      Set<String> before = locks();

      assertThat(refusal(image)).contains("is locked by another connection");

      assertThat(locks()).isEqualTo(before);
      TestDatabase.run(holder, "COMMIT");
    }
    assertThat(TestDatabase.content(database)).contains("held");
  }

  private String refusal(Path image) {
    try {
      SqliteSource.of(database)
          .target()
          .write(
              new Target.WriteOrder(
                  TargetState.DATABASE,
                  image,
                  folder.resolve("staged"),
                  folder.resolve("aside"),
                  Map.of(),
                  Duration.ofMillis(50),
                  Progress.NONE));
      return "written";
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  @ParameterizedTest
  @EnumSource(JournalMode.class)
  void locks_ofAnIdleConnection_outliveARestore(JournalMode mode) throws Exception {
    TestDatabase.create(database, mode);
    Path image = TestDatabase.create(folder.resolve("image"), JournalMode.DELETE, 4096, 7, "new");
    try (Connection holder = TestDatabase.open(database)) {
      TestDatabase.ask(holder, TestDatabase.CONTENT);
      Set<String> before = locks();

      assertThat(refusal(image)).isEqualTo("written");

      assertThat(locks()).containsAll(before);
      assertThat(TestDatabase.ask(holder, TestDatabase.CONTENT)).isEqualTo("7 new");
    }
  }
}
