package dev.backuphelper.encryption;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.CreateRequest;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.BackupType;
import dev.backuphelper.model.Compression;
import dev.backuphelper.source.sqlite.SqliteSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;

/**
 * Makes the stores that {@link GoldenEncryptedStoreTest} and {@link GoldenEncryptedChainTest} read.
 * It is no part of the tests: each store in the resources was made once, by the first version that
 * wrote its like, and must never be made anew.
 *
 * <p>To make one of a later format, run it where nothing tells of your machine. As root on Linux,
 * with CLASSPATH set:
 *
 * <pre>{@code
 * unshare -m -u sh -c 'mount -t tmpfs tmpfs /srv && mkdir /srv/app && hostname server &&
 *     java -Duser.name=app dev.backuphelper.encryption.GoldenEncryptedStore [chained] && cp /srv/app/backups/[!.]* FOLDER'
 * }</pre>
 */
final class GoldenEncryptedStore {
  static final BackupId BY_FILE = new BackupId("20261120-070000-000");
  static final BackupId BY_PASSPHRASE = new BackupId("20261121-070000-000");

  static final BackupId FULL = new BackupId("20261122-070000-000");
  static final BackupId INCREMENTAL = new BackupId("20261123-070000-000");

  // No secret: the store holds nothing else than what stands here.
  private static final byte[] KEY =
      "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final char[] PASSPHRASE = "caf\u00e9 noir, sans sucre".toCharArray();
  private static final Path FOLDER = Path.of("/srv/app");

  private GoldenEncryptedStore() {}

  static KeyFile key(Path folder) throws IOException {
    Path file = folder.resolve("golden.key");
    Files.writeString(file, Base64.getEncoder().encodeToString(KEY) + "\n");
    return KeyFile.read(file);
  }

  static Passphrase passphrase() {
    return Passphrase.of(PASSPHRASE);
  }

  /** Makes it in {@code /srv/app/backups}. */
  public static void main(String[] arguments) throws IOException, SQLException {
    execute(
        "PRAGMA page_size=512",
        "CREATE TABLE treasure(place TEXT)",
        "INSERT INTO treasure VALUES ('under the old oak')");
    if (List.of(arguments).contains("chained")) {
      createChain();
      return;
    }
    create(BY_FILE, key(FOLDER), CreateRequest.ofDefaults());
    create(
        BY_PASSPHRASE, passphrase(), CreateRequest.builder().compress(Compression.zstd()).build());
  }

  private static void createChain() throws IOException, SQLException {
    KeyFile key = key(FOLDER);
    execute("CREATE TABLE sand(grain BLOB)", "INSERT INTO sand VALUES (zeroblob(5000))");
    create(FULL, key, CreateRequest.builder().automaticType().build());
    execute("INSERT INTO treasure VALUES ('behind the mill')");
    create(
        INCREMENTAL,
        key,
        CreateRequest.builder().type(BackupType.INCREMENTAL).compress(Compression.zstd()).build());
  }

  private static void execute(String... commands) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + FOLDER.resolve("app.db"));
        Statement statement = connection.createStatement()) {
      for (String command : commands) {
        statement.execute(command);
      }
    }
  }

  private static void create(BackupId id, KeyProvider key, CreateRequest request) {
    BackupHelper.builder()
        .source(SqliteSource.of(FOLDER.resolve("app.db")))
        .directory(FOLDER.resolve("backups"))
        .clock(Clock.fixed(id.instant(), ZoneOffset.UTC))
        .encryption(BackupEncryption.with(key))
        .build()
        .create(request);
  }
}
