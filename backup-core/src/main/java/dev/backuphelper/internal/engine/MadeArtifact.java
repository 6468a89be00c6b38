package dev.backuphelper.internal.engine;

import dev.backuphelper.model.Component;
import dev.backuphelper.store.StagedFile;
import org.jspecify.annotations.Nullable;

/**
 * An artifact that is not published yet.
 *
 * @param component what the manifest will say of it
 * @param file its bytes
 * @param pageMap the hashes of the image's pages; null if they are not kept
 */
record MadeArtifact(Component component, StagedFile file, @Nullable StagedFile pageMap) {}
