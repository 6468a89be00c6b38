package dev.backuphelper.migration.liquibase;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import liquibase.command.AbstractCommandStep;
import liquibase.command.CommandDefinition;
import liquibase.command.CommandResultsBuilder;

/**
 * Joins the commands that run change sets, so that they are guarded once {@link
 * LiquibaseGuard#protect} was called. Liquibase finds it and calls it.
 *
 * <p>It does nothing but require {@link GuardBeginStep}: Liquibase runs what a step requires before
 * all steps that join a command.
 *
 * <p>Thread-safe.
 */
public final class GuardCommandStep extends AbstractCommandStep {
  private static final Set<String> GUARDED =
      Set.of("update", "migrate", "updatecount", "updatetotag");

  /** Creates the step; Liquibase does it. */
  public GuardCommandStep() {}

  /**
   * Returns a name of this step's own. With the names of the commands that it joins, each of them
   * would get the arguments of all.
   */
  @Override
  public String[][] defineCommandNames() {
    return new String[][] {{"backupHelperGuard"}};
  }

  @Override
  @SuppressWarnings("deprecation")
  public int getOrder(CommandDefinition command) {
    String[] name = command.getName();
    boolean guarded = name.length == 1 && GUARDED.contains(name[0].toLowerCase(Locale.ROOT));
    return guarded ? ORDER_DEFAULT : ORDER_NOT_APPLICABLE;
  }

  @Override
  public List<Class<?>> requiredDependencies() {
    return List.of(StepUpdate.class);
  }

  @Override
  public boolean isInternal() {
    return true;
  }

  @Override
  public void run(CommandResultsBuilder results) {}
}
