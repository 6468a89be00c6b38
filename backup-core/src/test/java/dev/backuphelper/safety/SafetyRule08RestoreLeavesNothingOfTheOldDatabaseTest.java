package dev.backuphelper.safety;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.RestoreRequest;
import dev.backuphelper.crash.LiveDatabase;
import dev.backuphelper.crash.World;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.report.RestoreReport;
import dev.backuphelper.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Rule 8: a restore never leaves sidecars of the old database beside the new one, keeps the
 * target's mode, owner, link and journal mode, and is seen by connections that are open. Where that
 * cannot be had it refuses, and the target is untouched.
 */
@Timeout(60)
class SafetyRule08RestoreLeavesNothingOfTheOldDatabaseTest {
  private static final String NEW = "ok: new x 40";

  @TempDir private Path folder;
  private World world;
  private Path target;

  @BeforeEach
  void prepare() {
    world = World.in(folder.resolve("world"), World.SMALL);
    target = world.database("target.db");
  }

  private BackupHelper backups() {
    return world.builder(List.of("a.db")).lockTimeout(Duration.ofMillis(300)).build();
  }

  private BackupId backUp(String mode) {
    LiveDatabase.make(world.database("a.db"), mode, "new", 40);
    return backups().create().id();
  }

  private RestoreReport restore(BackupId id) {
    return backups().restore(RestoreRequest.of(id).to(target).build());
  }

