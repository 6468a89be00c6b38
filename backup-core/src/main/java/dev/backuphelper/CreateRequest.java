package dev.backuphelper;

import dev.backuphelper.internal.engine.CreateOrder;
import dev.backuphelper.model.BackupKind;
import dev.backuphelper.model.BackupType;
import dev.backuphelper.model.CheckLevel;
import dev.backuphelper.model.Compression;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How to make a backup. Immutable and thread-safe.
 *
 * <p>{@link #ofDefaults()} is a manual backup with quick checks; {@link #builder()} changes that.
 */
public final class CreateRequest {
  private final CreateOrder order;

  private CreateRequest(CreateOrder order) {
    this.order = order;
  }

  /** Returns a manual backup with quick checks. */
  public static CreateRequest ofDefaults() {
    return builder().build();
  }

  /** Returns a builder that stands on the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  CreateOrder order() {
    return order;
  }

  /** Collects the settings of a request. Not thread-safe. */
  public static final class Builder {
    private BackupKind kind = BackupKind.MANUAL;
    private @Nullable BackupType type = BackupType.FULL;
    private @Nullable String operation;
    private @Nullable String description;
    private final Map<String, String> tags = new LinkedHashMap<>();
    private CheckLevel checks = CheckLevel.QUICK;
    private @Nullable Compression compression;
    private @Nullable Boolean encrypted;
    private boolean pinned;
    private @Nullable String actor;
    private @Nullable String gitCommit;
    private @Nullable String gitBranch;

    private Builder() {}

    /** Sets why the backup is made. Default: manual. */
    public Builder kind(BackupKind value) {
      kind = Objects.requireNonNull(value, "kind");
      return this;
    }

    /**
     * Sets what the backup holds. Default: everything. What changed is stored page by page, and a
     * full backup is made instead, with a warning, if there is none to build on: no backup of these
     * databases that is neither damaged nor a safety backup, nor one that is known to be bad, lacks
     * a file, is encrypted where this one is not or the other way round, or has pages of another
     * size. A safety backup is a full one whatever is said here.
     */
    public Builder type(BackupType value) {
      type = Objects.requireNonNull(value, "type");
      return this;
    }

    /**
     * Lets the backup be an incremental one where that pays, else a full one: the first, one after
     * a chain of 30 incrementals or of as many bytes as their full backup, one that more than half
     * of the pages changed before, and where {@link #type} says so.
     */
    public Builder automaticType() {
      type = null;
      return this;
    }

    /** Makes it a safety backup that names what it protects from. */
    public Builder safety(String operationName) {
      operation = Objects.requireNonNull(operationName, "operationName");
      return kind(BackupKind.SAFETY);
    }

    /** Sets free text to record. */
    public Builder description(String value) {
      description = Objects.requireNonNull(value, "description");
      return this;
    }

    /** Adds a label to record; a second value for a key replaces the first. */
    public Builder tag(String key, String value) {
      tags.put(Objects.requireNonNull(key, "key"), Objects.requireNonNull(value, "value"));
      return this;
    }

    /** Sets how thoroughly the image is checked before it is published. Default: quick. */
    public Builder checks(CheckLevel value) {
      checks = Objects.requireNonNull(value, "checks");
      return this;
    }

    /** Sets how the artifacts are compressed. Default: not at all. */
    public Builder compress(Compression value) {
      compression = Objects.requireNonNull(value, "compression");
      return this;
    }

    /**
     * Sets whether the artifacts are encrypted. Default: if the helper was given keys. A safety
     * backup is so whatever is said here.
     */
    public Builder encrypt(boolean value) {
      encrypted = value;
      return this;
    }

    /** Pins the backup at once: retention never removes it. */
    public Builder pinned() {
      pinned = true;
      return this;
    }

    /** Sets who asks for it, to be recorded. */
    public Builder actor(String value) {
      actor = Objects.requireNonNull(value, "actor");
      return this;
    }

    /** Sets the commit and branch to record; each may be null. */
    public Builder git(@Nullable String commit, @Nullable String branch) {
      gitCommit = commit;
      gitBranch = branch;
      return this;
    }

    /** Returns the request. The builder may be used further. */
    public CreateRequest build() {
      return new CreateRequest(
          new CreateOrder(
              kind,
              kind == BackupKind.SAFETY ? BackupType.FULL : type,
              operation,
              description,
              tags,
              checks,
              compression,
              kind == BackupKind.SAFETY ? null : encrypted,
              pinned,
              actor,
              gitCommit,
              gitBranch));
    }
  }
}
