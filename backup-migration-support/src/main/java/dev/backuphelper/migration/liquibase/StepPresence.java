package dev.backuphelper.migration.liquibase;

import dev.backuphelper.error.InvalidRequestException;
import liquibase.Scope;
import liquibase.command.CommandFactory;

/** Checks that Liquibase has found the step that guards: it says nothing if it has not. */
final class StepPresence {
  private StepPresence() {}

  /**
   * Checks that updates are guarded.
   *
   * @throws InvalidRequestException if they are not
   */
  static void require() {
    boolean found =
        Scope.getCurrentScope()
            .getSingleton(CommandFactory.class)
            .getCommandDefinition("update")
            .getPipeline()
            .stream()
            .anyMatch(GuardBeginStep.class::isInstance);
    if (!found) {
      throw new InvalidRequestException(
          "Liquibase does not find the step that would guard its updates",
          "Where jars are merged into one, merge their files"
              + " META-INF/services/liquibase.command.CommandStep as well; or call"
              + " LiquibaseGuard.update.");
    }
  }
}
