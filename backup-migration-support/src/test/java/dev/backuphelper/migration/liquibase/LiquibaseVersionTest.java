package dev.backuphelper.migration.liquibase;

import dev.backuphelper.migration.fixture.Versions;
import liquibase.Liquibase;
import org.junit.jupiter.api.Test;

class LiquibaseVersionTest {
  @Test
  void version_isTheOneThatTheBuildMeans() {
    Versions.require("backup.test.liquibase", Liquibase.class, "liquibase-core");
  }
}
