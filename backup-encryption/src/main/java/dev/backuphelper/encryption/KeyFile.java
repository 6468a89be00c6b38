package dev.backuphelper.encryption;

import dev.backuphelper.error.KeyException;
import dev.backuphelper.internal.io.PrivateFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A key in a file: 32 random bytes in Base64, on a line of their own; lines that begin with {@code
 * #} are comments. Thread-safe.
 */
public final class KeyFile implements KeyProvider {
  private static final String KIND = "key-file";
  private static final int KEY_BYTES = 32;
  private static final long MOST_BYTES = 1 << 12;

  private final Path file;
  private @Nullable KeyWrap wrap;

  private KeyFile(Path file, @Nullable KeyWrap wrap) {
    this.file = file;
    this.wrap = wrap;
  }

  /**
   * Makes a new key and writes it into a new file that its owner alone may read.
   *
   * @throws java.nio.file.FileAlreadyExistsException if there is something already
   */
  public static KeyFile generate(Path file) throws IOException {
    byte[] key = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(key);
    String content =
        "# A key of backups. Keep a copy apart from them: without it they cannot be restored.\n"
            + Base64.getEncoder().encodeToString(key)
            + "\n";
    try (FileChannel channel = PrivateFiles.openNew(file)) {
      ByteBuffer bytes = ByteBuffer.wrap(content.getBytes(StandardCharsets.US_ASCII));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    } catch (IOException failure) {
      if (!(failure instanceof java.nio.file.FileAlreadyExistsException)) {
        Files.deleteIfExists(file);
      }
      throw failure;
    }
    PrivateFiles.syncDirectory(PrivateFiles.parent(file));
    return new KeyFile(file, new KeyWrap(key));
  }

  /**
   * Reads a key.
   *
   * @throws KeyException if the file cannot be read, or holds no key
   */
  public static KeyFile read(Path file) {
    return new KeyFile(file, readKey(file));
  }

  /**
   * Returns a key that is read when it is needed, once: many operations need none. What uses it
   * throws a {@link KeyException} if the file cannot be read, or holds no key.
   */
  public static KeyFile at(Path file) {
    return new KeyFile(file, null);
  }

  private synchronized KeyWrap wrap() {
    KeyWrap found = wrap;
    if (found == null) {
      found = readKey(file);
      wrap = found;
    }
    return found;
  }

  private static KeyWrap readKey(Path file) {
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw noKey(file, null);
      }
      List<String> lines =
          Files.readString(file, StandardCharsets.US_ASCII)
              .lines()
              .map(String::strip)
              .filter(line -> !line.isEmpty() && !line.startsWith("#"))
              .toList();
      byte[] key = lines.size() == 1 ? Base64.getDecoder().decode(lines.get(0)) : new byte[0];
      if (key.length != KEY_BYTES) {
        throw noKey(file, null);
      }
      return new KeyWrap(key);
    } catch (IOException unreadable) {
      throw new KeyException(
          "the key file %s cannot be read: %s".formatted(file, reason(unreadable)),
          "Check the path and who may read it.",
          unreadable);
    } catch (IllegalArgumentException noBase64) {
      throw noKey(file, noBase64);
    }
  }

  private static String reason(IOException failure) {
    return failure instanceof java.nio.file.NoSuchFileException
        ? "it does not exist"
        : String.valueOf(failure.getMessage());
  }

  // What is in the file is not told: it may be some other secret.
  private static KeyException noKey(Path file, @Nullable Throwable cause) {
    return new KeyException(
        "the file %s holds no key".formatted(file),
        "A key is 32 bytes in Base64 on one line; make one with: backup key generate FILE",
        cause);
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public WrappedKey wrap(byte[] key, byte[] context) {
    return new WrappedKey(KIND, Map.of(), wrap().wrap(key, context));
  }

  @Override
  public Optional<byte[]> unwrap(WrappedKey wrapped, byte[] context) {
    return wrap().unwrap(wrapped.bytes(), context);
  }

  @Override
  public String toString() {
    return "the key file " + file;
  }
}
