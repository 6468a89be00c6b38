package dev.backuphelper.encryption;

import com.google.crypto.tink.subtle.AesGcmHkdfStreaming;
import dev.backuphelper.codec.DataKey;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;

/** The key of a backup, used with Tink's streaming AES-256-GCM-HKDF in segments of 64 KiB. */
final class SegmentedKey implements DataKey {
  static final int KEY_BYTES = 32;
  private static final int SEGMENT_BYTES = 1 << 16;

  private final AesGcmHkdfStreaming cipher;
  private final byte[] document;

  SegmentedKey(byte[] key, byte[] document) {
    this(key, document, SEGMENT_BYTES);
  }

  SegmentedKey(byte[] key, byte[] document, int segmentBytes) {
    try {
      cipher = new AesGcmHkdfStreaming(key, "HmacSha256", KEY_BYTES, segmentBytes, 0);
    } catch (GeneralSecurityException tooShort) {
      throw new IllegalArgumentException("a key has %d bytes".formatted(key.length), tooShort);
    }
    this.document = document.clone();
  }

  @Override
  public byte[] document() {
    return document.clone();
  }

  @Override
  public OutputStream encrypt(OutputStream stored, String name) throws IOException {
    try {
      return cipher.newEncryptingStream(stored, name.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException failure) {
      throw new IOException("AES-GCM cannot be used: " + failure.getMessage(), failure);
    }
  }

  @Override
  public InputStream decrypt(InputStream stored, String name) throws IOException {
    try {
      return cipher.newDecryptingStream(stored, name.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException failure) {
      throw new IOException("AES-GCM cannot be used: " + failure.getMessage(), failure);
    }
  }
}
