package dev.backuphelper.source.sqlite;

import dev.backuphelper.model.CheckLevel;
import dev.backuphelper.source.Inspection;
import dev.backuphelper.source.Snapshot;
import dev.backuphelper.source.Source;
import dev.backuphelper.source.SourceUnreadableException;
import dev.backuphelper.source.TableDifference;
import dev.backuphelper.source.Target;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.OptionalLong;
import javax.sql.DataSource;

/**
 * An SQLite database file, live or not: its log ({@code -wal}) is part of it, and others may read
 * and write it all the while.
 *
 * <p>Immutable and thread-safe.
 */
public final class SqliteSource implements Source {
  private final Locator locator;
  private final ConnectionHook hook;
  private final boolean sharedDriver;
  private final Connector connector;

  private SqliteSource(Builder builder) {
    this(builder.locator, builder.hook, builder.sharedDriver);
  }

  private SqliteSource(Locator locator, ConnectionHook hook, boolean sharedDriver) {
    this.locator = locator;
    this.hook = hook;
    this.sharedDriver = sharedDriver;
    connector = new Connector(hook);
  }

  /** Returns the database in a file. */
  public static SqliteSource of(Path path) {
    return builder(path).build();
  }

  /**
   * Returns the database that a data source opens. It is asked for its file at the first use: for
   * its URL, if it has a getter {@code getJdbcUrl} or {@code getUrl}, or else for a connection that
   * is given back at once. Everything else goes through connections of this library's own.
   */
  public static SqliteSource of(DataSource dataSource) {
    return builder(dataSource).build();
  }

  /**
   * Returns the database that a JDBC URL names: {@code jdbc:sqlite:app.db} or {@code
   * jdbc:sqlite:file:app.db?cache=shared}. Parameters of connections are dropped.
   *
   * @throws IllegalArgumentException if the URL names no file
   */
  public static SqliteSource of(String jdbcUrl) {
    return builder(jdbcUrl).build();
  }

  /**
   * Returns the databases whose files match a pattern such as {@code data/*.db}, sorted by path.
   * Relative patterns start at the working directory, {@code *} stays within a folder and {@code
   * **} goes into folders. Logs, journals and this library's own marks are left out; what else
   * matches is taken for a database.
   *
   * @throws java.nio.file.NoSuchFileException if no file matches
   * @throws IOException if a folder cannot be read
   */
  public static List<SqliteSource> glob(String pattern) throws IOException {
    return DatabaseGlob.find(pattern).stream().map(SqliteSource::of).toList();
  }

  /** Returns a builder for the database in a file. */
  public static Builder builder(Path path) {
    Objects.requireNonNull(path, "path");
    return new Builder(() -> path);
  }

  /** Returns a builder for the database that a data source opens: see {@link #of(DataSource)}. */
  public static Builder builder(DataSource dataSource) {
    Objects.requireNonNull(dataSource, "dataSource");
    return new Builder(new DataSourceLocator(dataSource));
  }

  /**
   * Returns a builder for the database that a JDBC URL names: see {@link #of(String)}.
   *
   * @throws IllegalArgumentException if the URL names no file
   */
  public static Builder builder(String jdbcUrl) {
    return builder(JdbcUrl.file(Objects.requireNonNull(jdbcUrl, "jdbcUrl")));
  }

  @Override
  public String engine() {
    return "sqlite";
  }

  /**
   * {@inheritDoc}
   *
   * @throws dev.backuphelper.error.RefusedException if the file has several names (hard links),
   *     each of which may have a log of its own
   */
  @Override
  public Path location() throws IOException {
    return DatabaseFile.resolveExisting(locator.path());
  }

  /**
   * {@inheritDoc}
   *
   * @throws dev.backuphelper.error.RefusedException if the file has several names, or several
   *     copies of SQLite are loaded in this process
   */
  @Override
  public Snapshot open(Duration patience) throws IOException {
    requireOneDriver();
    return LiveSnapshot.open(location(), connector, patience);
  }

  @Override
  public Inspection inspect(Path image, CheckLevel level) throws IOException {
    return new ImageInspector(connector).inspect(image, level);
  }

  @Override
  public OptionalLong declaredSize(byte[] head) throws SourceUnreadableException {
    return Header.parse(head)
        .orElseThrow(
            () ->
                SourceUnreadableException.foreign("its content is " + SqliteFailure.UNKNOWN_FORMAT))
        .declaredSize();
  }

  @Override
  public OptionalInt pageSize(Path image) throws IOException {
    return ImageFile.header(image).stream().mapToInt(Header::pageSize).findFirst();
  }

  @Override
  public boolean sameImage(Path one, Path other) throws IOException {
    return ImageFile.sameContent(one, other);
  }

  @Override
  public List<TableDifference> compare(Path backup, Path live) throws IOException {
    return new ContentComparison(connector).compare(backup, live);
  }

  @Override
  public Source at(Path path) {
    Objects.requireNonNull(path, "path");
    return new SqliteSource(() -> path, hook, sharedDriver);
  }

  /**
   * {@inheritDoc}
   *
   * @throws dev.backuphelper.error.RefusedException if the file has several names
   */
  @Override
  public Target target() throws IOException {
    Path path = DatabaseFile.resolveTarget(locator.path());
    return new SqliteTarget(path, connector, this::requireOneDriver);
  }

  private void requireOneDriver() throws IOException {
    if (!sharedDriver) {
      MappedDrivers.requireOne();
    }
  }

  /**
   * Prepares a connection before it is used, so that an application can register its functions,
   * collations and modules. Called for each connection that this library opens, to live databases
   * and to copies; from any thread.
   *
   * <p>Schemas are not trusted ({@code PRAGMA trusted_schema=OFF}): a function that a schema uses
   * in an index, a constraint or a generated column must be registered with the flag {@code
   * SQLITE_INNOCUOUS}, or the hook must run {@code PRAGMA trusted_schema=ON}.
   */
  @FunctionalInterface
  public interface ConnectionHook {
    /** Prepares nothing. */
    ConnectionHook NONE = connection -> {};

    /**
     * Prepares a connection.
     *
     * @throws SQLException if it cannot be prepared; what it was opened for then fails
     */
    void onConnect(Connection connection) throws SQLException;
  }

  /** Settings of a source. Not thread-safe. */
  public static final class Builder {
    private final Locator locator;
    private ConnectionHook hook = ConnectionHook.NONE;
    private boolean sharedDriver;

    private Builder(Locator locator) {
      this.locator = locator;
    }

    /** Sets what is done with each connection before it is used; nothing by default. */
    public Builder onConnect(ConnectionHook hook) {
      this.hook = Objects.requireNonNull(hook, "hook");
      return this;
    }

    /**
     * Vouches that the application opens the database through the same copy of SQLite as this
     * library does, even if other copies are loaded in this process. Without it, several copies are
     * refused, because each would drop the other's locks.
     */
    public Builder sharedDriver() {
      sharedDriver = true;
      return this;
    }

    /** Returns the source. Nothing is opened yet. */
    public SqliteSource build() {
      return new SqliteSource(this);
    }
  }
}
