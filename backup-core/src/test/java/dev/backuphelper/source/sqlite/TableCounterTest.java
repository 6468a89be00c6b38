package dev.backuphelper.source.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.backuphelper.source.sqlite.SqliteSource.ConnectionHook;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteConnection;

@Timeout(60)
class TableCounterTest {
  private static final String ENDLESS =
      "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r) SELECT count(*) FROM r";

  @TempDir private Path folder;

  @Test
  void count_withoutTime_listsTablesWithoutRows() throws SQLException {
    Path file = TestDatabase.create(folder.resolve("image"), JournalMode.DELETE);
    try (SQLiteConnection connection = new Connector(ConnectionHook.NONE).image(file)) {
      assertThat(TableCounter.count(connection, Duration.ZERO.minusDays(1)))
          .singleElement()
          .satisfies(
              table -> assertThat(table).containsEntry("name", "t").containsEntry("rows", null));
    }
  }

  @Test
  void deadline_interruptsWhatRuns() throws SQLException {
    try (SQLiteConnection connection = new Connector(ConnectionHook.NONE).memory();
        Deadline deadline = new Deadline(connection, Duration.ofMillis(20))) {
      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(() -> Query.number(connection, ENDLESS))
          .withMessageContaining("interrupt");
      assertThat(deadline.isOver()).isTrue();
    }
  }

  @Test
  void deadline_afterClose_interruptsNothing() throws SQLException {
    SQLiteConnection connection = new Connector(ConnectionHook.NONE).memory();
    Deadline deadline = new Deadline(connection, Duration.ofMillis(1));
    deadline.close();
    assertThat(Query.number(connection, "SELECT 1")).isEqualTo(1);
    connection.close();

    Deadline late = new Deadline(connection, Duration.ofMillis(1));
    Awaitility.await().until(late::isOver);
    late.close();
  }
}
