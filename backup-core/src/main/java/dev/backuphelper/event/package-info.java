/** What happens while the library works, for those who want to hear it. */
@NullMarked
package dev.backuphelper.event;

import org.jspecify.annotations.NullMarked;
