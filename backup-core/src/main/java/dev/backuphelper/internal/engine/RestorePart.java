package dev.backuphelper.internal.engine;

import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.CheckLevel;
import dev.backuphelper.model.SourceName;
import dev.backuphelper.source.Progress;
import dev.backuphelper.source.Snapshot;
import dev.backuphelper.source.Source;
import dev.backuphelper.source.SourceBusyException;
import dev.backuphelper.source.Target;
import dev.backuphelper.source.TargetState;
import dev.backuphelper.store.StagedFile;
import dev.backuphelper.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One component on its way to its target. Used by one thread, under the target's lock. */
final class RestorePart {
  // Rule 1 of the safety rules: sound content that differs was committed by somebody else since,
  // and
  // is written again at most twice.
  private static final int ATTEMPTS = 3;

  private final SourceName name;
  private final Source engine;
  private final Target target;
  private final TargetState before;
  private final TargetState content;
  private final Image image;
  private final @Nullable Map<String, Object> settings;
  private final BackupId id;
  private boolean written;

  /** What an installed file looked like; empty if none was installed. */
  private String installed = "";

  private boolean finished;

  RestorePart(
      SourceName name,
      Source engine,
      Target target,
      TargetState before,
      TargetState content,
      Image image,
      @Nullable Map<String, Object> settings,
      BackupId id) {
    this.name = name;
    this.engine = engine;
    this.target = target;
    this.before = before;
    this.content = content;
    this.image = image;
    this.settings = settings;
    this.id = id;
  }

  /**
   * What is put in place.
   *
   * @param path the examined private image
   * @param facts what is recorded of it
   */
  record Image(Path path, Map<String, Object> facts) {
    /** Stands for no image, where a target is to be missing or empty. */
    static final Image NONE = new Image(Path.of(""), Map.of());

    long size() throws IOException {
      return equals(NONE) ? 0 : Files.size(path);
    }
  }

  /** Where and how parts are written. */
  record Means(Store scratch, boolean verified, Duration patience, Events events) {}

  Goal goal() {
    return new Goal(target.path(), name, content);
  }

  Source engine() {
    return engine;
  }

  SourceName name() {
    return name;
  }

  Target target() {
    return target;
  }

  TargetState before() {
    return before;
  }

  Path aside() {
    return PlanFile.aside(target.path(), id);
  }

  /**
   * Puts the image in place, and checks by content that it is there.
   *
   * @return whether exactly the image is there; if not, somebody else goes on changing it
   * @throws SourceBusyException if the target is in use; it was not changed
   * @throws IOException if writing failed, or what is there afterwards is unsound
   */
  boolean restore(Means means) throws IOException {
    try {
      boolean exact = content == TargetState.DATABASE ? put(means) : clear(means);
      finished = true;
      return exact;
    } catch (SourceBusyException busy) {
      // Whoever hears that a target is busy takes it to be as it was.
      throw written ? new IOException(busy.getMessage(), busy) : busy;
    }
  }

  private boolean clear(Means means) throws IOException {
    if (!target.clear(content, aside(), means.patience())) {
      means
          .events()
          .warning(
              "%s is open elsewhere, so it stays a database, without tables"
                  .formatted(target.path()));
    }
    written = true;
    means.events().step("target-written", target.path());
    return true;
  }

  private boolean put(Means means) throws IOException {
    boolean exact = writeUntilItHolds(means);
    if (settings != null && !target.applySettings(settings, means.patience())) {
      means
          .events()
          .warning(
              "%s is open elsewhere, so its journal mode stays as it is now"
                  .formatted(target.path()));
    }
    return exact;
  }

  private boolean writeUntilItHolds(Means means) throws IOException {
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      Target.Written how = write(image, means);
      written = true;
      installed = how == Target.Written.INSTALLED ? target.fingerprint().state() : "";
      means.events().step("target-written", target.path());
      if (!means.verified() || how == Target.Written.INSTALLED || holds(image.path(), means)) {
        return true;
      }
    }
    return false;
  }

  private Target.Written write(Image from, Means means) throws IOException {
    return target.write(
        new Target.WriteOrder(
            before,
            from.path(),
            PlanFile.scratch(target.path(), "new", id),
            aside(),
            from.facts(),
            means.patience(),
            means.events().progress(name)));
  }

  private boolean holds(Path expected, Means means) throws IOException {
    try (StagedFile copy = copied(means)) {
      if (engine.sameImage(expected, copy.path())) {
        return true;
      }
      if (engine.inspect(copy.path(), CheckLevel.QUICK).damaged()) {
        throw new IOException("what was written to " + target.path() + " fails its checks");
      }
      return false;
    }
  }

  private StagedFile copied(Means means) throws IOException {
    StagedFile copy = means.scratch().stage();
    try (Snapshot snapshot = target.open(means.patience())) {
      snapshot.copyTo(copy.path(), Progress.NONE);
      return copy;
    } catch (IOException | RuntimeException failure) {
      copy.close();
      throw failure;
    }
  }

  /**
   * Tells whether there is something to undo, which is what this restore wrote.
   *
   * @param former the image of the database that was there; null when there is none
   * @throws TargetChangedException if somebody else has committed to the target since
   * @throws IOException if that cannot be found out; then nothing may be undone either
   */
  boolean isToBeUndone(@Nullable Path former, Means means) throws IOException {
    if (before == TargetState.DATABASE && former == null) {
      if (written || holdsImage(means)) {
        throw new IOException("there is no safety backup of " + target.path());
      }
      // The engine itself undid the write that failed.
      return false;
    }
    if (!written && before == TargetState.UNREADABLE) {
      return true;
    }
    // On a full disk it cannot even be opened, for a log would need room.
    if (!installed.isEmpty() && target.fingerprint().state().equals(installed)) {
      return true;
    }
    TargetState now = target.probe(means.patience());
    if (now != TargetState.DATABASE) {
      requireOwn(!finished || now == content);
      return true;
    }
    try (StagedFile copy = copied(means)) {
      if (former != null && engine.sameImage(former, copy.path())) {
        return false;
      }
      requireOwn(holdsWhatWasWritten(copy.path()) || isBroken(copy.path()));
      return true;
    }
  }

  // A database that is open elsewhere cannot be made missing: it is left without tables.
  private boolean holdsWhatWasWritten(Path copy) throws IOException {
    return content == TargetState.DATABASE
        ? engine.sameImage(image.path(), copy)
        : List.of().equals(engine.inspect(copy, CheckLevel.NONE).facts().get("tables"));
  }

  private boolean holdsImage(Means means) throws IOException {
    try (StagedFile copy = copied(means)) {
      return holdsWhatWasWritten(copy.path());
    }
  }

  // What was finished was sound, so it was not this restore that broke it.
  private boolean isBroken(Path copy) throws IOException {
    return !finished && engine.inspect(copy, CheckLevel.QUICK).damaged();
  }

  private void requireOwn(boolean own) throws TargetChangedException {
    if (!own) {
      throw new TargetChangedException(target.path());
    }
  }

  /**
   * Makes the target again what it was before.
   *
   * @param former the image of the database that was there; null when there is none
   */
  void undo(@Nullable Image former, Means means) throws IOException {
    if (former == null) {
      target.undo(before, aside());
      return;
    }
    write(former, means);
    if (!holds(former.path(), means)) {
      throw new IOException("somebody else changes " + target.path() + " at the same time");
    }
  }
}
