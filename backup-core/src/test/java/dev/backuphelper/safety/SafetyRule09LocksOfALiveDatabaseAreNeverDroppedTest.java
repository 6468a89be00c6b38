package dev.backuphelper.safety;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.RestoreRequest;
import dev.backuphelper.VerifyRequest;
import dev.backuphelper.crash.LiveDatabase;
import dev.backuphelper.crash.World;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.model.Backup;
import dev.backuphelper.report.VerifyReport;
import dev.backuphelper.retention.RetentionPolicy;
import dev.backuphelper.source.sqlite.SqliteSource;
import dev.backuphelper.testing.ChildJvm;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.Driver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Rule 9: a live database file is never opened with Java I/O, nor by a second copy of SQLite in the
 * process: closing any descriptor drops SQLite's locks.
 */
@Timeout(60)
class SafetyRule09LocksOfALiveDatabaseAreNeverDroppedTest {
  private static final Path LOCKS = Path.of("/proc/locks");

  @TempDir private Path folder;
  private World world;
  private Path database;
  private final List<Set<String>> seen = new ArrayList<>();

  @BeforeEach
  void needLinux() {
    assumeThat(LOCKS).isReadable();
    world = World.in(folder.resolve("world"), World.SMALL);
    database = world.database("a.db");
  }

