package dev.backuphelper.codec;

import dev.backuphelper.internal.io.Writeback;
import dev.backuphelper.model.Compression;
import dev.backuphelper.model.CompressionCodec;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.apache.commons.codec.digest.DigestUtils;
import org.jspecify.annotations.Nullable;

/**
 * The way of the bytes between an image and its artifact, in one pass: digest of the plain bytes,
 * compression, encryption, digest of the stored bytes; and back. Where nothing is compressed or
 * encrypted an artifact is the image itself, and both digests are one. Stateless and thread-safe.
 */
public final class CodecPipeline {
  // Large enough that a call costs nothing beside the work, small enough for the cache. It is also
  // what zstd takes at once.
  private static final int BUFFER_SIZE = 1 << 17;

  // What cannot be compressed grows: zstd by 3 bytes of 128 KiB, gzip by 5 of 16 KiB; what is
  // encrypted by 16 of 64 KiB.
  private static final int WORST_GROWTH = 1 << 10;
  private static final long FRAME_BYTES = 1 << 10;

  private CodecPipeline() {}

  /** Reads a private file to its end and returns what it holds. */
  public static Digest digest(Path file) throws IOException {
    return digest(file, () -> false);
  }

  /**
   * Reads a private file to its end and returns what it holds.
   *
   * @param stopped tells, now and then, whether nobody waits for it any more
   * @throws InterruptedIOException if it was stopped
   */
  public static Digest digest(Path file, BooleanSupplier stopped) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      DigestingOutputStream plain = new DigestingOutputStream(OutputStream.nullOutputStream());
      byte[] buffer = new byte[BUFFER_SIZE];
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        requireWanted(stopped);
        plain.write(buffer, 0, count);
      }
      return plain.digest();
    }
  }

  /** Reads a stream to its end and returns what it held. The stream stays open. */
  public static Digest digest(InputStream in) throws IOException {
    return new DigestingInputStream(in).toEnd();
  }

  /** Takes bytes, piece by piece. */
  public interface Pieces {
    /** Takes one, which must not be changed before the next was taken. */
    void accept(byte[] piece, int length);
  }

  /**
   * What brings some bytes, and does something else with them.
   *
   * @param <T> what comes of that
   */
  public interface Work<T> {
    /** Brings them. */
    T run(Pieces pieces) throws IOException;
  }

  /**
   * What came of some work.
   *
   * @param result of the work itself
   * @param digest of the bytes that it brought
   * @param <T> what came of it
   */
  public record Digested<T>(T result, Digest digest) {}

  /** Does some work, and meanwhile digests the bytes that it brings. */
  public static <T> Digested<T> digestBeside(Work<T> work) throws IOException {
    try (BackgroundDigest digest = new BackgroundDigest()) {
      T result = work.run(digest::update);
      return new Digested<>(result, digest.digest());
    }
  }

  /** Returns the digest of a document. */
  public static Digest digest(byte[] content) {
    return new Digest(content.length, DigestUtils.sha256Hex(content));
  }

  /**
   * Makes sure that a codec can be used.
   *
   * @throws CodecUnavailableException if it cannot
   */
  public static void require(CompressionCodec codec) throws CodecUnavailableException {
    if (codec == CompressionCodec.ZSTD) {
      ZstdLibrary.require();
    }
  }

  /**
   * Returns the most bytes that an image of that size can take when it is compressed or encrypted.
   */
  public static long mostStored(long imageSize) {
    return imageSize + imageSize / WORST_GROWTH + FRAME_BYTES;
  }

  /**
   * Makes an artifact of an image.
   *
   * @param image a private file
   * @param artifact an empty private file
   * @param compression how to compress it; null for not at all
   * @param seal what encrypts it; null for nothing
   * @param stopped tells, now and then, whether nobody waits for it any more
   * @throws InterruptedIOException if it was stopped
   */
  public static Digests encode(
      Path image,
      Path artifact,
      @Nullable Compression compression,
      @Nullable Seal seal,
      BooleanSupplier stopped)
      throws IOException {
    try (InputStream in = Files.newInputStream(image);
        BackgroundDigest plain = new BackgroundDigest()) {
      Digest stored =
          encode(
              out -> copy(in, plain, out, stopped), Files.size(image), artifact, compression, seal);
      return new Digests(plain.digest(), stored);
    }
  }

  /** What is to be stored. */
  public interface Content {
    /** Writes it; the stream stays open. */
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Stores some content.
   *
   * @param size how many bytes it has, about
   * @param artifact an empty private file
   * @param compression how to compress it; null for not at all
   * @param seal what encrypts it; null for nothing
   * @return the digest of what is stored
   */
  public static Digest encode(
      Content content,
      long size,
      Path artifact,
      @Nullable Compression compression,
      @Nullable Seal seal)
      throws IOException {
    try (Writeback writingBack = Writeback.of(artifact, size);
        OutputStream file = Files.newOutputStream(artifact, StandardOpenOption.WRITE)) {
      DigestingOutputStream stored = new DigestingOutputStream(file);
      try (OutputStream sealed = sealed(stored, seal);
          OutputStream encoder = encoder(sealed, compression)) {
        content.writeTo(encoder);
      }
      return stored.digest();
    }
  }

  private static OutputStream sealed(OutputStream out, @Nullable Seal seal) throws IOException {
    return seal == null ? out : seal.key().encrypt(out, seal.name());
  }

  private static OutputStream encoder(OutputStream out, @Nullable Compression compression)
      throws IOException {
    if (compression == null) {
      return out;
    }
    return compression.codec() == CompressionCodec.ZSTD
        ? ZstdLibrary.encoder(out, compression)
        : new GzipEncoder(out, compression.level());
  }

  private static void copy(
      InputStream in, BackgroundDigest plain, OutputStream encoder, BooleanSupplier stopped)
      throws IOException {
    byte[] buffer = new byte[BUFFER_SIZE];
    // The one that may still be being digested while the next is read.
    byte[] digested = new byte[BUFFER_SIZE];
    for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
      requireWanted(stopped);
      plain.update(buffer, count);
      encoder.write(buffer, 0, count);
      byte[] swapped = digested;
      digested = buffer;
      buffer = swapped;
    }
  }

  private static void requireWanted(BooleanSupplier stopped) throws InterruptedIOException {
    if (stopped.getAsBoolean()) {
      throw new InterruptedIOException("stopped while reading");
    }
  }

  /**
   * Makes an image of an artifact, and reads it to its end whatever is wrong with it.
   *
   * @param stored the artifact; stays open
   * @param codec how it is compressed; null for not at all
   * @param seal what decrypts it; null for nothing
   * @param image where the image goes; stays open
   * @param limit the most bytes to write
   * @return what was found; a stream that is broken, or goes on past the limit, is no exception
   * @throws CodecUnavailableException if the codec cannot be used here
   * @throws IOException if reading or writing failed
   */
  public static Inflated decode(
      InputStream stored,
      @Nullable CompressionCodec codec,
      @Nullable Seal seal,
      OutputStream image,
      long limit)
      throws IOException {
    if (codec == null && seal == null) {
      return copy(stored, image, limit);
    }
    DigestingInputStream in = new DigestingInputStream(stored);
    DigestingOutputStream out = new DigestingOutputStream(image);
    Optional<String> problem = Optional.empty();
    boolean tooLong = false;
    try (Decoder decoder = new Decoder(in, codec, seal)) {
      tooLong = !copyUpTo(limit, decoder, out);
      if (tooLong) {
        problem = Optional.of("it inflates past %d bytes".formatted(limit));
      }
    } catch (BrokenStreamException broken) {
      problem = Optional.of(String.valueOf(broken.getMessage()));
    }
    return new Inflated(new Digests(out.digest(), in.toEnd()), problem, tooLong);
  }

  // What is stored as it is needs one digest alone.
  private static Inflated copy(InputStream stored, OutputStream image, long limit)
      throws IOException {
    DigestingInputStream in = new DigestingInputStream(stored);
    boolean tooLong = !copyUpTo(limit, in, image);
    Digest digest = in.toEnd();
    return new Inflated(
        new Digests(digest, digest),
        tooLong ? Optional.of("it goes on past %d bytes".formatted(limit)) : Optional.empty(),
        tooLong);
  }

  /**
   * Opens what is stored.
   *
   * @param stored the artifact; closed by whoever opened it
   * @param codec how it is compressed; null for not at all
   * @param seal what decrypts it; null for nothing
   * @return a stream that throws {@link BrokenStreamException} where it is not sound
   * @throws BrokenStreamException if it is not sound from its beginning
   * @throws CodecUnavailableException if the codec cannot be used here
   */
  public static InputStream open(
      InputStream stored, @Nullable CompressionCodec codec, @Nullable Seal seal)
      throws IOException {
    return codec == null && seal == null
        ? stored
        : new Decoder(new DigestingInputStream(stored), codec, seal);
  }

  private static boolean copyUpTo(long limit, InputStream in, OutputStream out) throws IOException {
    byte[] buffer = new byte[BUFFER_SIZE];
    long left = limit;
    for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
      if (count > left) {
        return false;
      }
      out.write(buffer, 0, count);
      left -= count;
    }
    return true;
  }
}
