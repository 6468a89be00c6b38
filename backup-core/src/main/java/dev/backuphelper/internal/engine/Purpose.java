package dev.backuphelper.internal.engine;

import dev.backuphelper.internal.io.ProcessOwner;
import dev.backuphelper.model.OnCrash;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why there is a plan.
 *
 * @param label the migration's name; null for a restore
 * @param onCrash what a recovery does unasked
 * @param workers processes other than the plan's owner that may be at work on the targets
 * @param starting whether another such process may just have been started, unknown to the plan
 */
record Purpose(
    @Nullable String label, OnCrash onCrash, List<ProcessOwner> workers, boolean starting) {
  /** The purpose of a plan that a restore writes. */
  static final Purpose RESTORE = new Purpose(null, OnCrash.RESTORE, List.of(), false);

  Purpose {
    workers = List.copyOf(workers);
  }

  static Purpose migration(String label, OnCrash onCrash) {
    return new Purpose(label, onCrash, List.of(), false);
  }

  boolean isMigration() {
    return label != null;
  }

  /** Returns the purpose while a process is being started. */
  Purpose startingWorker() {
    return new Purpose(label, onCrash, workers, true);
  }

  /** Returns the purpose once that process is known. */
  Purpose startedWorker(ProcessOwner worker) {
    return new Purpose(label, onCrash, List.of(worker), false);
  }
}
