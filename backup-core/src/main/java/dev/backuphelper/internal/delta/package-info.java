/** What changed between two images, page by page. Not for users of the library. */
@NullMarked
package dev.backuphelper.internal.delta;

import org.jspecify.annotations.NullMarked;
