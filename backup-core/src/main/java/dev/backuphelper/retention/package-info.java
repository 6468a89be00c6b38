/**
 * Which backups stay and which go, and why: {@link dev.backuphelper.retention.RetentionPolicy}
 * makes a {@link dev.backuphelper.retention.RetentionPlan}. Pure functions of what there is and the
 * time; nothing here reads, writes or removes anything.
 */
@NullMarked
package dev.backuphelper.retention;

import org.jspecify.annotations.NullMarked;
