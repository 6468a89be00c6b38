package dev.backuphelper.source.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.backuphelper.error.RefusedException;
import dev.backuphelper.source.Progress;
import dev.backuphelper.source.Snapshot;
import dev.backuphelper.source.SourceBusyException;
import dev.backuphelper.source.SourceUnreadableException;
import dev.backuphelper.source.Target;
import dev.backuphelper.source.Target.Written;
import dev.backuphelper.source.TargetState;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class SqliteTargetTest {
  @TempDir private Path folder;
  private Path place;
  private Path image;
  private byte[] imageBytes;

  @BeforeEach
  void prepare() throws IOException {
    place = Files.createDirectory(folder.resolve("place")).toRealPath().resolve("app.db");
    image = TestDatabase.create(folder.resolve("image"), JournalMode.DELETE, 4096, 700, "new");
    imageBytes = Files.readAllBytes(image);
  }

  private Target target() throws IOException {
    return SqliteSource.of(place).target();
  }

  private TargetState probe() throws IOException {
    return target().probe(Orders.PATIENCE);
  }

  private Written write(JournalMode recorded) throws IOException {
    Written written = target().write(Orders.order(image, place, recorded));
    assertThat(imageBytes).as("the image stays as it was").isEqualTo(Files.readAllBytes(image));
    assertThat(TestDatabase.beside(image)).isEmpty();
    assertThat(Orders.staged(place)).doesNotExist();
    return written;
  }

  private void assertRestored(JournalMode mode) {
    assertThat(TestDatabase.beside(place)).isEmpty();
    assertThat(TestDatabase.journalMode(place)).isEqualTo(mode.key());
    assertThat(TestDatabase.content(place)).isEqualTo("700 new");
    assertThat(TestDatabase.ask(place, "PRAGMA integrity_check")).isEqualTo("ok");
    assertThat(TestDatabase.beside(place)).isEmpty();
  }

  private void damage(String how) {
    TestDatabase.create(place, JournalMode.DELETE);
    Consumer<Path> damage =
        switch (how) {
          case "garbage" -> file -> TestDatabase.overwriteRandomly(file, 0, 50_000, 1);
          case "zeroed header" -> file -> TestDatabase.overwrite(file, 0, new byte[100]);
          case "truncated" -> file -> TestDatabase.truncate(file, 8192);
          case "truncated within a page" -> file -> TestDatabase.truncate(file, 8000);
          case "one byte" -> file -> TestDatabase.truncate(file, 1);
          case "first page" -> file -> TestDatabase.overwriteRandomly(file, 100, 3996, 2);
          case "inner pages" -> file -> TestDatabase.overwriteRandomly(file, 8192, 40_960, 3);
          case "zeroed pages" -> file -> TestDatabase.overwrite(file, 4096, new byte[40_960]);
          default -> throw new IllegalArgumentException(how);
        };
    damage.accept(place);
  }

  @Test
  void probe_tellsWhatIsThere() throws IOException {
    assertThat(probe()).isEqualTo(TargetState.MISSING);
    Files.createFile(place);
    assertThat(probe()).isEqualTo(TargetState.EMPTY);
    TestDatabase.create(place, JournalMode.WAL);
    assertThat(probe()).isEqualTo(TargetState.DATABASE);
    assertThat(TestDatabase.beside(place)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"garbage", "zeroed header", "truncated", "truncated within a page", "one byte"})
  void write_ontoUnreadable_keepsItAside(String how) throws IOException {
    damage(how);
    byte[] broken = Files.readAllBytes(place);
    Modes.set(place, "rw-r-----");
    Files.writeString(DatabaseFile.sidecar(place, "-wal"), "log");
    assertThat(probe()).isEqualTo(TargetState.UNREADABLE);

    assertThat(write(JournalMode.WAL)).isEqualTo(Written.INSTALLED);

    assertRestored(JournalMode.WAL);
    assertThat(Orders.aside(place)).hasBinaryContent(broken);
    assertThat(DatabaseFile.sidecar(Orders.aside(place), "-wal")).hasContent("log");
    Modes.assertMode(place, "rw-r-----");
  }

  @Test
  void write_ontoWhatTheCallerCouldNotRead_keepsItAsideAlthoughItOpens() throws IOException {
    TestDatabase.create(place, JournalMode.DELETE);
    byte[] before = Files.readAllBytes(place);
    assertThat(probe()).isEqualTo(TargetState.DATABASE);

    Written written =
        target()
            .write(
                Orders.order(
                    TargetState.UNREADABLE,
                    image,
                    place,
                    JournalMode.WAL,
                    Orders.PATIENCE,
                    Progress.NONE));

    assertThat(written).isEqualTo(Written.INSTALLED);
    assertRestored(JournalMode.WAL);
    assertThat(Orders.aside(place)).hasBinaryContent(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"first page", "inner pages", "zeroed pages"})
  void write_ontoDamagedButReadable_goesThrough(String how) throws IOException {
    damage(how);
    Object key = DatabaseFile.key(place);
    assertThat(probe()).isEqualTo(TargetState.DATABASE);

    assertThat(write(JournalMode.WAL)).isEqualTo(Written.WRITTEN_THROUGH);

    assertRestored(JournalMode.DELETE);
    assertThat(DatabaseFile.key(place)).isEqualTo(key);
    assertThat(ImageFile.sameContent(place, image)).isTrue();
  }

  @Test
  void write_ofOtherPageSizeOntoDamagedSchema_goesThrough() throws IOException {
    TestDatabase.create(place, JournalMode.WAL, 1024, 100, "old");
    TestDatabase.overwriteRandomly(place, 100, 924, 4);

    assertThat(write(JournalMode.DELETE)).isEqualTo(Written.WRITTEN_THROUGH);

    assertRestored(JournalMode.WAL);
  }

  @ParameterizedTest
  @EnumSource(JournalMode.class)
  void write_ofDamagedImage_isExact(JournalMode mode) throws IOException {
    TestDatabase.create(place, mode, 1024, 100, "old");
    TestDatabase.overwriteRandomly(image, 100, 3996, 4);

    target().write(Orders.order(image, place, mode));

    assertThat(ImageFile.sameContent(place, image)).isTrue();
    assertThat(ImageFile.header(place))
        .hasValueSatisfying(header -> assertThat(header.wal()).isEqualTo(mode == JournalMode.WAL));
    assertThat(TestDatabase.beside(place)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(JournalMode.class)
  void write_ontoMissing_installsWithTheRecordedMode(JournalMode recorded) throws IOException {
    assertThat(write(recorded)).isEqualTo(Written.INSTALLED);

    assertThat(ImageFile.sameContent(place, image)).isTrue();
    assertRestored(recorded);
    Modes.assertMode(place, "rw-------");
  }

  @ParameterizedTest
  @EnumSource(JournalMode.class)
  void write_ontoEmpty_goesThroughWithTheRecordedMode(JournalMode recorded) throws IOException {
    Files.createFile(place);
    Modes.set(place, "rw-rw-r--");

    assertThat(write(recorded)).isEqualTo(Written.WRITTEN_THROUGH);

    assertRestored(recorded);
    Modes.assertMode(place, "rw-rw-r--");
  }

  @Test
  void write_ontoEmptyWithLog_keepsBothAside() throws IOException {
    Files.createFile(place);
    Files.writeString(DatabaseFile.sidecar(place, "-wal"), "all that is left");
    assertThat(probe()).isEqualTo(TargetState.UNREADABLE);

    write(JournalMode.DELETE);

    assertRestored(JournalMode.DELETE);
    assertThat(DatabaseFile.sidecar(Orders.aside(place), "-wal")).hasContent("all that is left");
  }

  @Test
  void write_ontoMissingWithOrphans_keepsThemAside() throws IOException {
    for (String suffix : DatabaseFile.SIDECARS) {
      Files.writeString(DatabaseFile.sidecar(place, suffix), "orphan" + suffix);
    }

    write(JournalMode.DELETE);

    assertRestored(JournalMode.DELETE);
    for (String suffix : DatabaseFile.SIDECARS) {
      assertThat(DatabaseFile.sidecar(Orders.aside(place), suffix)).hasContent("orphan" + suffix);
    }
  }

  @Test
  void write_ontoStaleLog_doesNotApplyIt() throws IOException {
    TestDatabase.createWithStaleLog(place, "old");

    assertThat(write(JournalMode.DELETE)).isEqualTo(Written.WRITTEN_THROUGH);

    assertRestored(JournalMode.WAL);
  }

  @Test
  void write_ontoHotJournal_doesNotApplyIt() throws IOException {
    TestDatabase.createWithHotJournal(place, "old");

    assertThat(write(JournalMode.WAL)).isEqualTo(Written.WRITTEN_THROUGH);

    assertRestored(JournalMode.DELETE);
  }

  @Test
  void write_throughALink_keepsIt() throws IOException {
    TestDatabase.create(place, JournalMode.DELETE);
    Path link = Files.createSymbolicLink(folder.resolve("link.db"), place);
    Target target = SqliteSource.of(link).target();

    assertThat(target.path()).isEqualTo(place);
    target.write(Orders.order(image, place, JournalMode.DELETE));

    assertThat(link).isSymbolicLink();
    assertRestored(JournalMode.DELETE);
  }

  @Test
  void write_throughALinkToNothing_makesItsEnd() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link.db"), Path.of("place/app.db"));
    Target target = SqliteSource.of(link).target();

    assertThat(target.path()).isEqualTo(place);
    target.write(Orders.order(image, place, JournalMode.DELETE));

    assertThat(link).isSymbolicLink();
    assertRestored(JournalMode.DELETE);
  }

  @Test
  void target_ofALoop_isRefused() throws IOException {
    Path link = folder.resolve("link.db");
    Files.createSymbolicLink(link, link);

    assertThatIOException()
        .isThrownBy(() -> SqliteSource.of(link).target())
        .withMessageContaining("too many levels of links");
  }

  @Test
  void target_ofAFolder_isRefused() {
    assertThatExceptionOfType(SourceUnreadableException.class)
        .isThrownBy(() -> SqliteSource.of(folder).target())
        .withMessageEndingWith(" is a folder, not a database");
  }

  @Test
  void target_inAMissingFolder_isNoSuchFile() {
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> SqliteSource.of(folder.resolve("none/app.db")).target());
  }

  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Java does not tell of hard links there")
  @Test
  void target_withHardLinks_isRefused() throws IOException {
    TestDatabase.create(place, JournalMode.DELETE);
    Files.createLink(folder.resolve("other.db"), place);

    assertThatExceptionOfType(RefusedException.class).isThrownBy(this::target);
  }

  @ParameterizedTest
  @ValueSource(strings = {"q?m=1", "100%41", "h#sh", "it's \"x\"", "ü€😀"})
  void write_withAnyName_works(String name) throws IOException {
    assumeThat(File.separatorChar).as("Windows allows fewer names").isEqualTo('/');
    place = place.resolveSibling(name);
    write(JournalMode.WAL);
    TestDatabase.run(place, "DELETE FROM t");
    assertThat(write(JournalMode.WAL)).isEqualTo(Written.WRITTEN_THROUGH);

    assertRestored(JournalMode.WAL);
    assertThat(TestDatabase.list(place.resolveSibling(""))).containsExactly(place);
  }

  @Test
  void anyMethod_whenTheFileWasReplaced_refuses() throws IOException {
    TestDatabase.create(place, JournalMode.DELETE);
    assumeThat(DatabaseFile.key(place)).isNotNull();
    Target target = target();
    Path other = TestDatabase.create(folder.resolve("other"), JournalMode.DELETE);
    Files.move(other, place, StandardCopyOption.REPLACE_EXISTING);

    assertReplaced(() -> target.probe(Orders.PATIENCE));
    assertReplaced(() -> target.open(Orders.PATIENCE));
    assertReplaced(() -> target.write(Orders.order(image, place, JournalMode.DELETE)));
    assertReplaced(() -> target.undo(TargetState.MISSING, Orders.aside(place)));
    assertThat(TestDatabase.content(place)).isEqualTo("1000 old");
  }

  @Test
  void anyMethod_whenAFileAppeared_refuses() throws IOException {
    Target target = target();
    TestDatabase.create(place, JournalMode.DELETE);

    assertReplaced(() -> target.write(Orders.order(image, place, JournalMode.DELETE)));
    assertThat(TestDatabase.content(place)).isEqualTo("1000 old");
  }

  private void assertReplaced(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatIOException().isThrownBy(call).withMessage(place + " was replaced meanwhile");
  }

  @Test
  void write_ontoUnreadableThatIsOpen_isBusyAndChangesNothing() throws IOException {
    assumeThat(Path.of("/proc/self/fd")).isDirectory();
    damage("garbage");
    byte[] broken = Files.readAllBytes(place);
    try (InputStream user = Files.newInputStream(place)) {
      assertThat(user.read()).isNotNegative();
      assertThatExceptionOfType(SourceBusyException.class)
          .isThrownBy(() -> write(JournalMode.DELETE))
          .withMessage(
              place
                  + " has to be replaced, but is open in process "
                  + ProcessHandle.current().pid());
    }
    assertThat(place).hasBinaryContent(broken);
    assertThat(TestDatabase.list(place.resolveSibling(""))).containsExactly(place);
  }

  @Test
  void write_ontoUnreadableWhenAsideIsTaken_changesNothing() throws IOException {
    damage("garbage");
    byte[] broken = Files.readAllBytes(place);
    Files.writeString(DatabaseFile.sidecar(place, "-wal"), "log");
    Path taken = DatabaseFile.sidecar(Orders.aside(place), "-wal");
    Files.writeString(taken, "somebody's");
    Target target = target();

    assertThatExceptionOfType(FileAlreadyExistsException.class)
        .isThrownBy(() -> target.write(Orders.order(image, place, JournalMode.DELETE)));

    assertThat(place).hasBinaryContent(broken);
    assertThat(taken).hasContent("somebody's");
    assertThat(DatabaseFile.sidecar(place, "-wal")).hasContent("log");
    assertThat(Orders.aside(place)).doesNotExist();
  }

  @Test
  void write_afterACrashBetweenRenames_goesOn() throws IOException {
    damage("garbage");
    byte[] broken = Files.readAllBytes(place);
    Modes.set(place, "rw-r--r--");
    Files.move(place, Orders.aside(place));
    Files.writeString(DatabaseFile.sidecar(place, "-wal"), "log");
    Files.writeString(Orders.staged(place), "half a copy");

    assertThat(write(JournalMode.DELETE)).isEqualTo(Written.INSTALLED);

    assertRestored(JournalMode.DELETE);
    assertThat(Orders.aside(place)).hasBinaryContent(broken);
    assertThat(DatabaseFile.sidecar(Orders.aside(place), "-wal")).hasContent("log");
    Modes.assertMode(place, "rw-r--r--");
  }

  /** Once the image is in, another reader keeps the journal mode from being set. */
  @ParameterizedTest
  @ValueSource(strings = {"empty", "wal of other page size"})
  void write_whenBusyAfterTheCopy_isNotSaidToHaveChangedNothing(String before) throws Exception {
    if (before.equals("empty")) {
      Files.createFile(place);
    } else {
      TestDatabase.create(place, JournalMode.WAL, 1024, 100, "old");
    }
    try (Connection reader = TestDatabase.open(place)) {
      Progress progress =
          (done, total) -> {
            if (done == total) {
              TestDatabase.run(reader, "BEGIN");
              TestDatabase.ask(reader, TestDatabase.CONTENT);
            }
          };

      assertThatIOException()
          .isThrownBy(
              () ->
                  target()
                      .write(
                          Orders.order(
                              image, place, JournalMode.WAL, Duration.ofMillis(50), progress)))
          .isNotInstanceOf(SourceBusyException.class)
          .withMessage(
              place
                  + " was written, but then: "
                  + place
                  + " cannot change its journal mode while it is in use");
    }
    assertThat(TestDatabase.content(place)).isEqualTo("700 new");
  }

  @Test
  void write_reportsBytes() throws IOException {
    TestDatabase.create(place, JournalMode.DELETE);
    long[] last = new long[2];
    Progress progress =
        (done, total) -> {
          last[0] = done;
          last[1] = total;
        };

    target().write(Orders.order(image, place, JournalMode.DELETE, Orders.PATIENCE, progress));

    assertThat(last).containsOnly(Files.size(image));
  }

  @Test
  void undo_ofMissing_removesWhatWasInstalled() throws IOException {
    Target target = target();
    target.write(Orders.order(image, place, JournalMode.WAL));

    target.undo(TargetState.MISSING, Orders.aside(place));
    target.undo(TargetState.MISSING, Orders.aside(place));

    assertThat(place.resolveSibling("")).isEmptyDirectory();
    assertThat(target.probe(Orders.PATIENCE)).isEqualTo(TargetState.MISSING);
  }

  @Test
  void undo_ofEmpty_leavesAnEmptyFile() throws IOException {
    Files.createFile(place);
    Modes.set(place, "rw-r-----");
    Target target = target();
    target.write(Orders.order(image, place, JournalMode.WAL));

    target.undo(TargetState.EMPTY, Orders.aside(place));

    assertThat(place).isEmptyFile();
    Modes.assertMode(place, "rw-r-----");
    assertThat(target.probe(Orders.PATIENCE)).isEqualTo(TargetState.EMPTY);
  }

  @Test
  void undo_ofUnreadable_bringsItBackWithItsSidecars() throws IOException {
    damage("garbage");
    byte[] broken = Files.readAllBytes(place);
    Files.writeString(DatabaseFile.sidecar(place, "-wal"), "log");
    Target target = target();
    target.undo(TargetState.UNREADABLE, Orders.aside(place));
    assertThat(place).as("nothing was installed yet").hasBinaryContent(broken);
    target.write(Orders.order(image, place, JournalMode.WAL));

    target.undo(TargetState.UNREADABLE, Orders.aside(place));
    target.undo(TargetState.UNREADABLE, Orders.aside(place));

    assertThat(place).hasBinaryContent(broken);
    assertThat(DatabaseFile.sidecar(place, "-wal")).hasContent("log");
    assertThat(Orders.aside(place)).doesNotExist();
  }

  @Test
  void undo_afterACrashBetweenRenames_keepsTheSidecars() throws IOException {
    damage("garbage");
    byte[] broken = Files.readAllBytes(place);
    Files.move(place, Orders.aside(place));
    Files.writeString(DatabaseFile.sidecar(place, "-wal"), "log that never went aside");
    Files.writeString(DatabaseFile.sidecar(Orders.aside(place), "-journal"), "journal");

    target().undo(TargetState.UNREADABLE, Orders.aside(place));

    assertThat(place).hasBinaryContent(broken);
    assertThat(DatabaseFile.sidecar(place, "-wal")).hasContent("log that never went aside");
    assertThat(DatabaseFile.sidecar(place, "-journal")).hasContent("journal");
  }

  @Test
  void undo_afterACrashBetweenItsRenames_goesOn() throws IOException {
    damage("garbage");
    Files.writeString(DatabaseFile.sidecar(Orders.aside(place), "-wal"), "log");

    target().undo(TargetState.UNREADABLE, Orders.aside(place));

    assertThat(DatabaseFile.sidecar(place, "-wal")).hasContent("log");
    assertThat(DatabaseFile.sidecar(Orders.aside(place), "-wal")).doesNotExist();
  }

  @Test
  void undo_ofMissingBeforeAnythingWasInstalled_keepsOrphans() throws IOException {
    Files.writeString(DatabaseFile.sidecar(place, "-wal"), "orphan");

    target().undo(TargetState.MISSING, Orders.aside(place));

    assertThat(DatabaseFile.sidecar(place, "-wal")).hasContent("orphan");
  }

  @Test
  void undo_whileSomebodyUsesIt_isBusy() throws Exception {
    assumeThat(Path.of("/proc/self/fd")).isDirectory();
    Target target = target();
    target.write(Orders.order(image, place, JournalMode.WAL));
    try (Connection user = TestDatabase.open(place)) {
      TestDatabase.ask(user, TestDatabase.CONTENT);
      assertThatExceptionOfType(SourceBusyException.class)
          .isThrownBy(() -> target.undo(TargetState.MISSING, Orders.aside(place)));
    }
    assertRestored(JournalMode.WAL);
  }

  @Test
  void undo_ofDatabase_isNotItsWork() throws IOException {
    TestDatabase.create(place, JournalMode.DELETE);

    assertThatIllegalStateException()
        .isThrownBy(() -> target().undo(TargetState.DATABASE, Orders.aside(place)));
  }

  @Test
  void open_readsWhatIsThere() throws IOException {
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> target().open(Orders.PATIENCE));
    TestDatabase.create(place, JournalMode.WAL);

    try (Snapshot snapshot = target().open(Orders.PATIENCE)) {
      assertThat(snapshot.facts()).containsEntry("journal_mode", "wal");
    }
  }

  @Test
  void fingerprint_changesWithTheDatabaseOrItsLog() throws Exception {
    Target missing = target();
    assertThat(missing.fingerprint().fileKey()).isEmpty();
    assertThat(missing.fingerprint().state()).isEqualTo("main missing; log missing");
    TestDatabase.create(place, JournalMode.WAL);
    Target target = target();
    Target.Fingerprint before = target.fingerprint();
    assertThat(target.fingerprint()).isEqualTo(before);
    long changed = Files.getLastModifiedTime(place).toMillis();
    assertThat(before.changedOutside("", changed, changed)).isFalse();
    assertThat(before.changedOutside("", changed + 1, changed + 2)).isTrue();
    assertThat(before.changedOutside("", changed - 2, changed - 1)).isTrue();
    assertThat(before.changedOutside(before.state(), 0, 0)).as("it is as it was").isFalse();

    try (Connection writer = TestDatabase.open(place)) {
      TestDatabase.run(writer, "INSERT INTO t(tag) VALUES ('x')");
      assertThat(target.fingerprint()).isNotEqualTo(before);
      assertThat(target.fingerprint().fileKey()).isEqualTo(before.fileKey());
      assertThat(target.fingerprint().changedOutside(before.state(), changed, Long.MAX_VALUE))
          .isFalse();
      assertThat(target.fingerprint().changedOutside(before.state(), 0, changed - 1)).isTrue();
    }
  }

  @Test
  void spaceNeeded_coversJournalLogAndGrowth() throws IOException {
    assertThat(target().spaceNeeded(TargetState.MISSING, 1_000_000))
        .isBetween(1_000_000L, 1_100_000L);
    TestDatabase.create(place, JournalMode.DELETE);
    long present = Files.size(place);
    assertThat(target().spaceNeeded(TargetState.DATABASE, 1000)).isGreaterThan(present);
    assertThat(target().spaceNeeded(TargetState.DATABASE, present + 1_000_000))
        .isGreaterThan(present + 2_000_000);
  }

  @Test
  void sameContent_ofOtherBytesOrSize_isFalse() throws IOException {
    byte[] other = Arrays.copyOf(imageBytes, imageBytes.length);
    other[5000] ^= 1;
    Path differing = Files.write(folder.resolve("differing"), other);

    assertThat(ImageFile.sameContent(image, differing)).isFalse();
    assertThat(ImageFile.sameContent(image, place.resolveSibling("../image"))).isTrue();
    Files.write(differing, new byte[10]);
    assertThat(ImageFile.sameContent(image, differing)).isFalse();
  }

  @Test
  void probe_whileLockedExclusively_isBusy() throws Exception {
    TestDatabase.create(place, JournalMode.DELETE);
    try (Connection writer = TestDatabase.open(place)) {
      TestDatabase.run(writer, "BEGIN EXCLUSIVE");

      assertThatExceptionOfType(SourceBusyException.class)
          .isThrownBy(() -> target().probe(Duration.ofMillis(50)));
    }
  }
}
