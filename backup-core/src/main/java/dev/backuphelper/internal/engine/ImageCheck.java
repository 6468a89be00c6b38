package dev.backuphelper.internal.engine;

import dev.backuphelper.codec.CodecPipeline;
import dev.backuphelper.codec.Digest;
import dev.backuphelper.codec.Digests;
import dev.backuphelper.codec.Seal;
import dev.backuphelper.model.CheckLevel;
import dev.backuphelper.model.Compression;
import dev.backuphelper.source.Inspection;
import dev.backuphelper.source.Source;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a private image after it was read: the digests of its bytes and what its engine
 * found. Both are made at the same time, because each reads the whole image.
 *
 * @param digests of the image, and of the artifact that it is, becomes or comes from
 * @param inspection what the engine found
 */
record ImageCheck(Digests digests, Inspection inspection) {

  static ImageCheck of(Source engine, Path image, CheckLevel level) throws IOException {
    return of(
        engine,
        image,
        level,
        stopped -> {
          Digest digest = CodecPipeline.digest(image, stopped);
          return new Digests(digest, digest);
        });
  }

  /** Also makes an artifact of the image, in an empty private file. */
  static ImageCheck encoding(
      Source engine,
      Path image,
      CheckLevel level,
      Path artifact,
      @Nullable Compression compression,
      @Nullable Seal seal)
      throws IOException {
    return of(
        engine,
        image,
        level,
        stopped -> CodecPipeline.encode(image, artifact, compression, seal, stopped));
  }

  private static ImageCheck of(
      Source engine, Path image, CheckLevel level, BackgroundPass.Pass<Digests> reading)
      throws IOException {
    try (BackgroundPass<Digests> pass = BackgroundPass.start(reading)) {
      Inspection inspection = engine.inspect(image, level);
      return new ImageCheck(pass.await(), inspection);
    }
  }
}
