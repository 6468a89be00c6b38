package dev.backuphelper.internal.engine;

import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.SourceException;
import dev.backuphelper.model.Check;
import dev.backuphelper.model.SourceName;
import dev.backuphelper.source.Source;
import dev.backuphelper.source.Target;
import dev.backuphelper.source.TargetState;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A database that is to be migrated, and what was there before. */
record GuardedDatabase(NamedSource source, Target target, TargetState before, String fileKey) {
  /** Names the configured databases, be they missing. */
  static List<NamedSource> named(Context context) throws IOException {
    try {
      return NamedSource.ofConfigured(context.sources());
    } catch (NoSuchFileException missing) {
      throw new SourceException(
          ErrorCode.SOURCE_NOT_FOUND,
          "the folder of the database does not exist: " + missing.getFile(),
          "Check the path, or make the folder first.",
          missing);
    }
  }

  /**
   * Looks at what is there.
   *
   * @throws SourceException if it cannot be read as a database
   */
  static GuardedDatabase look(Context context, NamedSource source) throws IOException {
    Source engine = source.source().at(source.path());
    Target target = engine.target();
    // What could not be restored must not be migrated.
    TargetPaths.requireOutside(target.path(), List.of(context.store()));
    TargetState before = target.probe(context.patience());
    if (before == TargetState.UNREADABLE) {
      throw new SourceException(
          ErrorCode.SOURCE_UNREADABLE,
          "not migrated: %s cannot be read as a database".formatted(source.path()),
          "Check the path: is it the database? If it is damaged, restore a backup first.");
    }
    return new GuardedDatabase(
        new NamedSource(source.name(), source.path(), engine),
        target,
        before,
        target.fingerprint().fileKey());
  }

  /**
   * Looks once more where nothing was: somebody may have put something there since, be it a tool
   * that was asked what is pending, or another process.
   */
  GuardedDatabase lookAgain(Context context) throws IOException {
    if (isDatabase()) {
      return this;
    }
    GuardedDatabase now = look(context, source);
    return now.isDatabase() ? now : this;
  }

  boolean isDatabase() {
    return before == TargetState.DATABASE;
  }

  Path path() {
    return target.path();
  }

  /** Returns what undoing is to make of it; {@code names} are those of the safety backup. */
  Goal goal(Map<Path, SourceName> names) {
    return new Goal(path(), names.getOrDefault(path(), source.name()), before);
  }

  /**
   * Examines what is there after the migration.
   *
   * @param former the backup of what was there; empty when nothing was
   */
  List<Check> check(Context context, Optional<Artifact> former) throws IOException {
    // Whatever the migration put at the path is looked at, be it another file.
    Target now = source.source().target();
    if (isDatabase() && now.probe(context.patience()) != TargetState.DATABASE) {
      return List.of(Check.failed("presence", "there is no database any more"));
    }
    if (former.isEmpty()) {
      return now.check(null, context.patience());
    }
    try (LocalImage image =
        LocalImage.of(context.store(), context.store(), former.get())
            .require(former.get().component(), true)) {
      return now.check(image.path(), context.patience());
    }
  }
}
