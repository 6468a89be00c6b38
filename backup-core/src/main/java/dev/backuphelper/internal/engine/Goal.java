package dev.backuphelper.internal.engine;

import dev.backuphelper.model.SourceName;
import dev.backuphelper.source.TargetState;
import java.nio.file.Path;

/**
 * What a plan wants at one target.
 *
 * @param target the real path of the target
 * @param component the component that goes there
 * @param content {@link TargetState#DATABASE} for the component's content; {@link
 *     TargetState#MISSING} or {@link TargetState#EMPTY} for none, as before a first migration
 */
record Goal(Path target, SourceName component, TargetState content) {
  /** Tells whether the component's content goes there. */
  boolean isDatabase() {
    return content == TargetState.DATABASE;
  }
}
