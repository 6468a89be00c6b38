package dev.backuphelper.internal.engine;

import dev.backuphelper.codec.Digest;
import dev.backuphelper.internal.delta.ChangedPages;
import dev.backuphelper.model.Check;
import dev.backuphelper.source.Inspection;
import org.jspecify.annotations.Nullable;

/**
 * An image that was read and compared with a former one.
 *
 * @param image where it is
 * @param digest of its bytes
 * @param inspection what its engine found
 * @param changed the pages that are not as in the parent; null if there is no parent to compare
 *     with
 */
record ExaminedImage(
    StagedImage image, Digest digest, Inspection inspection, @Nullable ChangedPages changed) {

  /** Tells whether what changed can be stored alone. What is damaged is kept whole. */
  boolean hasDelta() {
    return changed != null && inspection.checks().stream().noneMatch(Check::isFailed);
  }

  /** Tells whether that is worth it: whether at most half of the pages changed. */
  boolean pays() {
    return changed != null && changed.count() <= changed.pageCount() / 2;
  }
}
