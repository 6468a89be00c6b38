package dev.backuphelper.safety;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.RestoreRequest;
import dev.backuphelper.codec.CodecPipeline;
import dev.backuphelper.crash.LiveDatabase;
import dev.backuphelper.crash.World;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.model.Backup;
import dev.backuphelper.report.CleanReport;
import dev.backuphelper.report.Listing;
import dev.backuphelper.report.VerifyReport;
import dev.backuphelper.store.local.LocalStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A backup that this version, or this user, cannot read is neither good nor bad. */
@Timeout(120)
class WhatCannotBeJudgedTest {
  @TempDir private Path folder;
  private World world;
  private BackupHelper backups;
  private Backup old;
  private Backup recent;

  @BeforeEach
  void prepare() {
    world = World.in(folder.resolve("world"), World.SMALL);
    LiveDatabase.make(world.database("a.db"), "delete", "new", 40);
    backups = world.backups(List.of("a.db"));
    old = backups.create();
    recent = backups.create();
  }

  private void storeAsLaterVersion(String before, String after) throws IOException {
    Path manifest = world.store().resolve(manifestName());
    String text = Files.readString(manifest);
    assertThat(text).contains(before);
    Files.writeString(manifest, text.replace(before, after));
    Files.writeString(
        world.store().resolve(manifestName() + ".sha256"),
        CodecPipeline.digest(Files.readAllBytes(manifest)).sha256() + "  " + manifestName() + "\n");
  }

  private String manifestName() {
    return "backup-metadata." + recent.id() + ".json";
  }

  private BackupHelper denied(String file) {
    return world
        .builder(List.of("a.db"))
        .store(ClosedStore.of(LocalStore.in(world.store()), file))
        .build();
  }

  private void assertStillRecordedGood() {
    assertThat(backups.find(recent.id()).orElseThrow().verification().orElseThrow().good())
        .isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "'\"compression\" : null', '\"compression\" : \"lz4\"', lz4",
    "'\"encrypted\" : false', '\"encrypted\" : true', an unknown cipher",
    "'\"encrypted\" : false', '\"encrypted\" : true, \"cipher\" : \"rot13\"', rot13"
  })
  void aBackupOfALaterVersion(String before, String after, String form) throws IOException {
    storeAsLaterVersion(before, after);

    VerifyReport report = backups.verify(recent.id());
    assertThat(report.allValid()).isFalse();
    assertThat(report.files().get(0).obstacle()).contains(ErrorCode.UNSUPPORTED_FORMAT);
    assertThat(report.files().get(0).error().orElseThrow())
        .contains("format that this version does not read: " + form);
    assertStillRecordedGood();

    CleanReport cleaned = backups.cleanOld(1);
    assertThat(cleaned.removed()).isEmpty();
    assertThat(backups.list()).extracting(Backup::id).containsExactly(recent.id(), old.id());
    assertStillRecordedGood();

    assertUnsupported(
        () ->
            backups.restore(RestoreRequest.of(recent.id()).to(folder.resolve("copy.db")).build()));
    assertUnsupported(() -> backups.compare(recent.id()));
    assertThat(folder.resolve("copy.db")).doesNotExist();
  }

  private static void assertUnsupported(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    BackupException failure = catchThrowableOfType(BackupException.class, call);
    assertThat(failure).isNotNull();
    assertThat(failure.code()).isEqualTo(ErrorCode.UNSUPPORTED_FORMAT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".sha256"})
  void anArtifactThatThisUserMayNotRead(String suffix) throws IOException {
    String file = recent.components().get(0).file() + suffix;
    BackupHelper closed = denied(file);

    VerifyReport report = closed.verify(recent.id());
    assertThat(report.allValid()).isFalse();
    assertThat(report.files().get(0).error().orElseThrow())
        .isEqualTo("cannot be read: access to " + file + " was denied");
    assertThat(report.files().get(0).obstacle()).contains(ErrorCode.ACCESS_DENIED);
    assertStillRecordedGood();

    assertThat(closed.cleanOld(1).removed()).isEmpty();
    assertStillRecordedGood();
    BackupException failure =
        catchThrowableOfType(
            BackupException.class,
            () ->
                closed.restore(
                    RestoreRequest.of(recent.id()).to(folder.resolve("copy.db")).build()));
    assertThat(failure.code()).isEqualTo(ErrorCode.ACCESS_DENIED);
  }

  @Test
  void theChecksumOfAManifestThatThisUserMayNotRead_othersAreVerified() {
    VerifyReport report = denied(manifestName() + ".sha256").verifyAll();

    assertThat(report.valid()).isEqualTo(1);
    assertThat(report.invalid()).isEqualTo(1);
    assertStillRecordedGood();
  }

  @Test
  void aManifestThatThisUserMayNotRead_isListedWithTheReason() {
    BackupHelper closed = denied(manifestName());

    assertThat(closed.listing().unreadable())
        .containsExactly(new Listing.Unreadable(manifestName(), "access denied"));
    assertThat(closed.verifyAll().files())
        .filteredOn(file -> !file.valid())
        .singleElement()
        .satisfies(
            file -> {
              assertThat(file.path()).isEqualTo(manifestName());
              assertThat(file.error()).contains("the manifest cannot be used: access denied");
              assertThat(file.obstacle()).contains(ErrorCode.ACCESS_DENIED);
            });
    BackupException failure =
        catchThrowableOfType(BackupException.class, () -> closed.resolve(recent.id().value()));
    assertThat(failure.code()).isEqualTo(ErrorCode.ACCESS_DENIED);
  }

  @Test
  void severalAreNamedAndOneHasACorruptManifest_theOthersAreVerified() throws IOException {
    Backup third = backups.create();
    Files.writeString(world.store().resolve(manifestName()), "{");

    VerifyReport report =
        backups.verify(
            dev.backuphelper.VerifyRequest.builder()
                .id(old.id())
                .id(recent.id())
                .id(third.id())
                .build());

    assertThat(report.valid()).isEqualTo(2);
    assertThat(report.invalid()).isEqualTo(1);
    assertThat(report.files())
        .filteredOn(file -> !file.valid())
        .singleElement()
        .satisfies(
            file -> {
              assertThat(file.id()).contains(recent.id());
              assertThat(file.path()).isEqualTo(manifestName());
              assertThat(file.error().orElseThrow())
                  .startsWith("validation failed: the manifest cannot be used: ");
            });
    assertThat(backups.verify(recent.id()).invalid()).isEqualTo(1);
  }
}
