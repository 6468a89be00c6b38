package dev.backuphelper.internal.engine;

import dev.backuphelper.codec.CodecPipeline;
import dev.backuphelper.codec.Digest;
import dev.backuphelper.model.CheckLevel;
import dev.backuphelper.source.Inspection;
import dev.backuphelper.source.Source;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/**
 * What is known of a private image after it was read: the digest of its bytes and what its engine
 * found. Both are made at the same time, because each reads the whole image.
 *
 * @param digest the digest
 * @param inspection what the engine found
 */
record ImageCheck(Digest digest, Inspection inspection) {

  static ImageCheck of(Source engine, Path image, CheckLevel level) throws IOException {
    CompletableFuture<Digest> digest = CompletableFuture.supplyAsync(() -> digest(image));
    Inspection inspection;
    try {
      inspection = engine.inspect(image, level);
    } finally {
      // The image may be removed once this returns, so nobody may still be reading it.
      await(digest);
    }
    return new ImageCheck(await(digest), inspection);
  }

  private static Digest digest(Path image) {
    try {
      return CodecPipeline.digest(image);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static Digest await(CompletableFuture<Digest> digest) throws IOException {
    try {
      return digest.get();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while reading");
    } catch (ExecutionException | CompletionException failure) {
      if (failure.getCause() instanceof UncheckedIOException unreadable) {
        throw unreadable.getCause();
      }
      throw new IllegalStateException(failure);
    }
  }
}
