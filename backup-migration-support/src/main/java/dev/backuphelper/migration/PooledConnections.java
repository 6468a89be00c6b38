package dev.backuphelper.migration;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import dev.backuphelper.source.ConnectionRelease;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Lets go of the idle connections of a HikariCP pool. */
final class PooledConnections implements ConnectionRelease {
  private static final String POOL = "com.zaxxer.hikari.HikariDataSource";

  private final DataSource dataSource;

  private PooledConnections(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /** Returns what does so for a data source; nothing where HikariCP is not on the class path. */
  static ConnectionRelease of(DataSource dataSource) {
    try {
      Class.forName(POOL, false, PooledConnections.class.getClassLoader());
      return new PooledConnections(dataSource);
    } catch (ClassNotFoundException absent) {
      return NONE;
    }
  }

  @Override
  public Runnable release() {
    return pool().map(PooledConnections::release).orElse(() -> {});
  }

  private static Runnable release(HikariDataSource pool) {
    @Nullable HikariPoolMXBean connections = pool.getHikariPoolMXBean();
    if (connections == null || pool.isClosed()) {
      return () -> {};
    }
    // Or else it would make a new one for each that is closed, and open it at once.
    int idle = pool.getMinimumIdle();
    pool.setMinimumIdle(0);
    connections.softEvictConnections();
    return () -> pool.setMinimumIdle(idle);
  }

  // Not every data source knows what it is.
  private Optional<HikariDataSource> pool() {
    if (dataSource instanceof HikariDataSource pool) {
      return Optional.of(pool);
    }
    try {
      return dataSource.isWrapperFor(HikariDataSource.class)
          ? Optional.of(dataSource.unwrap(HikariDataSource.class))
          : Optional.empty();
    } catch (SQLException | RuntimeException | AbstractMethodError unknown) {
      return Optional.empty();
    }
  }
}
