package dev.backuphelper.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.RestoreRequest;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.report.StatusReport;
import dev.backuphelper.report.VerifyReport;
import dev.backuphelper.source.sqlite.SqliteSource;
import dev.backuphelper.testing.Effort;
import dev.backuphelper.testing.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * One flipped bit anywhere, a cut anywhere, a missing file: verify says so, restore refuses and
 * leaves its target alone, and the other backup of the store is as good as before.
 */
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class CorruptionTest {
  private static final Set<String> LOCKS = Set.of("target.db.backup-lock");

  private Path folder;
  private Path target;
  private Path store;
  private BackupHelper helper;
  private Backup victim;
  private Backup other;

  /** The files that a backup consists of. */
  enum Part {
    ARTIFACT,
    ARTIFACT_CHECKSUM,
    MANIFEST,
    MANIFEST_CHECKSUM;

    Path of(Path store, BackupId id) {
      return store.resolve(
          switch (this) {
            case ARTIFACT -> "app.db.backup." + id;
            case ARTIFACT_CHECKSUM -> "app.db.backup." + id + ".sha256";
            case MANIFEST -> "backup-metadata." + id + ".json";
            case MANIFEST_CHECKSUM -> "backup-metadata." + id + ".json.sha256";
          });
    }
  }

  @BeforeEach
  void makeTwoBackups() throws IOException {
    folder = Folders.create();
    store = folder.resolve("backups");
    Path database = Databases.create(folder.resolve("app.db"), true, 512);
    helper =
        BackupHelper.builder()
            .source(SqliteSource.of(database))
            .directory(store)
            .lockTimeout(Duration.ofSeconds(2))
            .build();
    victim = helper.create();
    Databases.change(database, 2);
    other = helper.create();
    Path targets = Files.createDirectories(folder.resolve("targets"));
    target = Databases.create(targets.resolve("target.db"), false, 1024);
    Databases.change(target, 5);
  }

  @AfterEach
  void deleteFolder() throws IOException {
    Folders.delete(folder);
  }

  @ParameterizedTest
  @EnumSource
  void aFlippedBitAnywhereIsFound(Part part) throws IOException {
    Path file = part.of(store, victim.id());
    byte[] whole = Files.readAllBytes(file);
    Random random = new Random(Effort.SEED);
    int stride = Effort.of(Math.max(1, whole.length / 40), 1);
    int count = 0;
    for (int at = random.nextInt(stride); at < whole.length; at += stride) {
      byte[] flipped = whole.clone();
      int bit = random.nextInt(8);
      flipped[at] ^= (byte) (1 << bit);
      assertFound("bit %d of byte %d of %s".formatted(bit, at, part), file, flipped);
      count++;
    }
    Files.write(file, whole);
    assertOtherIsGood(victim);
    Effort.report("flipped bits: %s: %d".formatted(part, count));
  }

  @ParameterizedTest
  @EnumSource
  void aCutAnywhereIsFound(Part part) throws IOException {
    Path file = part.of(store, victim.id());
    byte[] whole = Files.readAllBytes(file);
    int stride = Effort.of(Math.max(1, whole.length / 15), Math.max(1, whole.length / 700));
    int count = 0;
    for (int length = 0; length < whole.length; length += stride) {
      assertFound(part + " cut to " + length, file, Arrays.copyOf(whole, length));
      count++;
    }
    assertFound(part + " without its last byte", file, Arrays.copyOf(whole, whole.length - 1));
    assertFound(part + " with a byte more", file, Arrays.copyOf(whole, whole.length + 1));
    Files.write(file, whole);
    assertOtherIsGood(victim);
    Effort.report("cuts: %s: %d".formatted(part, count + 2));
  }

  @ParameterizedTest
  @EnumSource
  void aMissingFileIsFound(Part part) throws IOException {
    Files.delete(part.of(store, victim.id()));

    if (part == Part.MANIFEST) {
      assertThat(helper.find(victim.id())).isEmpty();
      assertThat(helper.list()).extracting(Backup::id).containsExactly(other.id());
      assertRefused("no manifest", Set.of(ErrorCode.BACKUP_NOT_FOUND));
      assertThat(helper.verifyAll().files())
          .anySatisfy(
              file ->
                  assertThat(file.error())
                      .hasValueSatisfying(
                          text ->
                              assertThat(text)
                                  .contains("backup " + victim.id() + " has no manifest")));
      assertThat(helper.status().reasons())
          .anyMatch(reason -> reason.code() == StatusReport.Code.MISSING_MANIFEST);
    } else {
      VerifyReport report = helper.verify(victim.id());
      assertThat(report.allValid()).isFalse();
      assertThat(report.files().get(0).error())
          .hasValueSatisfying(
              text -> assertThat(text).containsAnyOf("is missing", "does not exist"));
      assertRefused(part + " is missing", Set.of(ErrorCode.CORRUPT));
    }
    assertOtherIsGood(other);
  }

  /** The older one must not pass for the latest. */
  @Test
  void aDamagedManifestOfTheNewestIsNotPassedOver() throws IOException {
    Path manifest = Part.MANIFEST.of(store, other.id());
    Files.write(manifest, Arrays.copyOf(Files.readAllBytes(manifest), 100));

    BackupException refused =
        catchThrowableOfType(BackupException.class, () -> helper.resolve("latest"));

    assertThat(refused.code()).isEqualTo(ErrorCode.CORRUPT);
    assertThat(refused).hasMessageContaining(other.id().value());
    assertThat(refused.hint().orElseThrow()).contains(victim.id().value());
    assertThat(catchThrowableOfType(BackupException.class, helper::latest)).isNotNull();
    assertThat(helper.resolve(victim.id().value()).id()).isEqualTo(victim.id());
  }

  /** What is lost with the record of the last examination is the record. */
  @Test
  void damageToTheRecordOfChecksCostsTheMarkAlone() throws IOException {
    Path file = store.resolve("backup-checks." + victim.id() + ".json");
    byte[] whole = Files.readAllBytes(file);
    for (int at = 0; at < whole.length; at++) {
      byte[] flipped = whole.clone();
      flipped[at] ^= 1;
      Files.write(file, flipped);
      assertThat(helper.listing().unreadable()).isEmpty();
      assertThat(helper.list()).extracting(Backup::id).contains(victim.id(), other.id());
      Files.write(file, Arrays.copyOf(whole, at));
      // Without its last byte, the end of the line, it says all that it has to say.
      assertThat(helper.find(victim.id()).orElseThrow().verified())
          .as("cut to %d", at)
          .isEqualTo(at == whole.length - 1);
    }
    Files.delete(file);
    Files.createDirectory(file);
    assertThat(helper.find(victim.id()).orElseThrow().verified()).isFalse();
    assertThat(helper.listing().unreadable()).isEmpty();
    Files.delete(file);
    assertThat(helper.verify(victim.id()).allValid()).isTrue();
    assertThat(helper.find(victim.id()).orElseThrow().verified()).isTrue();
  }

  private void assertFound(String damage, Path file, byte[] content) throws IOException {
    Files.write(file, content);
    assertThat(helper.verifyAll().allValid()).as(damage).isFalse();
    BackupException verification =
        catchThrowableOfType(
            BackupException.class,
            () -> assertThat(helper.verify(victim.id()).allValid()).as(damage).isFalse());
    if (verification != null) {
      assertThat(verification.code())
          .as(damage)
          .isIn(ErrorCode.CORRUPT, ErrorCode.UNSUPPORTED_FORMAT);
    }
    assertRefused(damage, Set.of(ErrorCode.CORRUPT, ErrorCode.UNSUPPORTED_FORMAT));
  }

  private void assertRefused(String damage, Set<ErrorCode> codes) throws IOException {
    Map<String, String> before = Databases.files(target.getParent());
    Set<String> stored = Folders.names(store);
    BackupException refusal =
        catchThrowableOfType(
            BackupException.class,
            () -> helper.restore(RestoreRequest.of(victim.id()).to(target).build()));
    assertThat(refusal).as("the restore was refused: %s", damage).isNotNull();
    assertThat(refusal.code()).as(damage).isIn(codes);
    assertThat(refusal.hint()).as(damage).isPresent();
    Map<String, String> after = Databases.files(target.getParent());
    after.keySet().removeAll(LOCKS);
    assertThat(after.keySet()).as(damage).isEqualTo(before.keySet());
    assertThat(after).as(damage).isEqualTo(before);
    assertThat(Folders.names(store)).as(damage).isEqualTo(stored);
  }

  private void assertOtherIsGood(Backup backup) throws IOException {
    assertThat(helper.verify(backup.id()).allValid()).isTrue();
    assertThat(helper.verify(other.id()).allValid()).isTrue();
    Path copy = folder.resolve("copies").resolve("copy.db");
    helper.restore(RestoreRequest.of(other.id()).to(copy).build());
    assertThat(Databases.content(copy)).startsWith("v2 of 1");
  }
}
