package dev.backuphelper;

import dev.backuphelper.internal.engine.VerifyOrder;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.CheckLevel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What to verify, and how. Without ids and files: every backup of the store. Immutable and
 * thread-safe.
 *
 * <p>Limits of age are asked of the newest good backup of each group, or of a file named alone;
 * limits of size of each artifact.
 */
public final class VerifyRequest {
  private final VerifyOrder order;

  private VerifyRequest(VerifyOrder order) {
    this.order = order;
  }

  /** Returns a request for every backup of the store, with quick checks. */
  public static VerifyRequest all() {
    return builder().build();
  }

  /** Returns a builder that stands on the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  VerifyOrder order() {
    return order;
  }

  /** Collects the settings of a request. Not thread-safe. */
  public static final class Builder {
    private final List<BackupId> ids = new ArrayList<>();
    private final List<Path> files = new ArrayList<>();
    private CheckLevel level = CheckLevel.QUICK;
    private @Nullable Duration maxAge;
    private @Nullable Long minSize;
    private @Nullable Long maxSize;
    private final List<String> patterns = new ArrayList<>();

    private Builder() {}

    /** Adds a backup. */
    public Builder id(BackupId value) {
      ids.add(Objects.requireNonNull(value, "id"));
      return this;
    }

    /** Adds a plain file, or a folder of plain files. */
    public Builder file(Path value) {
      files.add(Objects.requireNonNull(value, "file"));
      return this;
    }

    /** Sets how thorough to be. Default: quick. */
    public Builder level(CheckLevel value) {
      level = Objects.requireNonNull(value, "level");
      return this;
    }

    /** Sets the greatest age that is valid. */
    public Builder maxAge(Duration value) {
      maxAge = Objects.requireNonNull(value, "maxAge");
      return this;
    }

    /** Sets the smallest valid size in bytes. */
    public Builder minSize(long bytes) {
      minSize = bytes;
      return this;
    }

    /** Sets the greatest valid size in bytes. */
    public Builder maxSize(long bytes) {
      maxSize = bytes;
      return this;
    }

    /** Adds a glob pattern of file names in folders, instead of the usual ones. */
    public Builder pattern(String glob) {
      patterns.add(Objects.requireNonNull(glob, "pattern"));
      return this;
    }

    /** Returns the request. The builder may be used further. */
    public VerifyRequest build() {
      return new VerifyRequest(
          new VerifyOrder(ids, files, level, maxAge, minSize, maxSize, patterns));
    }
  }
}
