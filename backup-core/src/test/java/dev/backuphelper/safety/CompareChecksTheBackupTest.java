package dev.backuphelper.safety;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.crash.LiveDatabase;
import dev.backuphelper.crash.World;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.model.Backup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A comparison with what is not the backup any more would mislead. */
@Timeout(120)
class CompareChecksTheBackupTest {
  @TempDir private Path folder;
  private BackupHelper backups;
  private Backup backup;
  private Path artifact;

  @BeforeEach
  void prepare() {
    World world = World.in(folder.resolve("world"), World.SMALL);
    LiveDatabase.make(world.database("a.db"), "delete", "new", 40);
    backups = world.backups(List.of("a.db"));
    backup = backups.create();
    artifact = Harm.artifact(world, backup);
  }

  private void assertCorrupt() {
    BackupException failure =
        catchThrowableOfType(BackupException.class, () -> backups.compare(backup.id()));
    assertThat(failure).isNotNull();
    assertThat(failure.code()).isEqualTo(ErrorCode.CORRUPT);
    assertThat(failure).hasMessageContaining(artifact.getFileName().toString());
    assertThat(failure.hint()).isPresent();
  }

  @Test
  void theArtifactIsAnotherSoundDatabase() throws IOException {
    Files.delete(artifact);
    LiveDatabase.make(artifact, "delete", "other", 40);

    assertCorrupt();
  }

  @Test
  void theArtifactIsCorrupt() {
    Harm.flipBit(artifact);

    assertCorrupt();
  }

  @Test
  void theArtifactIsTruncated() throws IOException {
    byte[] whole = Files.readAllBytes(artifact);
    Files.write(artifact, Arrays.copyOf(whole, whole.length / 2));

    assertCorrupt();
  }

  @Test
  void theArtifactIsMissing() throws IOException {
    Files.delete(artifact);

    assertCorrupt();
  }
}
