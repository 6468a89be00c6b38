package dev.backuphelper.safety;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.RestoreRequest;
import dev.backuphelper.VerifyRequest;
import dev.backuphelper.crash.LiveDatabase;
import dev.backuphelper.crash.World;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.event.BackupEvent;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.report.RestoreReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Rule 14: the real path is resolved once, and the file must still be the same one before each
 * step; a database with hard links is refused; a file in a format that SQLite does not know is
 * called that.
 */
@Timeout(60)
class SafetyRule14TheFileMustStayTheSameTest {
  private static final String UNKNOWN = "in a format that SQLite does not know";

  @TempDir private Path folder;
  private World world;
  private Path database;
  private BackupId id;

  @BeforeEach
  void prepare() {
    world = World.in(folder.resolve("world"), World.SMALL);
    database = LiveDatabase.make(world.database("a.db"), "delete", "new", 40);
    id = backups().create().id();
    LiveDatabase.fill(database, "old", 80);
  }

  private BackupHelper backups() {
    return world.backups(List.of("a.db"));
  }

  private static BackupException failure(Runnable work) {
    return catchThrowableOfType(BackupException.class, work::run);
  }

  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Java does not tell of hard links there")
  @Test
  void hardLinkedDatabase_isNotBackedUp() throws IOException {
    Files.createLink(world.database("twin.db"), database);

    BackupException refused = failure(() -> backups().create());

    assertThat(refused.code()).isEqualTo(ErrorCode.REFUSED);
    assertThat(refused).hasMessageContaining("2 hard links");
    assertThat(backups().list()).hasSize(1);
  }

  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Java does not tell of hard links there")
  @Test
  void hardLinkedTarget_isNotWritten() throws IOException {
    Path twin = Files.createLink(world.database("twin.db"), database);

    BackupException refused = failure(() -> backups().restore(id));

    assertThat(refused.code()).isEqualTo(ErrorCode.REFUSED);
    assertThat(refused).hasMessageContaining("2 hard links");
    Files.delete(twin);
    assertThat(LiveDatabase.content(database)).isEqualTo("ok: old x 80");
    assertThat(backups().list()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"safety-backup-made", "plan-written", "phase-writing"})
  void targetReplacedMeanwhile_theOtherFileIsNotTouched(String step) {
    Path other = LiveDatabase.make(world.database("other.db"), "delete", "theirs", 3);

    BackupException failure = failure(() -> restoreDisturbedAt(step, () -> move(other, database)));

    assertThat(failure).hasMessageContaining("was replaced meanwhile");
    assertThat(LiveDatabase.content(database)).isEqualTo("ok: theirs x 3");
  }

  @Test
  void targetReplacedByALink_theFileBehindItIsNotTouched() {
    Path other = LiveDatabase.make(world.database("other.db"), "delete", "theirs", 3);

    BackupException failure =
        failure(() -> restoreDisturbedAt("phase-writing", () -> turn(database, other)));

    assertThat(failure).hasMessageContaining("was replaced meanwhile");
    assertThat(LiveDatabase.content(other)).isEqualTo("ok: theirs x 3");
  }

  @Test
  void linkTurnedToAnotherFileMeanwhile_theFileThatWasResolvedIsRestored() throws IOException {
    Path other = LiveDatabase.make(world.database("other.db"), "delete", "theirs", 3);
    Path link = Files.createSymbolicLink(world.database("link.db"), database);
    BackupHelper backups = disturbed("safety-backup-made", () -> turn(link, other));

    RestoreReport report = backups.restore(RestoreRequest.of(id).to(link).build());

    assertThat(report.restored().get(0).target()).isEqualTo(database.toRealPath());
    assertThat(LiveDatabase.content(database)).isEqualTo("ok: new x 40");
    assertThat(LiveDatabase.content(other)).isEqualTo("ok: theirs x 3");
  }

