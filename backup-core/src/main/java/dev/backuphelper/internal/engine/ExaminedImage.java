package dev.backuphelper.internal.engine;

import dev.backuphelper.codec.Digest;
import dev.backuphelper.internal.delta.ChangedPages;
import dev.backuphelper.internal.delta.PageMap;
import dev.backuphelper.model.Check;
import dev.backuphelper.source.Inspection;
import dev.backuphelper.store.StagedFile;
import org.jspecify.annotations.Nullable;

/**
 * An image that was read and compared with a former one.
 *
 * @param image where it is
 * @param digest of its bytes
 * @param inspection what its engine found
 * @param pages what was found of its pages; null if it has none that can be compared
 */
record ExaminedImage(
    StagedImage image, Digest digest, Inspection inspection, @Nullable Pages pages) {

  /**
   * The pages of an image.
   *
   * @param map their hashes
   * @param file where the hashes are
   * @param changed those that are not as in the parent
   * @param parent whether there is one, so that the others can be had from it
   */
  record Pages(PageMap map, StagedFile file, ChangedPages changed, boolean parent) {}

  /** Tells whether what changed can be stored alone. What is damaged is kept whole. */
  boolean hasDelta() {
    return pages != null
        && pages.parent()
        && inspection.checks().stream().noneMatch(Check::isFailed);
  }

  /** Tells whether that is worth it: whether at most half of the pages changed. */
  boolean pays() {
    return pages != null && pages.changed().count() <= pages.changed().pageCount() / 2;
  }
}
