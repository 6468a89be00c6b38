package dev.backuphelper.migration.liquibase;

import dev.backuphelper.source.ConnectionRelease;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import liquibase.exception.DatabaseException;

/**
 * A write-ahead log that an update brought in. Liquibase's connection stays open while the database
 * is restored, and as long as it has the log open nobody else can leave it: so it has to.
 */
final class LogOfUpdate implements ConnectionRelease {
  private static final int ATTEMPTS = 50;
  private static final Duration PAUSE = Duration.ofMillis(20);

  private boolean hadLog;
  private Optional<TargetDatabase> target = Optional.empty();

  /**
   * Notes what there is before the update. As long as that is not known, what is undone is an
   * earlier one that was interrupted; the restore itself brings a log back that was there.
   */
  void before(TargetDatabase database) throws SQLException, DatabaseException {
    hadLog = database.hasLog();
  }

  /** Says whose connection is open. */
  void isOpenIn(TargetDatabase database) {
    target = Optional.of(database);
  }

  @Override
  public Runnable release() throws IOException {
    try {
      if (!hadLog && target.isPresent() && target.get().isOpen()) {
        leave(target.get());
        target.get().rollback();
      }
      return () -> {};
    } catch (SQLException | DatabaseException failure) {
      throw new IOException("Liquibase's connection: " + failure.getMessage(), failure);
    }
  }

  // Pools close their connections in the background. If others have it open still, the restore
  // says so.
  private static void leave(TargetDatabase target) throws SQLException, DatabaseException {
    for (int attempt = 1; target.hasLog() && attempt <= ATTEMPTS; attempt++) {
      try {
        target.leaveLog();
      } catch (SQLException inUse) {
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }
}
