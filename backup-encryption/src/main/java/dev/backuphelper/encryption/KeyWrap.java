package dev.backuphelper.encryption;

import com.google.crypto.tink.subtle.AesGcmJce;
import java.security.GeneralSecurityException;
import java.util.Optional;

/** Wraps keys with AES-256-GCM: a nonce of 12 bytes, the encrypted key, a tag of 16. */
final class KeyWrap {
  private final AesGcmJce cipher;

  /**
   * Creates the wrap.
   *
   * @param key 32 bytes
   */
  KeyWrap(byte[] key) {
    try {
      cipher = new AesGcmJce(key);
    } catch (GeneralSecurityException noSuchCipher) {
      throw new IllegalStateException("this Java has no AES-GCM", noSuchCipher);
    }
  }

  byte[] wrap(byte[] key, byte[] context) {
    try {
      return cipher.encrypt(key, context);
    } catch (GeneralSecurityException failure) {
      throw new IllegalStateException("AES-GCM cannot wrap a key", failure);
    }
  }

  /** Returns the key; empty if another key wrapped it, or it was changed. */
  Optional<byte[]> unwrap(byte[] wrapped, byte[] context) {
    try {
      return Optional.of(cipher.decrypt(wrapped, context));
    } catch (GeneralSecurityException other) {
      return Optional.empty();
    }
  }
}
