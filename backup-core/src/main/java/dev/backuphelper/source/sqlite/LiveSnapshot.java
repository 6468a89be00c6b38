package dev.backuphelper.source.sqlite;

import dev.backuphelper.internal.io.Writeback;
import dev.backuphelper.source.Progress;
import dev.backuphelper.source.Snapshot;
import dev.backuphelper.source.SourceFeature;
import dev.backuphelper.source.SourceUnreadableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConnection;

/**
 * One moment of a live database, and its copy by SQLite's backup interface. Because the connection
 * holds a read transaction, the copy never starts over, however busy the writers are.
 */
final class LiveSnapshot implements Snapshot {
  private static final Logger LOG = LoggerFactory.getLogger(LiveSnapshot.class);

  private final Path database;
  private final ReadTransaction moment;
  private final Duration patience;
  private final String engineVersion;

  private LiveSnapshot(Path database, ReadTransaction moment, Duration patience)
      throws IOException, SQLException {
    this.database = database;
    this.moment = moment;
    this.patience = patience;
    engineVersion = moment.connection().getDatabase().libversion();
    requireContent();
    if (moment.isWal()) {
      SqliteVersion.warnOfLostCommits(engineVersion, LOG);
    }
  }

  static LiveSnapshot open(Path database, Connector connector, Duration patience)
      throws IOException {
    ReadTransaction moment = ReadTransaction.begin(database, connector, patience);
    try {
      return new LiveSnapshot(database, moment, patience);
    } catch (SQLException e) {
      moment.close();
      throw SqliteFailure.of(database, e);
    } catch (IOException | RuntimeException e) {
      moment.close();
      throw e;
    }
  }

  /** To SQLite an empty file is an empty database; to its owner it is a lost one. */
  private void requireContent() throws IOException {
    long size = DatabaseFile.size(database);
    if (size == 0) {
      throw new SourceUnreadableException(database + " is empty (0 bytes)");
    }
    if (size <= DatabaseFile.TAKEN_FOR_EMPTY) {
      throw SqliteFailure.unknownFormat(database);
    }
  }

  @Override
  public long size() {
    try {
      SQLiteConnection connection = moment.connection();
      return Query.number(connection, "PRAGMA page_count")
          * Query.number(connection, "PRAGMA page_size");
    } catch (SQLException e) {
      return sizeOfFiles();
    }
  }

  /** Page counts need a schema that can be read. */
  private long sizeOfFiles() {
    try {
      return DatabaseFile.size(database)
          + DatabaseFile.size(DatabaseFile.sidecar(database, DatabaseFile.WAL));
    } catch (IOException e) {
      return 0;
    }
  }

  @Override
  public Set<SourceFeature> features() {
    return moment.isWal() ? Set.of(SourceFeature.SNAPSHOT_WITHOUT_BLOCKING) : Set.of();
  }

  @Override
  public String engineVersion() {
    return engineVersion;
  }

  @Override
  public Map<String, Object> facts() {
    return Map.of(JournalMode.FACT, (moment.isWal() ? JournalMode.WAL : JournalMode.DELETE).key());
  }

  @Override
  public void copyTo(Path file, Progress progress) throws IOException {
    int code;
    try (Writeback writingBack = Writeback.of(file, size())) {
      code =
          OnlineCopy.run(moment.connection(), file.toAbsolutePath().toString(), patience, progress);
    } catch (SQLException e) {
      throw SqliteFailure.of(database, e);
    }
    if (code != 0) {
      throw SqliteFailure.isInputOutput(code) && hasRoom(file)
          ? new SourceUnreadableException(
              database + " cannot be read to its end: input or output failed (" + code + ")")
          : SqliteFailure.of(database, code);
    }
    moment.requireUntouched();
    requireWhole(file);
    // Without the mark of a log the image grows no sidecars wherever it is opened.
    ImageFile.setWal(file, false);
    Files.deleteIfExists(DatabaseFile.sidecar(file, DatabaseFile.JOURNAL));
  }

  /**
   * SQLite does not tell which of the two files failed. If the copy's disk takes as many bytes as
   * the copy would have had, it was the database.
   */
  private boolean hasRoom(Path file) {
    try {
      ImageFile.fillWithZeros(file, size());
      return true;
    } catch (IOException failure) {
      LOG.debug("{} cannot be written", file, failure);
      return false;
    }
  }

  private void requireWhole(Path file) throws IOException {
    long size = Files.size(file);
    int pageSize = ImageFile.header(file).map(Header::pageSize).orElse(0);
    if (pageSize == 0 || size == 0 || size % pageSize != 0) {
      throw new IOException(
          "the copy of " + database + " is no whole database: " + size + " bytes");
    }
  }

  @Override
  public void close() throws IOException {
    moment.close();
  }
}
