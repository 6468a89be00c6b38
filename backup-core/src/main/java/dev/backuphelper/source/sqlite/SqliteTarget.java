package dev.backuphelper.source.sqlite;

import dev.backuphelper.internal.io.PrivateFiles;
import dev.backuphelper.model.Check;
import dev.backuphelper.source.Snapshot;
import dev.backuphelper.source.SourceBusyException;
import dev.backuphelper.source.SourceUnreadableException;
import dev.backuphelper.source.Target;
import dev.backuphelper.source.TargetState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/** The file that a restore writes into, be it there or not. */
final class SqliteTarget implements Target {
  /** A page in the log is up to 5 % larger than in the database; a journal's is hardly larger. */
  private static final long LOG_OVERHEAD_DIVISOR = 20;

  private static final long SMALL_FILES = 1 << 16;

  private final Path path;
  private final Connector connector;
  private final Precondition oneDriver;
  private boolean exists;
  private @Nullable Object key;

  SqliteTarget(Path path, Connector connector, Precondition oneDriver) throws IOException {
    this.path = path;
    this.connector = connector;
    this.oneDriver = oneDriver;
    remember();
  }

  /** Something that must hold before a live database is opened. */
  interface Precondition {
    void require() throws IOException;
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public TargetState probe(Duration patience) throws IOException {
    requireSame();
    if (!exists) {
      return TargetState.MISSING;
    }
    long size = DatabaseFile.size(path);
    if (size <= DatabaseFile.TAKEN_FOR_EMPTY) {
      boolean nothing = size == 0 && !DatabaseFile.hasSidecarContent(path);
      return nothing ? TargetState.EMPTY : TargetState.UNREADABLE;
    }
    return isReadable(patience) ? TargetState.DATABASE : TargetState.UNREADABLE;
  }

  private boolean isReadable(Duration patience) throws IOException {
    oneDriver.require();
    if (hasDeadJournal() && !hasHeader()) {
      return false;
    }
    try {
      ReadTransaction.begin(path, connector, patience).close();
      return true;
    } catch (SourceUnreadableException e) {
      return false;
    }
  }

  /** SQLite deletes a journal that it cannot use, even beside a file that is no database. */
  private boolean hasDeadJournal() throws IOException {
    Path journal = DatabaseFile.sidecar(path, DatabaseFile.JOURNAL);
    return DatabaseFile.size(journal) > 0 && !ImageFile.isJournal(journal);
  }

  /** Looks at the first page alone, without locks, so that nothing beside the file is touched. */
  private boolean hasHeader() throws IOException {
    try (SQLiteConnection connection = connector.plainImage(path)) {
      Query.number(connection, "PRAGMA schema_version");
      return true;
    } catch (SQLException e) {
      if (SqliteFailure.isDamage(e)) {
        return false;
      }
      throw SqliteFailure.of(path, e);
    }
  }

  @Override
  public Snapshot open(Duration patience) throws IOException {
    requireSame();
    if (!exists) {
      throw new NoSuchFileException(path.toString());
    }
    oneDriver.require();
    return LiveSnapshot.open(path, connector, patience);
  }

  @Override
  public long spaceNeeded(TargetState state, long imageSize) throws IOException {
    if (state != TargetState.DATABASE) {
      return imageSize + SMALL_FILES;
    }
    long present = DatabaseFile.size(path);
    long journalOrLog = Math.max(present, imageSize);
    return journalOrLog
        + journalOrLog / LOG_OVERHEAD_DIVISOR
        + Math.max(0, imageSize - present)
        + SMALL_FILES;
  }

  @Override
  public Written write(WriteOrder order) throws IOException {
    TargetState state =
        order.before() == TargetState.UNREADABLE ? TargetState.UNREADABLE : probe(order.patience());
    if (state == TargetState.DATABASE || state == TargetState.EMPTY) {
      oneDriver.require();
      boolean empty = state == TargetState.EMPTY;
      if (new WriteThrough(path, connector).write(order, empty)) {
        return Written.WRITTEN_THROUGH;
      }
    }
    requireSame();
    new Installation(path).install(order);
    remember();
    return Written.INSTALLED;
  }

  @Override
  public void undo(TargetState before, Path aside) throws IOException {
    requireSame();
    new Removal(path).undo(before, aside);
    remember();
  }

  @Override
  public boolean clear(TargetState wanted, Path aside, Duration patience) throws IOException {
    TargetState now = probe(patience);
    boolean exact = true;
    if (now == TargetState.DATABASE) {
      oneDriver.require();
      exact = new Emptying(path, connector).empty(wanted, aside, patience);
    } else if (now == TargetState.UNREADABLE) {
      new Installation(path).takeAside(aside);
      new Removal(path).undo(wanted, aside);
    } else if (now != wanted) {
      new Removal(path).undo(wanted, aside);
    }
    remember();
    return exact;
  }

  @Override
  public boolean applySettings(Map<String, Object> facts, Duration patience) throws IOException {
    requireSame();
    oneDriver.require();
    JournalMode wanted = JournalMode.of(facts);
    try (ReadTransaction present = ReadTransaction.begin(path, connector, patience)) {
      if (present.isWal() == (wanted == JournalMode.WAL)) {
        return true;
      }
    }
    try {
      WriteThrough through = new WriteThrough(path, connector);
      UntilUnused.run(patience, () -> through.setJournalMode(wanted, Duration.ZERO));
      return true;
    } catch (SourceBusyException inUse) {
      return false;
    } catch (SQLException e) {
      throw SqliteFailure.of(path, e);
    }
  }

  @Override
  public List<Check> check(@Nullable Path former, Duration patience) throws IOException {
    requireSame();
    if (!exists) {
      return List.of();
    }
    oneDriver.require();
    try (ReadTransaction present = ReadTransaction.begin(path, connector, patience)) {
      SQLiteConnection connection = present.connection();
      // As in an image: rows that break the application's own rules are no damage.
      Query.run(connection, "PRAGMA ignore_check_constraints=ON");
      return List.of(
          new StructureCheck(connection, connector).run("quick_check"),
          new NewViolations(connector).check(connection, former));
    } catch (SQLException e) {
      throw SqliteFailure.of(path, e);
    }
  }

  @Override
  public Fingerprint fingerprint() throws IOException {
    Optional<BasicFileAttributes> main = DatabaseFile.attributes(path);
    // Whoever opens a database with a log makes an empty one, even if he only reads.
    Optional<BasicFileAttributes> log =
        DatabaseFile.attributes(DatabaseFile.sidecar(path, DatabaseFile.WAL))
            .filter(file -> file.size() > 0);
    return new Fingerprint(
        main.map(DatabaseFile::key).map(Object::toString).orElse(""),
        List.of(state("main", main), state("log", log)));
  }

  private static FileState state(String name, Optional<BasicFileAttributes> file) {
    return file.map(
            found ->
                new FileState(
                    "%s %d bytes at %s".formatted(name, found.size(), found.lastModifiedTime()),
                    found.lastModifiedTime().toMillis()))
        .orElseGet(() -> new FileState(name + " missing", 0));
  }

  /** The path was resolved once; if another file has the name now, it is not ours to write. */
  private void requireSame() throws IOException {
    if (PrivateFiles.isTaken(path) != exists
        || Files.isSymbolicLink(path)
        || !Objects.equals(DatabaseFile.key(path), key)) {
      throw new IOException(path + " was replaced meanwhile");
    }
  }

  private void remember() throws IOException {
    exists = PrivateFiles.isTaken(path);
    key = DatabaseFile.key(path);
  }
}
