package dev.backuphelper.encryption;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.RestoreRequest;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.BackupType;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A chain of encrypted backups as the first version wrote it whose encrypted sections hold what
 * stands in the clear too: a full backup with a page map, and a delta in zstd. Every later version
 * opens it.
 */
@Timeout(60)
class GoldenEncryptedChainTest {
  @TempDir private Path folder;
  private Path store;
  private BackupHelper backups;

  @BeforeEach
  void copyStore() throws IOException, URISyntaxException {
    store = Files.createDirectory(folder.resolve("backups"));
    Path golden =
        Path.of(
            GoldenEncryptedChainTest.class
                .getResource("/golden/format-1-encrypted-chained")
                .toURI());
    try (Stream<Path> files = Files.list(golden)) {
      for (Path file : files.toList()) {
        Files.copy(file, store.resolve(file.getFileName().toString()));
      }
    }
    backups =
        BackupHelper.builder()
            .directory(store)
            .encryption(BackupEncryption.with(GoldenEncryptedStore.key(folder)))
            .build();
  }

  @Test
  void theChain_isRead() {
    List<Backup> chain =
        backups.chain(backups.find(GoldenEncryptedStore.INCREMENTAL).orElseThrow());

    assertThat(chain)
        .extracting(Backup::id)
        .containsExactly(GoldenEncryptedStore.FULL, GoldenEncryptedStore.INCREMENTAL);
    assertThat(chain)
        .extracting(Backup::type)
        .containsExactly(BackupType.FULL, BackupType.INCREMENTAL);
    assertThat(chain.get(0).components().get(0).files())
        .containsExactly(
            "app.db.backup." + GoldenEncryptedStore.FULL + ".enc",
            "app.db.pages." + GoldenEncryptedStore.FULL + ".enc");
    assertThat(chain.get(1).components().get(0).file())
        .isEqualTo("app.db.backup." + GoldenEncryptedStore.INCREMENTAL + ".delta.zst.enc");
  }

  @Test
  void eachLink_verifiesAndRestores() throws SQLException {
    assertThat(backups.verifyAll().allValid()).isTrue();
    assertThat(restored(GoldenEncryptedStore.FULL)).containsExactly("under the old oak");
    assertThat(restored(GoldenEncryptedStore.INCREMENTAL))
        .containsExactly("under the old oak", "behind the mill");
  }

  private List<String> restored(BackupId id) throws SQLException {
    Path target = folder.resolve("restored-" + id + ".db");
    backups.restore(RestoreRequest.of(id).to(target).build());
    List<String> places = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + target);
        Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery("SELECT place FROM treasure ORDER BY rowid")) {
      while (found.next()) {
        places.add(found.getString(1));
      }
    }
    return places;
  }
}
