package dev.backuphelper;

import dev.backuphelper.internal.engine.RecoverOrder;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.RecoverChoice;
import dev.backuphelper.source.ConnectionRelease;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How to resolve what a killed process left open. Immutable and thread-safe.
 *
 * @param plan the one plan to resolve, by its id; null for all
 * @param ownOnly whether to resolve only what concerns the helper's own databases, not all that its
 *     store knows
 * @param choice what to do with a database that is concerned
 * @param dryRun whether to report alone
 * @param connections lets go of what keeps the databases open here while they are restored
 */
public record RecoverRequest(
    @Nullable BackupId plan,
    boolean ownOnly,
    RecoverChoice choice,
    boolean dryRun,
    ConnectionRelease connections) {
  /** Checks that nothing is null that must not be. */
  public RecoverRequest {
    Objects.requireNonNull(choice, "choice");
    Objects.requireNonNull(connections, "connections");
  }

  /** A request of somebody who keeps no connections open. */
  public RecoverRequest(@Nullable BackupId plan, RecoverChoice choice, boolean dryRun) {
    this(plan, false, choice, dryRun, ConnectionRelease.NONE);
  }

  /** Returns a request that resolves all plans as they say. */
  public static RecoverRequest planned() {
    return new RecoverRequest(null, RecoverChoice.PLANNED, false);
  }

  /** Returns this request for the helper's own databases alone. */
  public RecoverRequest ofOwnDatabases() {
    return new RecoverRequest(plan, true, choice, dryRun, connections);
  }

  /** Returns this request of somebody who keeps connections open. */
  public RecoverRequest withConnections(ConnectionRelease value) {
    return new RecoverRequest(plan, ownOnly, choice, dryRun, value);
  }

  RecoverOrder order() {
    return new RecoverOrder(plan, ownOnly, choice, dryRun, connections);
  }
}