  @Test
  void linkTurnedBeforeTheSafetyBackup_theFileThatIsOverwrittenIsBackedUp() throws IOException {
    Path other = LiveDatabase.make(world.database("other.db"), "delete", "theirs", 3);
    Path link = Files.createSymbolicLink(world.database("link.db"), database);

    RestoreReport report =
        backups()
            .restore(
                RestoreRequest.of(id)
                    .to(link)
                    .confirm(
                        existing -> {
                          turn(link, other);
                          return true;
                        })
                    .build());

    assertThat(LiveDatabase.content(database)).isEqualTo("ok: new x 40");
    assertThat(LiveDatabase.content(other)).isEqualTo("ok: theirs x 3");
    Backup safety = backups().find(report.safetyBackup().orElseThrow()).orElseThrow();
    assertThat(safety.components().get(0).source()).isEqualTo(database.toRealPath().toString());
    assertThat(LiveDatabase.content(Harm.artifact(world, safety))).isEqualTo("ok: old x 80");
  }

  @ParameterizedTest
  @ValueSource(strings = {"delete", "wal"})
  void linkTurnedWhileItIsBackedUp_whatIsStoredIsOfTheFileThatIsNamed(String mode)
      throws IOException {
    Path one = LiveDatabase.make(world.database("one.db"), mode, "one", 7);
    Path other = LiveDatabase.make(world.database("other.db"), mode, "theirs", 3);
    Path link = Files.createSymbolicLink(world.database("link.db"), one);
    BackupHelper backups = disturbed(List.of("link.db"), "intent-written", () -> turn(link, other));

    Backup backup = backups.create();

    assertThat(backup.components().get(0).source()).isEqualTo(one.toRealPath().toString());
    assertThat(LiveDatabase.content(Harm.artifact(world, backup))).isEqualTo("ok: one x 7");
  }

  private static void turn(Path link, Path to) {
    try {
      Files.delete(link);
      Files.createSymbolicLink(link, to);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private interface Disturbance {
    void happen() throws IOException;
  }

  private static void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
  }

  private void restoreDisturbedAt(String step, Disturbance disturbance) {
    disturbed(step, disturbance).restore(id);
  }

  private BackupHelper disturbed(String step, Disturbance disturbance) {
    return disturbed(List.of("a.db"), step, disturbance);
  }

  private BackupHelper disturbed(List<String> databases, String step, Disturbance disturbance) {
    return world
        .builder(databases)
        .listener(
            event -> {
              if (event instanceof BackupEvent.Step reached && reached.step().equals(step)) {
                try {
                  disturbance.happen();
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              }
            })
        .build();
  }

  private Path encrypted() throws IOException {
    byte[] noise = new byte[8192];
    new Random(14).nextBytes(noise);
    return Files.write(world.database("secret.db"), noise);
  }

  @Test
  void encryptedDatabase_isCalledUnknown_notDamaged() throws IOException {
    Path secret = encrypted();

    BackupException failure = failure(() -> world.backups(List.of("secret.db")).create());

    assertThat(failure.code()).isEqualTo(ErrorCode.SOURCE_UNREADABLE);
    assertThat(failure).hasMessageContaining(UNKNOWN).hasMessageContaining(secret.toString());
    assertThat(failure.getMessage() + failure.hint()).doesNotContainIgnoringCase("damaged");
  }

  @Test
  void encryptedPlainFile_isCalledUnknownByVerify() throws IOException {
    Path secret = encrypted();

    String error =
        backups()
            .verify(VerifyRequest.builder().file(secret).build())
            .files()
            .get(0)
            .error()
            .orElseThrow();

    assertThat(error).contains(UNKNOWN).doesNotContainIgnoringCase("damaged");
  }

  @Test
  void encryptedTarget_isKeptAsideWhole() throws IOException {
    Path secret = encrypted();
    byte[] content = Harm.bytes(secret);

    RestoreReport report = backups().restore(RestoreRequest.of(id).to(secret).build());

    assertThat(Harm.bytes(report.restored().get(0).keptAside().orElseThrow())).isEqualTo(content);
  }
}
