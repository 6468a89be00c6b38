package dev.backuphelper.codec;

import dev.backuphelper.error.CorruptBackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.KeyException;
import dev.backuphelper.model.BackupId;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts small files whole with AES-GCM: the seam of the core, without the library that another
 * module brings. A document is a line for each key that wraps it.
 */
public final class TestEncryption implements Encryption {
  private static final int NONCE_BYTES = 12;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final boolean byDefault;
  private final List<String> keys;

  private TestEncryption(boolean byDefault, List<String> keys) {
    this.byDefault = byDefault;
    this.keys = keys;
  }

  /** Encrypts by default with the first of some keys, and opens with all. */
  public static TestEncryption of(String... keys) {
    return new TestEncryption(true, List.of(keys));
  }

  /** Encrypts on request only. */
  public TestEncryption onRequest() {
    return new TestEncryption(false, keys);
  }

  @Override
  public boolean encryptsByDefault() {
    return byDefault;
  }

  @Override
  public DataKey create(BackupId id) {
    byte[] key = random(32);
    return new Key(key, document(List.of(wrapped(id, key))));
  }

  @Override
  public DataKey open(BackupId id, byte[] document) {
    for (String line : lines(document)) {
      for (String name : keys) {
        Optional<byte[]> key = unwrapped(id, name, line);
        if (key.isPresent()) {
          return new Key(key.get(), document);
        }
      }
    }
    throw new KeyException("the key of " + id + " is wrong", "Give the right one.");
  }

  @Override
  public Optional<byte[]> add(BackupId id, byte[] document) {
    List<String> lines = new ArrayList<>(lines(document));
    if (lines.stream().anyMatch(line -> unwrapped(id, keys.get(0), line).isPresent())) {
      return Optional.empty();
    }
    Key key = (Key) open(id, document);
    lines.add(wrapped(id, key.bytes));
    return Optional.of(document(lines));
  }

  @Override
  public Optional<byte[]> narrow(BackupId id, byte[] document) {
    List<String> lines = lines(document);
    List<String> own =
        lines.stream().filter(line -> unwrapped(id, keys.get(0), line).isPresent()).toList();
    if (own.isEmpty()) {
      throw new KeyException("the key of " + id + " is wrong", "Give the right one.");
    }
    return lines.size() == 1 ? Optional.empty() : Optional.of(document(own));
  }

  private static byte[] document(List<String> lines) {
    return String.join("\n", lines).getBytes(StandardCharsets.US_ASCII);
  }

  private static List<String> lines(byte[] document) {
    return List.of(new String(document, StandardCharsets.US_ASCII).split("\n"));
  }

  private String wrapped(BackupId id, byte[] key) {
    return Base64.getEncoder().encodeToString(sealed(secret(keys.get(0)), key, id.value()));
  }

  private static Optional<byte[]> unwrapped(BackupId id, String name, String line) {
    try {
      return Optional.of(opened(secret(name), Base64.getDecoder().decode(line), id.value()));
    } catch (IllegalArgumentException noBase64) {
      throw new CorruptBackupException(
          ErrorCode.CORRUPT, "validation failed: the wrapped key of " + id, null);
    } catch (GeneralSecurityException other) {
      return Optional.empty();
    }
  }

  private static byte[] secret(String name) {
    return Arrays.copyOf(name.getBytes(StandardCharsets.UTF_8), 32);
  }

  private static byte[] random(int count) {
    byte[] bytes = new byte[count];
    RANDOM.nextBytes(bytes);
    return bytes;
  }

  private static byte[] sealed(byte[] key, byte[] plain, String name) {
    try {
      byte[] nonce = random(NONCE_BYTES);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.writeBytes(nonce);
      out.writeBytes(cipher(Cipher.ENCRYPT_MODE, key, nonce, name).doFinal(plain));
      return out.toByteArray();
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static byte[] opened(byte[] key, byte[] sealed, String name)
      throws GeneralSecurityException {
    if (sealed.length < NONCE_BYTES) {
      throw new GeneralSecurityException("cut off");
    }
    byte[] nonce = Arrays.copyOf(sealed, NONCE_BYTES);
    return cipher(Cipher.DECRYPT_MODE, key, nonce, name)
        .doFinal(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES);
  }

  private static Cipher cipher(int mode, byte[] key, byte[] nonce, String name)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, nonce));
    cipher.updateAAD(name.getBytes(StandardCharsets.UTF_8));
    return cipher;
  }

  private static final class Key implements DataKey {
    private final byte[] bytes;
    private final byte[] document;

    Key(byte[] bytes, byte[] document) {
      this.bytes = bytes;
      this.document = document;
    }

    @Override
    public byte[] document() {
      return document;
    }

    @Override
    public OutputStream encrypt(OutputStream stored, String name) {
      return new ByteArrayOutputStream() {
        private boolean closed;

        @Override
        public void close() throws IOException {
          if (!closed) {
            closed = true;
            stored.write(sealed(bytes, toByteArray(), name));
            stored.close();
          }
        }
      };
    }

    @Override
    public InputStream decrypt(InputStream stored, String name) throws IOException {
      try {
        return new ByteArrayInputStream(opened(bytes, stored.readAllBytes(), name));
      } catch (GeneralSecurityException changed) {
        throw new IOException(changed);
      }
    }
  }
}
