package dev.backuphelper.migration.flyway;

import dev.backuphelper.migration.fixture.Versions;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;

class FlywayVersionTest {
  @Test
  void version_isTheOneThatTheBuildMeans() {
    Versions.require("backup.test.flyway", Flyway.class, "flyway-core");
  }
}
