package dev.backuphelper.migration.liquibase;

import liquibase.change.custom.CustomTaskChange;
import liquibase.database.Database;
import liquibase.exception.ValidationErrors;
import liquibase.resource.ResourceAccessor;

/** A change in Java that does what the test wants. Liquibase makes it, by its name. */
public final class FailingTask implements CustomTaskChange {
  static Act act = database -> {};

  interface Act {
    void run(Database database) throws Exception;
  }

  @Override
  public void execute(Database database) {
    try {
      act.run(database);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public String getConfirmationMessage() {
    return "done";
  }

  @Override
  public void setUp() {}

  @Override
  public void setFileOpener(ResourceAccessor resourceAccessor) {}

  @Override
  public ValidationErrors validate(Database database) {
    return new ValidationErrors();
  }
}