  /** Kind and range of this process's locks on the database and its shared memory. */
  private Set<String> locks() {
    List<String> files = new ArrayList<>();
    try {
      for (String suffix : List.of("", "-shm")) {
        Path file = LiveDatabase.sidecar(database, suffix);
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
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the library; at each of its steps somebody looks which locks there are. */
  private BackupHelper watched() {
    return world
        .builder(List.of("a.db"))
        .lockTimeout(Duration.ofMillis(200))
        .listener(event -> seen.add(locks()))
        .build();
  }

  @Test
  void theTrap_isReal() throws Exception {
    LiveDatabase.make(database, "delete", "old", 40);
    try (Connection holder = LiveDatabase.open(database)) {
      LiveDatabase.run(holder, "BEGIN IMMEDIATE");
      assertThat(locks()).isNotEmpty();

      try (InputStream in = Files.newInputStream(database)) {
        in.read();
      }

      assertThat(locks()).as("or else the other tests prove nothing").isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"delete", "wal"})
  void everythingThatReads_leavesTheLocksOfAnOpenTransaction(String mode) throws Exception {
    LiveDatabase.make(database, mode, "old", 40);
    BackupHelper backups = watched();
    Backup backup = backups.create();
    try (Connection holder = LiveDatabase.open(database)) {
      LiveDatabase.run(holder, "BEGIN IMMEDIATE", "INSERT INTO t(tag) VALUES ('held')");
      Set<String> before = locks();
      assertThat(before).isNotEmpty();
      seen.clear();

      useEverything(backups, backup);
      requireRestoreRefused(backups, backup);

      assertThat(locks()).isEqualTo(before);
      assertThat(seen).isNotEmpty().allSatisfy(then -> assertThat(then).containsAll(before));
      LiveDatabase.run(holder, "COMMIT");
    }
    assertThat(LiveDatabase.content(database)).isEqualTo("ok: held x 1, old x 40");
  }

  /** What is damaged may be open all the same; only what is no database at all is looked into. */
  @Test
  void aDatabaseThatCannotBeRead_keepsItsLocksToo() throws Exception {
    LiveDatabase.make(database, "delete", "old", 40);
    // Open to the end, because closing it would drop the locks.
    try (Connection holder = LiveDatabase.open(database);
        FileChannel harm = FileChannel.open(database, StandardOpenOption.WRITE)) {
      LiveDatabase.run(holder, "BEGIN IMMEDIATE");
      Set<String> before = locks();
      assertThat(before).isNotEmpty();
      harm.truncate(harm.size() / 2);

      VerifyReport report = watched().verify(VerifyRequest.builder().file(database).build());

      assertThat(report.files().get(0).error().orElseThrow()).contains("damaged beyond reading");
      assertThat(locks()).isEqualTo(before);
    }
  }

  private void useEverything(BackupHelper backups, Backup backup) {
    backups.create();
    backups.preview(dev.backuphelper.CreateRequest.ofDefaults());
    backups.verifyAll();
    backups.verify(VerifyRequest.builder().file(database).build());
    backups.verify(VerifyRequest.builder().file(world.data()).build());
    backups.compare(backup.id());
    backups.list();
    backups.latest();
    backups.usage();
    backups.openPlans();
    backups.recover();
    backups.cleanOld(5);
    backups.cleanFolder(world.data(), RetentionPolicy.keepLast(3), List.of(), true);
    backups.restore(RestoreRequest.of(backup.id()).dryRun().build());
    backups.restore(RestoreRequest.ofFile(database).to(world.database("elsewhere.db")).build());
  }

  private static void requireRestoreRefused(BackupHelper backups, Backup backup) {
    BackupException refused =
        catchThrowableOfType(BackupException.class, () -> backups.restore(backup.id()));
    assertThat(refused.code()).isEqualTo(ErrorCode.LOCKED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"delete", "wal"})
  void restore_leavesTheLocksOfIdleConnections(String mode) throws Exception {
    LiveDatabase.make(database, mode, "old", 40);
    BackupHelper backups = watched();
    Backup backup = backups.create();
    LiveDatabase.fill(database, "other", 20);
    try (Connection holder = LiveDatabase.open(database)) {
      assertThat(LiveDatabase.ask(holder, "SELECT count(*) FROM t")).isEqualTo("20");
      Set<String> before = locks();
      seen.clear();

      backups.restore(backup.id());

      assertThat(locks()).containsAll(before);
      assertThat(seen).isNotEmpty().allSatisfy(then -> assertThat(then).containsAll(before));
      if (mode.equals("wal")) {
        assertThat(before).as("an idle connection holds its log").isNotEmpty();
      }
      LiveDatabase.run(holder, "INSERT INTO t(tag) VALUES ('after')");
    }
    assertThat(LiveDatabase.content(database)).isEqualTo("ok: after x 1, old x 40");
  }

  @Test
  void twoCopiesOfTheDriver_areRefusedUnlessVouchedFor() {
    LiveDatabase.make(database, "wal", "old", 40);
    try (ChildJvm child = ChildJvm.startIn(world.scratch(), TwoDrivers.class, world.folder())) {
      assertThat(child.readAll())
          .containsExactly(
              "one copy, create: done",
              "two copies, create: REFUSED",
              "two copies, restore: REFUSED",
              "two copies, compare: REFUSED",
              "two copies, vouched for, create: done",
              "two copies, vouched for, restore: done");
    }
  }

  /** A process with a second class loader that has a driver of its own. */
  static final class TwoDrivers {
    private TwoDrivers() {}

    @SuppressWarnings("SystemOut") // its output is what the parent waits for
    public static void main(String[] arguments) throws Exception {
      World world = new World(Path.of(arguments[0]), World.SMALL);
      BackupHelper plain = world.backups(List.of("a.db"));
      System.out.println("one copy, create: " + outcome(plain::create));
      URL[] driver = {
        jar("org.sqlite.JDBC"), jar("org.slf4j.Logger"), jar("org.slf4j.nop.NOPServiceProvider")
      };
      try (URLClassLoader loader =
          new URLClassLoader(driver, ClassLoader.getPlatformClassLoader())) {
        Driver other =
            (Driver) loader.loadClass("org.sqlite.JDBC").getDeclaredConstructor().newInstance();
        other.connect("jdbc:sqlite::memory:", new Properties()).close();
        tryAll(world, plain);
      }
    }

    private static URL jar(String type) throws ClassNotFoundException {
      return Class.forName(type).getProtectionDomain().getCodeSource().getLocation();
    }

    @SuppressWarnings("SystemOut") // its output is what the parent waits for
    private static void tryAll(World world, BackupHelper plain) {
      Backup backup = plain.list().get(0);
      System.out.println("two copies, create: " + outcome(plain::create));
      System.out.println("two copies, restore: " + outcome(() -> plain.restore(backup.id())));
      System.out.println("two copies, compare: " + outcome(() -> plain.compare(backup.id())));
      BackupHelper vouched =
          BackupHelper.builder()
              .source(SqliteSource.builder(world.database("a.db")).sharedDriver().build())
              .directory(world.store())
              .build();
      System.out.println("two copies, vouched for, create: " + outcome(vouched::create));
      System.out.println(
          "two copies, vouched for, restore: " + outcome(() -> vouched.restore(backup.id())));
    }

    private static String outcome(Runnable work) {
      try {
        work.run();
        return "done";
      } catch (BackupException failure) {
        return failure.code().name();
      }
    }
  }
}
