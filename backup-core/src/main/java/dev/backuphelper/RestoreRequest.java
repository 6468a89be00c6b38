package dev.backuphelper;

import dev.backuphelper.internal.engine.RestoreOrder;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.SourceName;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What to restore, and where to. Immutable; thread-safe if its confirmation is.
 *
 * <p>Without a target each component goes to the configured source of that name, else to the path
 * that its manifest recorded if this host recorded it.
 */
public final class RestoreRequest {
  private final RestoreOrder order;

  private RestoreRequest(RestoreOrder order) {
    this.order = order;
  }

  /** Returns a builder that restores a backup. */
  public static Builder of(BackupId id) {
    return new Builder(Objects.requireNonNull(id, "id"), null);
  }

  /**
   * Returns a builder that restores a plain file: an SQLite database, compressed perhaps, or a
   * folder of such files, of which the newest valid one is taken. It needs a target.
   */
  public static Builder ofFile(Path file) {
    return new Builder(null, Objects.requireNonNull(file, "file"));
  }

  RestoreOrder order() {
    return order;
  }

  /** Collects the settings of a request. Not thread-safe. */
  public static final class Builder {
    private final @Nullable BackupId id;
    private final @Nullable Path file;
    private @Nullable Path target;
    private final Map<SourceName, Path> targets = new LinkedHashMap<>();
    private final Set<SourceName> components = new LinkedHashSet<>();
    private boolean verified = true;
    private boolean refuseDamaged;
    private boolean safetyBackup = true;
    private @Nullable Path safetyDirectory;
    private boolean dryRun;
    private @Nullable String actor;
    private @Nullable String pattern;
    private Predicate<List<Path>> confirmation = existing -> true;

    private Builder(@Nullable BackupId id, @Nullable Path file) {
      this.id = id;
      this.file = file;
    }

    /** Sets where to restore: a file for one component, a folder for several. */
    public Builder to(Path value) {
      target = Objects.requireNonNull(value, "target");
      return this;
    }

    /** Sets where to restore one component. */
    public Builder to(SourceName name, Path value) {
      targets.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "target"));
      return this;
    }

    /** Restores this component, and no other that is not named so too. */
    public Builder component(SourceName value) {
      components.add(Objects.requireNonNull(value, "component"));
      return this;
    }

    /**
     * Restores even what does not verify, and does not check the result: the last resort when
     * nothing better is left. The report says what was found.
     */
    public Builder unverified() {
      verified = false;
      return this;
    }

    /**
     * Refuses what was damaged when it was backed up, naming a backup that verifies: for a backup
     * that nobody chose, such as the latest. Otherwise it is restored as it is, and the report says
     * that it is not verified. Has no effect on an {@linkplain #unverified() unverified} restore.
     */
    public Builder refuseDamaged() {
      refuseDamaged = true;
      return this;
    }

    /** Overwrites without a safety backup: the state before is lost. */
    public Builder withoutSafetyBackup() {
      safetyBackup = false;
      return this;
    }

    /**
     * Puts the safety backup, and what is recorded while the restore is open, into a folder of its
     * own: for a store that cannot be written.
     */
    public Builder safetyDirectory(Path value) {
      safetyDirectory = Objects.requireNonNull(value, "safetyDirectory");
      return this;
    }

    /** Checks everything but does nothing. */
    public Builder dryRun() {
      dryRun = true;
      return this;
    }

    /** Sets who asks for it, to be recorded. */
    public Builder actor(String value) {
      actor = Objects.requireNonNull(value, "actor");
      return this;
    }

    /** Sets the glob pattern of file names in a folder of plain files. */
    public Builder pattern(String value) {
      pattern = Objects.requireNonNull(value, "pattern");
      return this;
    }

    /**
     * Sets what is asked, with the existing targets, before they are overwritten; on false the
     * restore is refused and nothing was touched. Default: always yes.
     */
    public Builder confirm(Predicate<List<Path>> value) {
      confirmation = Objects.requireNonNull(value, "confirmation");
      return this;
    }

    /** Returns the request. The builder may be used further. */
    public RestoreRequest build() {
      return new RestoreRequest(
          new RestoreOrder(
              id,
              file,
              null,
              target,
              targets,
              components,
              verified,
              safetyBackup,
              safetyDirectory,
              dryRun,
              actor,
              pattern,
              confirmation,
              refuseDamaged,
              null));
    }
  }
}
