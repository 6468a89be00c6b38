package dev.backuphelper.safety;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.crash.LiveDatabase;
import dev.backuphelper.crash.World;
import dev.backuphelper.error.RefusedException;
import dev.backuphelper.model.Backup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is recorded of the other backups does not tell whether one of them is good now. */
@Timeout(120)
class DeleteReadsWhatWouldRemainTest {
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

  private void assertRefused(boolean dryRun) {
    assertThatThrownBy(() -> backups.delete(List.of(old.id()), false, dryRun))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("last good one");
    assertThat(backups.find(old.id())).isPresent();
  }

  @Test
  void theOtherIsRotten_theLastGoodOneStays() {
    Harm.flipBit(Harm.artifact(world, recent));

    assertRefused(true);
    assertThat(backups.find(recent.id()).orElseThrow().verified())
        .as("a dry run records nothing")
        .isTrue();
    assertRefused(false);
    assertThat(backups.find(recent.id()).orElseThrow().knownBad()).isTrue();
    backups.delete(recent.id());
    backups.delete(List.of(old.id()), true, false);
    assertThat(backups.list()).isEmpty();
  }

  @Test
  void theOtherIsMissingItsFile_theLastGoodOneStays() throws IOException {
    Files.delete(Harm.artifact(world, recent));

    assertRefused(false);
  }

  @Test
  void aGoodOneRemains_itGoes() {
    backups.delete(recent.id());

    assertThat(backups.list()).extracting(Backup::id).containsExactly(old.id());
  }
}
