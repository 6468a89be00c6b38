package dev.backuphelper.migration.liquibase;

import dev.backuphelper.source.sqlite.SqliteSource;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import liquibase.Contexts;
import liquibase.LabelExpression;
import liquibase.Scope;
import liquibase.changelog.ChangeLogParameters;
import liquibase.changelog.DatabaseChangeLog;
import liquibase.changelog.visitor.ChangeExecListener;
import liquibase.changelog.visitor.DefaultChangeExecListener;
import liquibase.command.CommandScope;
import liquibase.command.core.helpers.ChangeExecListenerCommandStep;
import liquibase.command.core.helpers.DatabaseChangelogCommandStep;
import liquibase.command.core.helpers.DbUrlConnectionArgumentsCommandStep;
import liquibase.database.Database;
import liquibase.database.DatabaseFactory;
import liquibase.exception.DatabaseException;

/** What an update command was given, read before its own steps read it. */
final class CommandArguments {
  private static final String SQLITE_URL = "jdbc:sqlite:";

  private final CommandScope command;

  CommandArguments(CommandScope command) {
    this.command = command;
  }

  /** Returns the database that the caller opened; empty if the command is to open one. */
  Optional<Database> database() {
    return Optional.ofNullable(
        command.getArgumentValue(DbUrlConnectionArgumentsCommandStep.DATABASE_ARG));
  }

  /** Returns the real path of the database; empty if it is no SQLite file. */
  Optional<Path> databaseFile() throws SQLException, DatabaseException, IOException {
    Optional<Database> given = database();
    if (given.isPresent()) {
      TargetDatabase target = new TargetDatabase(given.get());
      Optional<Path> file = target.mainDatabase().file();
      target.rollback();
      return file;
    }
    String url = command.getArgumentValue(DbUrlConnectionArgumentsCommandStep.URL_ARG);
    return url == null ? Optional.empty() : fileOf(url);
  }

  private Optional<Path> fileOf(String url) throws SQLException, DatabaseException, IOException {
    if (!url.startsWith(SQLITE_URL)) {
      return Optional.empty();
    }
    SqliteSource source;
    try {
      source = SqliteSource.of(url);
    } catch (IllegalArgumentException noPlainFile) {
      return fileOfConnection();
    }
    return Optional.of(source.target().path());
  }

  private Optional<Path> fileOfConnection() throws SQLException, DatabaseException {
    Database own = openDatabase();
    try {
      return new TargetDatabase(own).mainDatabase().file();
    } finally {
      own.close();
    }
  }

  /** Opens the database that the command will open. */
  Database openDatabase() throws DatabaseException {
    return DatabaseFactory.getInstance()
        .openDatabase(
            command.getArgumentValue(DbUrlConnectionArgumentsCommandStep.URL_ARG),
            command.getArgumentValue(DbUrlConnectionArgumentsCommandStep.USERNAME_ARG),
            command.getArgumentValue(DbUrlConnectionArgumentsCommandStep.PASSWORD_ARG),
            null,
            Scope.getCurrentScope().getResourceAccessor());
  }

  /** Asks whether the command would write anything. */
  UpdatePending pending(Database database) {
    ChangeLogParameters parameters = parameters(database);
    return new UpdatePending(
        new TargetDatabase(database),
        () -> changeLog(database, parameters),
        parameters.getContexts(),
        parameters.getLabels());
  }

  private DatabaseChangeLog changeLog(Database database, ChangeLogParameters parameters)
      throws Exception {
    DatabaseChangeLog given = command.getArgumentValue(DatabaseChangelogCommandStep.CHANGELOG_ARG);
    return given != null
        ? given
        : DatabaseChangelogCommandStep.getDatabaseChangeLog(
            command.getArgumentValue(DatabaseChangelogCommandStep.CHANGELOG_FILE_ARG),
            parameters,
            database);
  }

  private ChangeLogParameters parameters(Database database) {
    ChangeLogParameters parameters =
        command.getArgumentValue(DatabaseChangelogCommandStep.CHANGELOG_PARAMETERS);
    if (parameters == null) {
      parameters = new ChangeLogParameters(database);
      parameters.addJavaProperties();
      parameters.addDefaultFileProperties();
    }
    Contexts contexts =
        new Contexts(command.getArgumentValue(DatabaseChangelogCommandStep.CONTEXTS_ARG));
    if (!contexts.isEmpty()) {
      parameters.setContexts(contexts);
    }
    LabelExpression labels =
        new LabelExpression(
            command.getArgumentValue(DatabaseChangelogCommandStep.LABEL_FILTER_ARG));
    if (!labels.isEmpty()) {
      parameters.setLabels(labels);
    }
    return parameters;
  }

  /** Returns the name under which the update is recorded. */
  String label() {
    return UpdateLabel.of(
        command.getArgumentValue(DatabaseChangelogCommandStep.CHANGELOG_FILE_ARG));
  }

  /**
   * Has a listener told of what fails, unless the caller brings a listener of another class, which
   * is left alone.
   *
   * @return what ends it
   */
  Runnable listen(FailureListener listener) {
    ChangeExecListener given =
        command.getArgumentValue(ChangeExecListenerCommandStep.CHANGE_EXEC_LISTENER_ARG);
    if (given instanceof DefaultChangeExecListener several) {
      several.addListener(listener);
      return () -> several.getListeners().remove(listener);
    }
    boolean namesOne =
        command.getArgumentValue(ChangeExecListenerCommandStep.CHANGE_EXEC_LISTENER_CLASS_ARG)
            != null;
    if (given != null || namesOne) {
      return () -> {};
    }
    String name = ChangeExecListenerCommandStep.CHANGE_EXEC_LISTENER_ARG.getName();
    command.addArgumentValue(name, new DefaultChangeExecListener(listener));
    return () -> command.addArgumentValue(name, null);
  }
}
