package dev.backuphelper.model;

import java.util.Locale;
import java.util.Optional;

/** How artifacts are made smaller. */
public enum CompressionCodec {
  /** Zstandard: fast, by a native library. */
  ZSTD(".zst", 3, 19),
  /** Gzip: slow, but every system reads it, and it needs no library. */
  GZIP(".gz", 6, 9);

  private final String suffix;
  private final int usualLevel;
  private final int bestLevel;

  CompressionCodec(String suffix, int usualLevel, int bestLevel) {
    this.suffix = suffix;
    this.usualLevel = usualLevel;
    this.bestLevel = bestLevel;
  }

  /** Returns the spelling of manifests and options: the name in lower case. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns what the names of its files end with. */
  public String suffix() {
    return suffix;
  }

  /** Returns the level that it uses unless another is set. */
  public int usualLevel() {
    return usualLevel;
  }

  /** Returns the level that makes files smallest, and takes longest; the fastest is 1. */
  public int bestLevel() {
    return bestLevel;
  }

  /** Returns the codec of that key; empty if this version knows none. */
  public static Optional<CompressionCodec> of(String key) {
    for (CompressionCodec codec : values()) {
      if (codec.key().equals(key)) {
        return Optional.of(codec);
      }
    }
    return Optional.empty();
  }
}
