package dev.backuphelper.encryption;

import dev.backuphelper.catalog.StoreNames;
import dev.backuphelper.codec.DataKey;
import dev.backuphelper.codec.Encryption;
import dev.backuphelper.error.CorruptBackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.KeyException;
import dev.backuphelper.internal.io.MalformedDocumentException;
import dev.backuphelper.model.BackupId;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Encrypts backups: each with a random key of its own, which is wrapped with a key of the user.
 *
 * <pre>{@code
 * BackupHelper backups =
 *     BackupHelper.builder()
 *         .source(SqliteSource.of(Path.of("app.db")))
 *         .directory(Path.of("backups"))
 *         .encryption(BackupEncryption.with(KeyFile.read(Path.of("backup.key"))))
 *         .build();
 * }</pre>
 *
 * <p>Immutable and thread-safe, as far as its providers are.
 */
public final class BackupEncryption implements Encryption {
  private final KeyProvider present;
  private final List<KeyProvider> all;
  private final boolean byDefault;

  private BackupEncryption(KeyProvider present, List<KeyProvider> all, boolean byDefault) {
    this.present = present;
    this.all = all;
    this.byDefault = byDefault;
  }

  /** Returns what encrypts and decrypts with a key. */
  public static BackupEncryption with(KeyProvider key) {
    return new BackupEncryption(Objects.requireNonNull(key, "key"), List.of(key), true);
  }

  /** Returns the same, which also decrypts with a former key. */
  public BackupEncryption accepting(KeyProvider former) {
    List<KeyProvider> more = new ArrayList<>(all);
    more.add(Objects.requireNonNull(former, "former"));
    return new BackupEncryption(present, List.copyOf(more), byDefault);
  }

  /**
   * Returns the same, which encrypts only what a request says, and what replaces something
   * encrypted: the safety backup before that is restored.
   */
  public BackupEncryption onRequest() {
    return new BackupEncryption(present, all, false);
  }

  @Override
  public boolean encryptsByDefault() {
    return byDefault;
  }

  @Override
  public DataKey create(BackupId id) {
    CipherWarmUp.ENCRYPTING.begin();
    byte[] key = new byte[SegmentedKey.KEY_BYTES];
    new SecureRandom().nextBytes(key);
    KeysDocument empty = new KeysDocument(id, List.of());
    KeysDocument document = new KeysDocument(id, List.of(present.wrap(key, empty.context())));
    return new SegmentedKey(key, document.write());
  }

  @Override
  public DataKey open(BackupId id, byte[] document) {
    CipherWarmUp.DECRYPTING.begin();
    return new SegmentedKey(unwrap(read(id, document)), document);
  }

  @Override
  public Optional<byte[]> add(BackupId id, byte[] document) {
    KeysDocument found = read(id, document);
    if (own(found).isPresent()) {
      return Optional.empty();
    }
    byte[] key = unwrap(found);
    List<WrappedKey> keys = new ArrayList<>(found.keys());
    keys.add(present.wrap(key, found.context()));
    return Optional.of(new KeysDocument(id, keys).write());
  }

  @Override
  public Optional<byte[]> narrow(BackupId id, byte[] document) {
    KeysDocument found = read(id, document);
    WrappedKey own = own(found).orElseThrow(() -> wrong(found));
    return found.keys().size() == 1
        ? Optional.empty()
        : Optional.of(new KeysDocument(id, List.of(own)).write());
  }

  private Optional<WrappedKey> own(KeysDocument document) {
    return document.keys().stream()
        .filter(key -> unwrap(present, key, document).isPresent())
        .findFirst();
  }

  private byte[] unwrap(KeysDocument document) {
    for (KeyProvider provider : all) {
      for (WrappedKey key : document.keys()) {
        Optional<byte[]> unwrapped = unwrap(provider, key, document);
        if (unwrapped.isPresent()) {
          return unwrapped.get();
        }
      }
    }
    throw wrong(document);
  }

  private static Optional<byte[]> unwrap(
      KeyProvider provider, WrappedKey key, KeysDocument document) {
    return provider.kind().equals(key.kind())
        ? provider
            .unwrap(key, document.context())
            .filter(found -> found.length == SegmentedKey.KEY_BYTES)
        : Optional.empty();
  }

  private KeyException wrong(KeysDocument document) {
    String wanted =
        document.keys().stream()
            .map(WrappedKey::kind)
            .distinct()
            .collect(Collectors.joining(" or "));
    String given = all.stream().map(KeyProvider::toString).collect(Collectors.joining(", "));
    return new KeyException(
        "the key given, %s, does not open backup %s: another %s wrapped it, or %s was changed"
            .formatted(given, document.id(), wanted, StoreNames.keys(document.id())),
        "Give the %s that it was made with; or put that file back from a copy of the store."
            .formatted(wanted));
  }

  private static KeysDocument read(BackupId id, byte[] document) {
    try {
      return KeysDocument.read(id, document);
    } catch (MalformedDocumentException malformed) {
      throw new CorruptBackupException(
          ErrorCode.CORRUPT,
          "validation failed: %s: %s".formatted(StoreNames.keys(id), malformed.getMessage()),
          "Put that file back from a copy of the store.",
          malformed);
    }
  }
}
