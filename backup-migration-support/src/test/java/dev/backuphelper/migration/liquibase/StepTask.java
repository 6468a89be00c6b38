package dev.backuphelper.migration.liquibase;

import dev.backuphelper.migration.fixture.ManySteps;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Consumer;
import liquibase.change.custom.CustomTaskChange;
import liquibase.database.Database;
import liquibase.database.jvm.JdbcConnection;
import liquibase.exception.CustomChangeException;
import liquibase.exception.ValidationErrors;
import liquibase.resource.ResourceAccessor;

/** A change in Java that does some steps. Liquibase makes it, by its name. */
public abstract class StepTask implements CustomTaskChange {
  static Consumer<String> done = step -> {};

  abstract void run(Connection connection) throws SQLException;

  /** For a change set that is no transaction. */
  public static final class Committed extends StepTask {
    @Override
    void run(Connection connection) throws SQLException {
      ManySteps.commitEach(connection, done);
    }
  }

  /** For a change set that is one. */
  public static final class InATransaction extends StepTask {
    @Override
    void run(Connection connection) throws SQLException {
      ManySteps.commitNone(connection, done);
    }
  }

  @Override
  public void execute(Database database) throws CustomChangeException {
    try {
      run(((JdbcConnection) database.getConnection()).getUnderlyingConnection());
    } catch (SQLException e) {
      throw new CustomChangeException(e);
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
