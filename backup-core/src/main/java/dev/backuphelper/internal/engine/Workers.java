package dev.backuphelper.internal.engine;

import dev.backuphelper.internal.io.ProcessOwner;
import java.io.IOException;
import java.util.Optional;

/**
 * The processes other than its owner that may be at work on the targets of a plan. They hold no
 * locks: their number and start, and what they say of themselves, are all there is. Stateless.
 */
final class Workers {
  private Workers() {}

  /** Returns why a plan's targets may still be worked on, in words for people. */
  static Optional<String> atWork(Plan plan) throws IOException {
    Purpose purpose = plan.purpose();
    if (purpose.starting()) {
      return Optional.of(
          "a process was being started for %s, and nothing tells whether it runs"
              .formatted(plan.title()));
    }
    if (purpose.workers().isEmpty()) {
      return Optional.empty();
    }
    Optional<ProcessOwner> living =
        purpose.workers().stream().filter(ProcessOwner::mayLive).findFirst();
    return living.isPresent()
        ? living.map(Workers::stillRuns)
        : GuardedProcesses.find(plan.targets())
            .map(
                pid ->
                    "process %d, which the command of the migration started, still runs"
                        .formatted(pid));
  }

  /** Returns that a process of a plan is alive, in words for people. */
  static String stillRuns(ProcessOwner process) {
    return process + ", which works on it, still runs";
  }
}
