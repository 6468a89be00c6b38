package dev.backuphelper.internal.engine;

import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.RecoverChoice;
import dev.backuphelper.source.ConnectionRelease;
import org.jspecify.annotations.Nullable;

/**
 * How to resolve what killed processes left open.
 *
 * @param only the one plan to resolve; null for all
 * @param ownOnly whether to resolve only what concerns the configured databases, not all that the
 *     store knows
 * @param choice what to do with the databases concerned
 * @param dryRun whether to report alone
 * @param connections lets go of what keeps the databases open here while they are restored
 */
public record RecoverOrder(
    @Nullable BackupId only,
    boolean ownOnly,
    RecoverChoice choice,
    boolean dryRun,
    ConnectionRelease connections) {}
