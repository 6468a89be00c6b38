package dev.backuphelper.encryption;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.RestoreRequest;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Encrypted backups as the first version wrote them that encrypted: every later one opens them. */
@Timeout(60)
class GoldenEncryptedStoreTest {
  @TempDir private Path folder;
  private Path store;

  @BeforeEach
  void copyStore() throws IOException, URISyntaxException {
    store = Files.createDirectory(folder.resolve("backups"));
    Path golden =
        Path.of(GoldenEncryptedStoreTest.class.getResource("/golden/format-1-encrypted").toURI());
    try (Stream<Path> files = Files.list(golden)) {
      for (Path file : files.toList()) {
        Files.copy(file, store.resolve(file.getFileName().toString()));
      }
    }
  }

  private BackupHelper with(KeyProvider key) {
    return BackupHelper.builder().directory(store).encryption(BackupEncryption.with(key)).build();
  }

  @Test
  void list_needsNoKey() {
    assertThat(BackupHelper.builder().directory(store).build().list())
        .extracting(Backup::id)
        .containsExactly(GoldenEncryptedStore.BY_PASSPHRASE, GoldenEncryptedStore.BY_FILE);
  }

  @Test
  void byKeyFile_verifiesAndRestores() throws Exception {
    requireOpens(GoldenEncryptedStore.key(folder), GoldenEncryptedStore.BY_FILE);
  }

  @Test
  void byPassphrase_verifiesAndRestores() throws Exception {
    requireOpens(GoldenEncryptedStore.passphrase(), GoldenEncryptedStore.BY_PASSPHRASE);
  }

  private void requireOpens(KeyProvider key, BackupId id) throws SQLException {
    Path target = folder.resolve("restored.db");

    assertThat(with(key).verify(id).allValid()).isTrue();
    with(key).restore(RestoreRequest.of(id).to(target).build());

    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + target);
        Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery("SELECT place FROM treasure")) {
      assertThat(found.next()).isTrue();
      assertThat(found.getString(1)).isEqualTo("under the old oak");
    }
    Backup backup = with(key).find(id).orElseThrow();
    assertThat(with(key).unlock(backup).components().get(0).facts())
        .containsEntry("page_size", 512L)
        .extractingByKey("tables")
        .isInstanceOf(List.class);
  }
}
