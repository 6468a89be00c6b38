package dev.backuphelper.encryption;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.CreateRequest;
import dev.backuphelper.RestoreRequest;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupType;
import dev.backuphelper.model.Compression;
import dev.backuphelper.testing.Effort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Chains of encrypted backups. */
class EncryptedChainTest {
  @TempDir private Path folder;
  private Vault vault;
  private KeyFile key;
  private BackupHelper backups;

  @BeforeEach
  void makeVault() throws Exception {
    vault = Vault.in(folder);
    key = KeyFile.generate(folder.resolve("backup.key"));
    backups = vault.with(BackupEncryption.with(key));
  }

  private Backup create() {
    return backups.create(
        CreateRequest.builder().automaticType().compress(Compression.zstd()).build());
  }

  private Path file(String name) {
    return vault.store().resolve(name);
  }

  private long restored(BackupHelper by, Backup backup) throws Exception {
    Path target = folder.resolve("restored.db");
    Files.deleteIfExists(target);
    by.restore(RestoreRequest.of(backup.id()).to(target).build());
    return Vault.rows(target);
  }

  @Test
  void deltasAndPageMaps_tellNothing_andComeBack() throws Exception {
    Backup full = create();
    vault.put("another");
    Backup second = create();
    vault.put("one more");
    Backup third = create();

    assertThat(List.of(full.type(), second.type(), third.type()))
        .containsExactly(BackupType.FULL, BackupType.INCREMENTAL, BackupType.INCREMENTAL);
    assertThat(file("app.db.pages." + full.id() + ".enc")).exists();
    assertThat(vault.tells(Vault.SECRET)).isFalse();
    assertThat(vault.tells("BHDELTA1")).isFalse();
    assertThat(vault.tells("BHPAGES1")).isFalse();
    assertThat(restored(backups, second)).isEqualTo(vault.rows() - 1);
    assertThat(restored(backups, third)).isEqualTo(vault.rows());
    assertThat(backups.verifyAll().allValid()).isTrue();
  }

  @Test
  void anotherKey_opensTheChainOnceAllOfItWasRewrapped() throws Exception {
    create();
    vault.put("another");
    Backup second = create();
    KeyFile other = KeyFile.generate(folder.resolve("other.key"));
    BackupHelper later = vault.with(BackupEncryption.with(other).accepting(key));
    vault.put("between the two keys");
    Backup third = later.create(CreateRequest.builder().type(BackupType.INCREMENTAL).build());
    assertThat(third.parent()).contains(second.id());
    assertThat(restored(later, third)).isEqualTo(vault.rows());

    assertThat(later.rekey()).hasSize(2);

    BackupHelper alone = vault.with(BackupEncryption.with(other));
    assertThat(restored(alone, third)).isEqualTo(vault.rows());
    BackupException locked =
        Assertions.catchThrowableOfType(BackupException.class, () -> restored(backups, third));
    assertThat(locked.code()).isEqualTo(ErrorCode.KEY_UNUSABLE);
  }

  @Test
  void partsOfOneBackup_doNotPassForThoseOfAnother() throws Exception {
    Backup full = create();
    vault.put("another");
    Backup second = create();
    Backup third = create();
    String delta = ".delta.zst.enc";

    swap("app.db.backup." + second.id() + delta, "app.db.backup." + third.id() + delta);

    assertThat(backups.verify(second.id()).allValid()).isFalse();
    assertThat(backups.verify(third.id()).allValid()).isFalse();
    swap("app.db.backup." + second.id() + delta, "app.db.backup." + third.id() + delta);
    swap("backup-keys." + full.id() + ".json", "backup-keys." + second.id() + ".json");
    for (Backup backup : List.of(full, second, third)) {
      assertThat(backups.verify(backup.id()).allValid()).isFalse();
    }
  }

  private void swap(String one, String other) throws IOException {
    byte[] bytes = Files.readAllBytes(file(one));
    Files.write(file(one), Files.readAllBytes(file(other)));
    Files.write(file(other), bytes);
  }

  @Test
  void aWrappedKeyThatWasChanged_opensNothing() throws Exception {
    Backup full = create();
    Backup second = create();
    Path keys = file("backup-keys." + full.id() + ".json");
    byte[] bytes = Files.readAllBytes(keys);
    // Without the line's end at its end it is the same document.
    for (int at = 0; at < bytes.length - 1; at += Effort.of(5, 1)) {
      byte[] harmed = bytes.clone();
      harmed[at] ^= 1;
      Files.write(keys, harmed);
      assertThat(backups.verify(full.id()).allValid()).as("byte %d", at).isFalse();
      assertThat(backups.verify(second.id()).allValid()).as("byte %d", at).isFalse();
      Files.write(keys, java.util.Arrays.copyOf(bytes, at));
      assertThat(backups.verify(second.id()).allValid()).as("cut at %d", at).isFalse();
    }
    Files.write(keys, bytes);
    assertThat(backups.verifyAll().allValid()).isTrue();
  }
}
