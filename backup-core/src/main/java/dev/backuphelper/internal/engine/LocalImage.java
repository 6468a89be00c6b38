package dev.backuphelper.internal.engine;

import dev.backuphelper.codec.CodecPipeline;
import dev.backuphelper.codec.CodecUnavailableException;
import dev.backuphelper.codec.CompressedImage;
import dev.backuphelper.codec.Inflated;
import dev.backuphelper.error.CorruptBackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.internal.io.Interruption;
import dev.backuphelper.model.Component;
import dev.backuphelper.store.StagedFile;
import dev.backuphelper.store.Store;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The image of an artifact as a local file: the artifact itself, a staged copy of it, or what it
 * inflates to, which is a private file too and is gone when this is closed. So is what comes of a
 * chain.
 */
final class LocalImage implements AutoCloseable {
  private static final String HINT = "Free some space there.";

  private final Path path;
  private final @Nullable Inflated inflated;
  private final @Nullable String flaw;
  private final Cleanup cleanup;

  private LocalImage(Path path, @Nullable Inflated inflated, Cleanup cleanup) {
    this(path, inflated, null, cleanup);
  }

  private LocalImage(
      Path path, @Nullable Inflated inflated, @Nullable String flaw, Cleanup cleanup) {
    this.path = path;
    this.inflated = inflated;
    this.flaw = flaw;
    this.cleanup = cleanup;
  }

  /**
   * Returns the same file, now that a chain was put together in it.
   *
   * @param found what came of that
   * @param baseFlaw what is wrong with what it builds on, be the image right; null if nothing is
   */
  LocalImage holding(Inflated found, @Nullable String baseFlaw) {
    return new LocalImage(path, found, baseFlaw, cleanup);
  }

  /** Returns what stands for an image that there is none of. */
  static LocalImage ofNothing() {
    return new LocalImage(Path.of(""), null, () -> {});
  }

  private interface Cleanup {
    void run() throws IOException;
  }

  static LocalImage of(StagedFile staged) {
    return new LocalImage(staged.path(), null, staged::close);
  }

  /**
   * Returns the image of an artifact, whatever is wrong with it.
   *
   * @param scratch where a copy is staged
   * @throws IOException if the artifact cannot be read
   * @throws dev.backuphelper.error.BackupException if there is no room for a copy, or none could be
   *     made
   */
  static LocalImage of(Store store, Store scratch, Artifact artifact) throws IOException {
    return artifact.base() == null
        ? content(store, scratch, artifact)
        : new ChainImage(store, scratch, artifact).assemble();
  }

  /** Returns what an artifact holds, which is the image or what changed of it. */
  static LocalImage content(Store store, Store scratch, Artifact artifact) throws IOException {
    Optional<Path> local = stored(store, artifact);
    if (!artifact.isUncoded()) {
      return decoded(store, scratch, artifact);
    }
    return local.isPresent()
        ? new LocalImage(local.get(), null, () -> {})
        : copied(store, scratch, artifact);
  }

  /**
   * Returns the same, but what an artifact inflates to is not kept: there is no file then, only
   * what {@link #inflated} tells.
   */
  static LocalImage unstaged(Store store, Artifact artifact) throws IOException {
    if (artifact.base() != null) {
      return new ChainImage(store, store, artifact).unassembled();
    }
    if (artifact.isPlain()) {
      return of(store, store, artifact);
    }
    stored(store, artifact);
    Component component = artifact.component();
    try (InputStream in = store.open(component.file())) {
      Inflated inflated =
          decode(in, artifact, OutputStream.nullOutputStream(), component.originalSize());
      return new LocalImage(Path.of(""), inflated, () -> {});
    } catch (IOException failure) {
      throw unreadable(component, failure);
    }
  }

  // A link in the store is not followed: it could lead to a live database.
  private static Optional<Path> stored(Store store, Artifact artifact) throws NoSuchFileException {
    Optional<Path> local = store.path(artifact.file());
    if (local.isPresent() && !Files.isRegularFile(local.get(), LinkOption.NOFOLLOW_LINKS)) {
      throw new NoSuchFileException(artifact.file());
    }
    return local;
  }

  private static LocalImage copied(Store store, Store scratch, Artifact artifact)
      throws IOException {
    StagedFile staged = scratch.stage();
    try (InputStream in = store.open(artifact.file())) {
      Files.copy(in, staged.path(), StandardCopyOption.REPLACE_EXISTING);
      return of(staged);
    } catch (IOException | RuntimeException failure) {
      staged.close();
      throw failure;
    }
  }

  private static LocalImage decoded(Store store, Store scratch, Artifact artifact)
      throws IOException {
    return decoded(store, scratch, artifact, 0);
  }

