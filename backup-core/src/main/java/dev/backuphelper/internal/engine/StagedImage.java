package dev.backuphelper.internal.engine;

import dev.backuphelper.store.StagedFile;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;

/**
 * An image that was copied, and what was known of it then.
 *
 * @param source what it is of
 * @param staged where it is
 * @param at when its snapshot began
 * @param engineVersion what copied it
 * @param facts what cannot be read from the image itself
 */
record StagedImage(
    NamedSource source,
    StagedFile staged,
    Instant at,
    String engineVersion,
    Map<String, Object> facts) {
  Path path() {
    return staged.path();
  }
}
