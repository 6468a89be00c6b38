package dev.backuphelper.source.sqlite;

import dev.backuphelper.model.Check;
import dev.backuphelper.model.CheckStatus;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/**
 * Looks for broken foreign keys that a change brought in. Those that were there before are the
 * application's own affair.
 */
final class NewViolations {
  private static final String NAME = "foreign_key_check";

  private final Connector connector;

  NewViolations(Connector connector) {
    this.connector = connector;
  }

  /**
   * Compares.
   *
   * @param former the image of the former content; null when there was none
   */
  Check check(SQLiteConnection present, @Nullable Path former) throws SQLException {
    Violations now;
    try {
      now = Violations.of(present);
    } catch (SQLException e) {
      return notChecked(e, former);
    }
    if (now.isEmpty()) {
      return Check.ok(NAME);
    }
    Violations before = former == null ? Violations.NONE : violationsOf(former);
    Optional<String> added = now.notIn(before);
    return added
        .map(detail -> Check.failed(NAME, detail))
        .orElseGet(
            () ->
                new Check(
                    NAME, CheckStatus.WARNING, "broken foreign keys, all of which were there"));
  }

  private Violations violationsOf(Path former) throws SQLException {
    try (SQLiteConnection image = connector.image(former)) {
      return Violations.of(image);
    }
  }

  /** A schema whose foreign keys cannot be checked is a fault only if it could be before. */
  private Check notChecked(SQLException failure, @Nullable Path former) throws SQLException {
    String message = SqliteFailure.message(failure);
    if (SqliteFailure.isBusy(failure)) {
      throw failure;
    }
    if (SqliteFailure.namesUnknown(message)) {
      return new Check(NAME, CheckStatus.LIMITED, message);
    }
    if (former != null) {
      try {
        violationsOf(former);
      } catch (SQLException sameBefore) {
        return new Check(NAME, CheckStatus.LIMITED, message);
      }
    }
    return Check.failed(NAME, message);
  }
}
