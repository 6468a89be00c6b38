package dev.backuphelper.encryption;

import java.util.Optional;

/**
 * A key that wraps the keys of backups: a {@linkplain KeyFile key file}, a {@linkplain Passphrase
 * passphrase}, or what an application supplies, such as a key management service. Thread-safe.
 *
 * <p>The context, the name of the document that the wrapped key is kept in, must be authenticated
 * with it: a key that is unwrapped with another context than it was wrapped with must be refused.
 */
public interface KeyProvider {
  /**
   * Returns the kind of this key, which tells whose a wrapped key is: lower-case letters, digits
   * and hyphens.
   */
  String kind();

  /**
   * Wraps a key.
   *
   * @throws dev.backuphelper.error.KeyException if this key is not at hand
   */
  WrappedKey wrap(byte[] key, byte[] context);

  /**
   * Unwraps a key that one of this kind has wrapped.
   *
   * @param wrapped untrusted
   * @return the key; empty if another key wrapped it, or it was changed
   * @throws dev.backuphelper.error.KeyException if this key is not at hand
   */
  Optional<byte[]> unwrap(WrappedKey wrapped, byte[] context);
}
