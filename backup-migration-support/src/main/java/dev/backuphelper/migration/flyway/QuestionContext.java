package dev.backuphelper.migration.flyway;

import java.sql.Connection;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Statement;
import org.flywaydb.core.api.configuration.Configuration;
import org.flywaydb.core.api.output.OperationResult;
import org.jspecify.annotations.Nullable;

/** What a callback is shown when it is only asked which events it supports. */
record QuestionContext(Configuration configuration) implements Context {
  @Override
  public Configuration getConfiguration() {
    return configuration;
  }

  @Override
  public @Nullable Connection getConnection() {
    return null;
  }

  @Override
  public @Nullable MigrationInfo getMigrationInfo() {
    return null;
  }

  @Override
  public @Nullable Statement getStatement() {
    return null;
  }

  @Override
  public @Nullable OperationResult getOperationResult() {
    return null;
  }
}
