package dev.backuphelper.safety;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.crash.LiveDatabase;
import dev.backuphelper.crash.World;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.Component;
import dev.backuphelper.report.VerifyReport.VerifiedFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Rule 10: backups hash the bytes that were stored, not the bytes that should have been. */
@Timeout(60)
class SafetyRule10WhatIsStoredIsHashedTest {
  @TempDir private Path folder;
  private World world;

  @BeforeEach
  void prepare() {
    world = World.in(folder.resolve("world"), World.SMALL);
    LiveDatabase.make(world.database("a.db"), "wal", "new", 40);
  }

  private static String sha256(Path file) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    return HexFormat.of().formatHex(digest.digest(Files.readAllBytes(file)));
  }

  @Test
  void diskThatAltersABit_digestIsThatOfTheDisk() throws Exception {
    AtomicBoolean altered = new AtomicBoolean();
    BackupHelper backups =
        BackupHelper.builder()
            .source(
                AlteredSource.copying(
                    world.database("a.db"),
                    (snapshot, file, progress) -> {
                      snapshot.copyTo(file, progress);
                      if (!altered.compareAndSet(false, true)) {
                        return;
                      }
                      // Within the random bytes of a row, where no check of the database can tell.
                      Harm.flipBit(file, Files.size(file) - 20);
                    }))
            .directory(world.store())
            .build();

    Backup backup = backups.create();

    Component component = backup.components().get(0);
    String stored = sha256(Harm.artifact(world, backup));
    assertThat(component.sha256()).isEqualTo(stored);
    assertThat(component.originalSha256()).isEqualTo(stored);
    assertThat(LiveDatabase.sidecar(Harm.artifact(world, backup), ".sha256"))
        .hasContent(stored + "  " + component.file());
    assertThat(backups.verifyAll().allValid()).isTrue();
  }

  @Test
  void manifestAndItsChecksum_areAboutTheStoredBytesToo() throws Exception {
    Backup backup = world.backups(List.of("a.db")).create();
    Path manifest = world.store().resolve("backup-metadata." + backup.id() + ".json");

    assertThat(LiveDatabase.sidecar(manifest, ".sha256"))
        .hasContent(sha256(manifest) + "  " + manifest.getFileName());
  }

  @Test
  void bitThatChangesLater_isFoundByTheDigestAlone() {
    BackupHelper backups = world.backups(List.of("a.db"));
    Backup backup = backups.create();
    Path artifact = Harm.artifact(world, backup);
    Harm.flipBit(artifact, Harm.size(artifact) - 20);
    assertThat(LiveDatabase.contentUntouched(artifact)).startsWith("ok: ");

    VerifiedFile found = backups.verify(backup.id()).files().get(0);

    assertThat(found.error())
        .contains(
            "validation failed: the SHA-256 of %s is not the one in the manifest"
                .formatted(artifact.getFileName()));
  }
}