  /**
   * Returns what an artifact holds as a private file, which may be changed.
   *
   * @param room the most bytes that the file is going to have
   */
  static LocalImage decoded(Store store, Store scratch, Artifact artifact, long room)
      throws IOException {
    stored(store, artifact);
    Component component = artifact.component();
    // A manifest that was tampered with must not fill the disk, nor find it too small.
    long stored = store.size(component.file());
    long possible =
        artifact.codec().map(codec -> CompressedImage.mostBytes(codec, stored)).orElse(stored);
    long limit = Math.min(artifact.contentSize(), possible);
    LocalImage empty = empty(scratch, component, Math.max(limit, room));
    try (InputStream in = store.open(component.file());
        OutputStream out = new StagedStream(empty.path)) {
      Inflated inflated = decode(in, artifact, out, limit);
      return new LocalImage(empty.path, inflated, empty.cleanup);
    } catch (UncheckedIOException notWritten) {
      closeAfter(empty, notWritten);
      IOException cause = Objects.requireNonNull(notWritten.getCause());
      throw Failures.translated("cannot inflate " + component.file(), cause);
    } catch (IOException unreadable) {
      closeAfter(empty, unreadable);
      throw unreadable(component, unreadable);
    } catch (RuntimeException failure) {
      closeAfter(empty, failure);
      throw failure;
    }
  }

  private static Inflated decode(InputStream in, Artifact artifact, OutputStream out, long limit)
      throws IOException {
    return CodecPipeline.decode(
        in, artifact.codec().orElse(null), artifact.seal().orElse(null), out, limit);
  }

  // A bad sector is told by the kind of exception that only says what went wrong.
  private static IOException unreadable(Component component, IOException failure) {
    if (failure instanceof FileSystemException
        || failure instanceof CodecUnavailableException
        || Interruption.is(failure)) {
      return failure;
    }
    IOException named = new FileSystemException(component.file(), null, failure.getMessage());
    named.initCause(failure);
    return named;
  }

  private static LocalImage empty(Store scratch, Component component, long size) {
    String work = "the image of " + component.file();
    return Failures.translate(
        "cannot inflate " + component.file(),
        () -> {
          // On a medium that is read-only nothing is free either.
          if (scratch.folder().isPresent() && !Files.isWritable(scratch.folder().get())) {
            return temporary(work, size);
          }
          FreeSpace.require(work, scratch, size, HINT);
          try {
            return of(scratch.stage());
          } catch (FileSystemException closed) {
            return temporary(work, size);
          }
        });
  }

  // A store that cannot be written can be verified all the same.
  private static LocalImage temporary(String work, long size) throws IOException {
    TemporaryImage image = TemporaryImage.create();
    LocalImage empty = new LocalImage(image.path(), null, image::close);
    try {
      FreeSpace.require(work, image.path(), size, HINT);
      return empty;
    } catch (IOException | RuntimeException failure) {
      closeAfter(empty, failure);
      throw failure;
    }
  }

  private static void closeAfter(LocalImage image, Exception failure) {
    try {
      image.close();
    } catch (IOException leftBehind) {
      failure.addSuppressed(leftBehind);
    }
  }

  Path path() {
    return path;
  }

  /** Returns what is wrong with what the artifact builds on; empty if nothing is. */
  Optional<String> flaw() {
    return Optional.ofNullable(flaw);
  }

  /** Returns what came of inflating; empty if the artifact is the image. */
  Optional<Inflated> inflated() {
    return Optional.ofNullable(inflated);
  }

  /**
   * Requires that an artifact which was found good before is so still, now that it was read again.
   *
   * @param same whether it must be the very image that was backed up; else any will do that is
   *     whole
   */
  LocalImage require(Component component, boolean same) throws IOException {
    Optional<String> problem = Optional.empty();
    if (inflated != null) {
      problem = inflated.problem();
      if (problem.isEmpty() && same) {
        problem = difference(component, inflated);
      }
    }
    if (problem.isPresent()) {
      close();
      throw new CorruptBackupException(
          ErrorCode.CORRUPT,
          "validation failed: %s: %s".formatted(component.file(), problem.get()),
          "Use another backup; verify says which are good.");
    }
    return this;
  }

  /** Returns how an image differs from what was backed up. */
  static Optional<String> difference(Component component, Inflated inflated) {
    long size = inflated.digests().image().size();
    if (size != component.originalSize()) {
      return Optional.of(
          "it inflates to %d bytes, the manifest says %d"
              .formatted(size, component.originalSize()));
    }
    return inflated.digests().image().sha256().equals(component.originalSha256())
        ? Optional.empty()
        : Optional.of("the SHA-256 of what it inflates to is not the one in the manifest");
  }

  @Override
  public void close() throws IOException {
    cleanup.run();
  }

  /** Tells failures of the staged file from those of the stored one. */
  private static final class StagedStream extends FilterOutputStream {
    StagedStream(Path file) {
      super(open(file));
    }

    private static OutputStream open(Path file) {
      try {
        return Files.newOutputStream(file, StandardOpenOption.WRITE);
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }

    @Override
    public void write(byte[] buffer, int offset, int length) {
      try {
        out.write(buffer, offset, length);
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }

    @Override
    public void close() {
      try {
        super.close();
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }
  }
}