  private void makeTarget(String mode) {
    LiveDatabase.make(target, mode, "old", 80);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-wal", "-shm", "-journal"})
  void sidecarWithoutDatabase_isNotTakenForThoseOfTheNewOne(String suffix) throws IOException {
    BackupId id = backUp("wal");
    Files.writeString(LiveDatabase.sidecar(target, suffix), "left by somebody");

    restore(id);

    assertThat(LiveDatabase.sidecars(target)).isEmpty();
    assertThat(LiveDatabase.content(target)).isEqualTo(NEW);
  }

  @Test
  void logWithTransactions_doesNotComeBack() {
    BackupId id = backUp("wal");
    makeTarget("wal");
    LiveDatabase.leaveInLog(target, "INSERT INTO t(tag) VALUES ('in the log')");
    assertThat(LiveDatabase.sidecars(target)).contains("-wal");

    restore(id);

    assertThat(LiveDatabase.sidecars(target)).isEmpty();
    assertThat(LiveDatabase.content(target)).isEqualTo(NEW);
  }

  @Test
  void garbageWithALog_goesAsideWithIt() throws IOException {
    BackupId id = backUp("delete");
    Files.writeString(target, "this is no database");
    Files.writeString(LiveDatabase.sidecar(target, "-wal"), "nor is this a log");

    RestoreReport report = restore(id);

    assertThat(LiveDatabase.sidecars(target)).isEmpty();
    assertThat(LiveDatabase.content(target)).isEqualTo(NEW);
    Path aside = report.restored().get(0).keptAside().orElseThrow();
    assertThat(aside).hasContent("this is no database");
    assertThat(LiveDatabase.sidecar(aside, "-wal")).hasContent("nor is this a log");
  }

  @ParameterizedTest
  @CsvSource({"wal, wal", "wal, delete", "delete, wal", "delete, delete"})
  void targetsJournalModePermissionsAndLink_areKept(String backedUp, String mode)
      throws IOException {
    assumeThat(Files.getFileStore(folder).supportsFileAttributeView("posix")).isTrue();
    BackupId id = backUp(backedUp);
    makeTarget(mode);
    Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rw-rw-r--"));
    Object inode = Files.getAttribute(target, "unix:ino");
    Path link = Files.createSymbolicLink(world.database("link.db"), target);

    backups().restore(RestoreRequest.of(id).to(link).build());

    assertThat(Files.isSymbolicLink(link)).isTrue();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target)))
        .isEqualTo("rw-rw-r--");
    assertThat(Files.getAttribute(target, "unix:ino")).isEqualTo(inode);
    assertThat(LiveDatabase.ask(target, "PRAGMA journal_mode")).isEqualTo(mode);
    assertThat(LiveDatabase.content(target)).isEqualTo(NEW);
    assertThat(LiveDatabase.names(world.data())).noneMatch(name -> name.startsWith("link.db-"));
  }

  @Test
  void fileThatReplacesGarbage_getsItsPermissions() throws IOException {
    assumeThat(Files.getFileStore(folder).supportsFileAttributeView("posix")).isTrue();
    BackupId id = backUp("delete");
    Files.writeString(target, "this is no database");
    Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rw-r-----"));

    restore(id);

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target)))
        .isEqualTo("rw-r-----");
  }

  @ParameterizedTest
  @ValueSource(strings = {"wal", "delete"})
  void openConnections_hereAndInAnotherProcess_seeIt(String mode) throws Exception {
    BackupId id = backUp("wal");
    makeTarget(mode);
    try (Connection here = LiveDatabase.open(target);
        ChildJvm there = ChildJvm.startIn(world.scratch(), Reader.class, target)) {
      assertThat(LiveDatabase.ask(here, "SELECT DISTINCT tag FROM t")).isEqualTo("old");
      there.say("read");
      there.await("old");

      restore(id);

      assertThat(LiveDatabase.ask(here, "SELECT DISTINCT tag FROM t")).isEqualTo("new");
      there.say("read");
      there.await("new");
      LiveDatabase.run(here, "INSERT INTO t(tag) VALUES ('here')");
    }
    assertThat(LiveDatabase.content(target)).isEqualTo("ok: here x 1, new x 40");
  }

  @Test
  void otherPagesWhileTheLogIsInUse_isRefusedAndNothingChanges() throws Exception {
    BackupId id = backUp("wal");
    LiveDatabase.run(
        target, "PRAGMA page_size=4096", "PRAGMA journal_mode=wal", "CREATE TABLE mine(x)");
    try (Connection user = LiveDatabase.open(target)) {
      assertThat(LiveDatabase.ask(user, "SELECT count(*) FROM mine")).isEqualTo("0");

      BackupException refused = catchThrowableOfType(BackupException.class, () -> restore(id));

      assertThat(refused.code()).isEqualTo(ErrorCode.LOCKED);
      LiveDatabase.run(user, "INSERT INTO mine VALUES (1)");
    }
    assertThat(LiveDatabase.ask(target, "SELECT count(*) FROM mine")).isEqualTo("1");
    assertThat(LiveDatabase.ask(target, "PRAGMA journal_mode")).isEqualTo("wal");
    assertThat(backups().openPlans()).isEmpty();
  }

  @Test
  void garbageThatAnotherProcessHasOpen_isNotReplacedUnderIt() throws Exception {
    assumeThat(Path.of("/proc/self/fd")).isDirectory();
    BackupId id = backUp("delete");
    Files.writeString(target, "this is no database");
    try (ChildJvm user = ChildJvm.startIn(world.scratch(), Opener.class, target)) {
      user.await("open");

      BackupException refused = catchThrowableOfType(BackupException.class, () -> restore(id));

      assertThat(refused.code()).isEqualTo(ErrorCode.LOCKED);
      assertThat(refused).hasMessageContaining(String.valueOf(user.pid()));
    }
    assertThat(target).hasContent("this is no database");
    assertThat(backups().openPlans()).isEmpty();
  }

  /** A process that has a database open and reads it when it is told to. */
  static final class Reader {
    private Reader() {}

    @SuppressWarnings("SystemOut") // its output is what the parent waits for
    public static void main(String[] arguments) throws Exception {
      try (Connection connection = LiveDatabase.open(Path.of(arguments[0]))) {
        while (System.in.read() >= 0) {
          System.in.skipNBytes("read".length());
          System.out.println(LiveDatabase.ask(connection, "SELECT DISTINCT tag FROM t"));
        }
      }
    }
  }

  /** A process that has a file open until its input ends. */
  static final class Opener {
    private Opener() {}

    @SuppressWarnings("SystemOut") // its output is what the parent waits for
    public static void main(String[] arguments) throws Exception {
      try (var file = Files.newInputStream(Path.of(arguments[0]))) {
        System.out.println("open");
        System.in.transferTo(java.io.OutputStream.nullOutputStream());
        file.available();
      }
    }
  }
}
