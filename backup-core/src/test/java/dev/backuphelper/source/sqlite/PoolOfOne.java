package dev.backuphelper.source.sqlite;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import org.sqlite.SQLiteDataSource;

/** A pool that has a single connection, and fails at once when that is out. */
final class PoolOfOne extends SQLiteDataSource {
  private final AtomicInteger asked;
  private final AtomicInteger open;

  PoolOfOne(Path file, AtomicInteger asked, AtomicInteger open) {
    this.asked = asked;
    this.open = open;
    setUrl("jdbc:sqlite:" + file);
  }

  @Override
  public Connection getConnection() throws SQLException {
    asked.incrementAndGet();
    if (open.incrementAndGet() > 1) {
      throw new SQLException("the pool is empty");
    }
    Connection real = super.getConnection();
    return (Connection)
        Proxy.newProxyInstance(
            Connection.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("close")) {
                open.decrementAndGet();
              }
              try {
                return method.invoke(real, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
