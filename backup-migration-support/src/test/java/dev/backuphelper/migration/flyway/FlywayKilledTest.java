package dev.backuphelper.migration.flyway;

import dev.backuphelper.migration.fixture.ToolTrial;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A process dies in several migrations of Flyway's over a pool; the next one takes them up. */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class FlywayKilledTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"GUARD, delete", "GUARD, wal", "GUARDED_FLYWAY, delete", "GUARDED_FLYWAY, wal"})
  void killedAnywhere_theNextRunFindsAllOfTheOldOrAllOfTheNew(FlywayWay way, String mode)
      throws Exception {
    new ToolTrial<>(folder, way, mode).killAndRunAgain();
  }

  @ParameterizedTest
  @EnumSource
  void twoProcessesAtOnce_migrateOnce(FlywayWay way) throws Exception {
    new ToolTrial<>(folder, way, "wal").runInTwoProcesses();
  }
}
