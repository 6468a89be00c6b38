package dev.backuphelper.safety;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.crash.LiveDatabase;
import dev.backuphelper.crash.World;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.source.sqlite.SqliteSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Rule 6: no sources, an empty source set, a missing database: an error, never an empty backup. */
@Timeout(60)
class SafetyRule06NothingIsNeverBackedUpTest {
  @TempDir private Path folder;
  private World world;

  @BeforeEach
  void prepare() {
    world = World.in(folder.resolve("world"), World.SMALL);
    LiveDatabase.make(world.database("a.db"), "wal", "new", 5);
  }

  private BackupException failure(String... databases) {
    BackupHelper backups = world.backups(List.of(databases));
    BackupException failure = catchThrowableOfType(BackupException.class, () -> backups.create());
    assertThat(failure.hint()).isPresent();
    assertThat(backups.list()).isEmpty();
    if (Files.exists(world.store())) {
      assertThat(LiveDatabase.names(world.store())).containsExactly(".lock");
    }
    return failure;
  }

  @Test
  void noSources_isAnError() {
    assertThat(failure().code()).isEqualTo(ErrorCode.INVALID_REQUEST);
  }

  @Test
  void missingDatabase_isAnError_andIsNotMade() {
    assertThat(failure("missing.db").code()).isEqualTo(ErrorCode.SOURCE_NOT_FOUND);
    assertThat(world.database("missing.db")).doesNotExist();
  }

  @Test
  void oneOfSeveralIsMissing_nothingIsBackedUp() {
    BackupException failure = failure("a.db", "missing.db");

    assertThat(failure.code()).isEqualTo(ErrorCode.SOURCE_NOT_FOUND);
    assertThat(failure).hasMessageContaining("missing.db");
  }

  @Test
  void emptyFile_isAnError() throws IOException {
    Files.createFile(world.database("empty.db"));

    assertThat(failure("empty.db").code()).isEqualTo(ErrorCode.SOURCE_UNREADABLE);
    assertThat(failure("a.db", "empty.db").code()).isEqualTo(ErrorCode.SOURCE_UNREADABLE);
    assertThat(world.database("empty.db")).isEmptyFile();
  }

  @Test
  void linkToNothing_isAnError() throws IOException {
    Files.createSymbolicLink(world.database("link.db"), world.database("missing.db"));

    assertThat(failure("link.db").code()).isEqualTo(ErrorCode.SOURCE_NOT_FOUND);
    assertThat(world.database("missing.db")).doesNotExist();
  }

  @Test
  void patternThatMatchesNothing_isAnError() {
    assertThatThrownBy(() -> SqliteSource.glob(world.data() + "/*.none"))
        .isInstanceOf(NoSuchFileException.class);
  }
}
