package dev.backuphelper;

import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.BackupKind;
import dev.backuphelper.model.BackupType;
import dev.backuphelper.model.CheckLevel;
import dev.backuphelper.model.Compression;
import dev.backuphelper.source.sqlite.SqliteSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;

/**
 * Makes the stores that {@link GoldenStoreTest} and those that extend it read. It is no part of the
 * tests: each store in the resources was made once, by the first version that wrote its format, and
 * must never be made anew.
 *
 * <p>To make one of a later format, run it where nothing tells of your machine. As root on Linux,
 * with CLASSPATH set:
 *
 * <pre>{@code
 * unshare -m -u sh -c 'mount -t tmpfs tmpfs /srv && mkdir /srv/app && hostname server &&
 *     LC_ALL=C.UTF-8 java -Duser.name=app dev.backuphelper.GoldenStore [compressed|chained] && cp /srv/app/backups/[!.]* FOLDER'
 * }</pre>
 */
final class GoldenStore {
  static final BackupId FIRST = new BackupId("20260105-070000-000");
  static final BackupId SECOND = new BackupId("20260106-070000-000");
  static final BackupId DAMAGED = new BackupId("20260107-070000-000");
  static final BackupId UNVERIFIED = new BackupId("20260108-070000-000");
  static final BackupId SAFETY = new BackupId("20260109-070000-000");

  private static final Path FOLDER = Path.of("/srv/app");

  private final SampleDatabase orders = SampleDatabase.at(FOLDER.resolve("orders.db"));
  private final SampleDatabase memory = SampleDatabase.at(FOLDER.resolve("mémoire no 1.db"));

  private final boolean compressed;
  private final boolean chained;

  private GoldenStore(List<String> arguments) {
    compressed = arguments.contains("compressed");
    chained = arguments.contains("chained");
  }

  /** Makes it in {@code /srv/app/backups}. */
  public static void main(String[] arguments) throws IOException {
    if (Files.exists(FOLDER.resolve("backups"))) {
      throw new IllegalStateException("there is a store already");
    }
    new GoldenStore(List.of(arguments)).make();
  }

  private void make() {
    orders.execute(
        "PRAGMA page_size=512",
        "PRAGMA journal_mode=delete",
        "PRAGMA application_id=1112033345",
        "CREATE TABLE customer(id INTEGER PRIMARY KEY, name TEXT NOT NULL)",
        "CREATE TABLE orders(id INTEGER PRIMARY KEY, customer INTEGER REFERENCES customer(id),"
            + " cents INTEGER, weight REAL, note TEXT, photo BLOB)",
        "CREATE INDEX orders_of_customer ON orders(customer, cents DESC)",
        "CREATE VIEW owed AS SELECT name, sum(cents) AS cents FROM orders"
            + " JOIN customer ON customer = customer.id GROUP BY name",
        "CREATE TRIGGER no_refund BEFORE INSERT ON orders WHEN new.cents < 0"
            + " BEGIN SELECT raise(ABORT, 'no refunds'); END",
        "INSERT INTO customer VALUES (1, 'Zoë'), (2, '山田')",
        "INSERT INTO orders VALUES (1, 1, 9007199254740993, 0.1, NULL, x'00ff10'),"
            + " (2, 2, 250, -1e300, '', zeroblob(700))");
    memory.execute(
        "PRAGMA page_size=512",
        "PRAGMA journal_mode=wal",
        "CREATE TABLE fact(key TEXT PRIMARY KEY, value) WITHOUT ROWID",
        "INSERT INTO fact VALUES ('a', 1), ('b', 'two'), ('c', x'03')");
    version(1);
    create(
        FIRST,
        CreateRequest.builder()
            .description("before the move, \"all\" of it")
            .tag("release", "1.0")
            .tag("stage", "prod=eu")
            .actor("ops")
            .git("0123456789abcdef0123456789abcdef01234567", "main")
            .pinned());
    version(2);
    create(SECOND, CreateRequest.builder().kind(BackupKind.SCHEDULED).checks(CheckLevel.FULL));
    version(3);
    // The first order has no note.
    declareNote("TEXT", "TEXT NOT NULL");
    create(DAMAGED, CreateRequest.builder().kind(BackupKind.SCHEDULED));
    declareNote("TEXT NOT NULL", "TEXT");
    version(4);
    create(UNVERIFIED, CreateRequest.builder().kind(BackupKind.ARCHIVE).checks(CheckLevel.NONE));
    version(5);
    create(SAFETY, CreateRequest.builder().safety("orders-v42"));
  }

  private void version(int version) {
    orders.execute(
        "PRAGMA user_version=" + version,
        "INSERT INTO orders(customer, cents, note) VALUES (1, 100, 'version %d')"
            .formatted(version));
    memory.execute("REPLACE INTO fact VALUES ('version', %d)".formatted(version));
  }

  /** Declares a column in another way than its table was made, behind the back of SQLite. */
  private void declareNote(String before, String after) {
    orders.execute(
        "PRAGMA writable_schema=on",
        "UPDATE sqlite_schema SET sql = replace(sql, 'note %s,', 'note %s,') WHERE name = 'orders'"
            .formatted(before, after));
  }

  /** Returns how that backup is compressed in the store where each of them is. */
  static Compression compression(BackupId id) {
    if (id.equals(SECOND) || id.equals(UNVERIFIED)) {
      return Compression.gzip();
    }
    return id.equals(SAFETY) ? Compression.zstd().withLevel(19) : Compression.zstd();
  }

  private void create(BackupId id, CreateRequest.Builder request) {
    if (compressed) {
      request.compress(compression(id));
    }
    if (chained && (id.equals(FIRST) || id.equals(SECOND))) {
      request.automaticType();
    }
    if (chained && id.equals(UNVERIFIED)) {
      request.type(BackupType.INCREMENTAL).compress(Compression.zstd());
    }
    String date = id.value().replaceFirst("(....)(..)(..)-(..)(..)(..)-", "$1-$2-$3T$4:$5:$6.");
    Backup made =
        BackupHelper.builder()
            .sources(
                List.of(
                    SqliteSource.of(FOLDER.resolve("orders.db")),
                    SqliteSource.of(FOLDER.resolve("mémoire no 1.db"))))
            .directory(FOLDER.resolve("backups"))
            .clock(Clock.fixed(Instant.parse(date + "Z"), ZoneOffset.UTC))
            .build()
            .create(request.build());
    if (!made.id().equals(id)) {
      throw new IllegalStateException("not " + id + ": " + made.id());
    }
  }
}
