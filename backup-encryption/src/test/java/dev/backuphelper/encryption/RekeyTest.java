package dev.backuphelper.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.store.Store;
import dev.backuphelper.store.local.LocalStore;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A key is changed, and the data stays as it is. */
@Timeout(120)
class RekeyTest {
  @TempDir private Path folder;
  private Vault vault;
  private KeyFile old;
  private KeyFile next;

  @BeforeEach
  void prepare() throws Exception {
    vault = Vault.in(folder);
    old = KeyFile.generate(folder.resolve("old.key"));
    next = KeyFile.generate(folder.resolve("new.key"));
  }

  private BackupHelper both() {
    return vault.with(BackupEncryption.with(next).accepting(old));
  }

  private boolean opensAll(KeyProvider key) {
    return vault.with(BackupEncryption.with(key)).verifyAll().allValid();
  }

  private Map<Path, byte[]> data() throws IOException {
    Map<Path, byte[]> data = new LinkedHashMap<>();
    for (Path file : vault.files()) {
      if (file.toString().contains(".backup.") || file.toString().contains("metadata")) {
        data.put(file, Files.readAllBytes(file));
      }
    }
    return data;
  }

  private void makeBackups(int count) {
    BackupHelper former = vault.with(BackupEncryption.with(old));
    for (int made = 0; made < count; made++) {
      former.create();
    }
  }

  @Test
  void afterwards_theNewKeyAloneOpensAll_andNoDataWasRewritten() throws Exception {
    makeBackups(3);
    Map<Path, byte[]> before = data();

    List<BackupId> changed = both().rekey();

    assertThat(changed).hasSize(3).isSorted();
    assertThat(opensAll(next)).isTrue();
    assertThat(opensAll(old)).isFalse();
    assertThat(data()).usingRecursiveComparison().isEqualTo(before);
    assertThat(both().rekey()).as("there is nothing left to do").isEmpty();
  }

  @Test
  void aKeyFile_isReplacedByAPassphrase() {
    makeBackups(2);
    Passphrase passphrase = Passphrase.of("a new day, a new key".toCharArray());

    vault.with(BackupEncryption.with(passphrase).accepting(old)).rekey();

    assertThat(opensAll(Passphrase.of("a new day, a new key".toCharArray()))).isTrue();
    assertThat(opensAll(old)).isFalse();
  }

  /** Whenever it dies, one of the two keys opens every backup, and the next run ends it. */
  @Test
  void interruptedAnywhere_oneKeyOpensAll_andItCanBeRunAgain() throws Exception {
    makeBackups(2);
    Map<Path, byte[]> documents = new LinkedHashMap<>();
    for (Path file : vault.files()) {
      if (file.toString().contains("backup-keys.")) {
        documents.put(file, Files.readAllBytes(file));
      }
    }
    int failed = 0;
    for (int fatal = 1; ; fatal++) {
      for (Map.Entry<Path, byte[]> document : documents.entrySet()) {
        Files.write(document.getKey(), document.getValue());
      }
      AtomicInteger left = new AtomicInteger(fatal);
      BackupHelper dying =
          vault
              .builder()
              .store(dying(LocalStore.in(vault.store()), left))
              .encryption(BackupEncryption.with(next).accepting(old))
              .build();
      BackupException died = catchThrowableOfType(BackupException.class, dying::rekey);
      if (died == null) {
        break;
      }
      failed++;
      assertThat(opensAll(old) || opensAll(next)).as("after write %d", fatal).isTrue();
      assertThat(both().verifyAll().allValid()).isTrue();

      both().rekey();

      assertThat(opensAll(next)).isTrue();
      assertThat(opensAll(old)).isFalse();
    }
    assertThat(failed).as("each of two documents is written twice").isEqualTo(4);
  }

  /** A store that fails at the n-th document of keys, and from then on. */
  private static Store dying(Store store, AtomicInteger left) {
    return (Store)
        Proxy.newProxyInstance(
            Store.class.getClassLoader(),
            new Class<?>[] {Store.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("put")
                  && String.valueOf(arguments[0]).startsWith("backup-keys.")
                  && left.decrementAndGet() <= 0) {
                throw new IOException("the machine is gone");
              }
              try {
                return method.invoke(store, arguments);
              } catch (InvocationTargetException failure) {
                throw failure.getCause();
              }
            });
  }

  @Test
  void withTheWrongFormerKey_nothingChanges() throws Exception {
    makeBackups(1);
    Backup other =
        vault.with(BackupEncryption.with(Passphrase.of("elsewhere".toCharArray()))).create();

    BackupException wrong = catchThrowableOfType(BackupException.class, () -> both().rekey());

    assertThat(wrong.code()).isEqualTo(ErrorCode.KEY_UNUSABLE);
    assertThat(wrong).hasMessageContaining(other.id().value());
    assertThat(wrong.hint()).isPresent();
    assertThat(vault.with(BackupEncryption.with(old)).verify(first()).allValid()).isTrue();
    assertThat(vault.with(BackupEncryption.with(next)).verify(first()).allValid()).isFalse();
  }

  private BackupId first() {
    List<Backup> all = vault.withoutKeys().list();
    return all.get(all.size() - 1).id();
  }
}
