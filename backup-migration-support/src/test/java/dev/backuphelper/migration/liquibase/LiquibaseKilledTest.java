package dev.backuphelper.migration.liquibase;

import dev.backuphelper.migration.fixture.ToolTrial;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A process dies in several change sets of Liquibase's over a pool; the next one takes them up, and
 * finds Liquibase's lock free.
 */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class LiquibaseKilledTest {
  @TempDir Path folder;

  @BeforeAll
  static void silence() {
    ChangeLogs.silence();
  }

  @ParameterizedTest
  @CsvSource({
    "GUARD, delete",
    "GUARD, wal",
    "CALLED_BY_OTHERS, delete",
    "CALLED_BY_OTHERS, wal",
    "SPRING, delete",
    "SPRING, wal"
  })
  void killedAnywhere_theNextRunFindsAllOfTheOldOrAllOfTheNew(LiquibaseWay way, String mode)
      throws Exception {
    new ToolTrial<>(folder, way, mode).killAndRunAgain();
  }

  @ParameterizedTest
  @EnumSource
  void twoProcessesAtOnce_migrateOnce(LiquibaseWay way) throws Exception {
    new ToolTrial<>(folder, way, "wal").runInTwoProcesses();
  }
}
