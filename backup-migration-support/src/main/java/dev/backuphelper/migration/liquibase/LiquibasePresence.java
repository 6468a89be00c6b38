package dev.backuphelper.migration.liquibase;

import dev.backuphelper.error.InvalidRequestException;

/** Tells in words that Liquibase is missing; this class needs nothing of it. */
final class LiquibasePresence {
  private static final String STEP = "liquibase.command.CommandStep";

  private LiquibasePresence() {}

  /**
   * Checks that Liquibase is there.
   *
   * @throws InvalidRequestException if it is not
   */
  static void require() {
    try {
      Class.forName(STEP, false, LiquibasePresence.class.getClassLoader());
    } catch (ClassNotFoundException absent) {
      throw new InvalidRequestException(
          "Liquibase is not on the class path",
          "Add org.liquibase:liquibase-core 4.33 or newer to the application: this library does"
              + " not bring it.",
          absent);
    }
  }
}
