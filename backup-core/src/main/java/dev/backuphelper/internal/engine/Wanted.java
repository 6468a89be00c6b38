package dev.backuphelper.internal.engine;

import dev.backuphelper.model.SourceName;
import dev.backuphelper.source.Source;
import dev.backuphelper.source.TargetState;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What is to be at a path after a restore: a component, from a plain file when it has no record, or
 * nothing.
 *
 * @param name of the component
 * @param engine works there
 * @param path where
 * @param artifact what it comes from; null for a plain file, and for nothing
 * @param content {@link TargetState#DATABASE}, or what to make of the target instead
 */
record Wanted(
    SourceName name, Source engine, Path path, @Nullable Artifact artifact, TargetState content) {
  boolean isDatabase() {
    return content == TargetState.DATABASE;
  }
}
