package dev.backuphelper.cli;

import java.nio.file.Path;
import java.util.Optional;

/** One command: its options are fields that the parser fills, then it runs once. */
interface Command {
  /** Sets the values that reports of this command always have, for when it does not get far. */
  void prepare(Result result);

  /** Does the work and fills the result. */
  void run(Session session, Result result);

  /** Returns the file that takes the result as well. */
  default Optional<Path> report() {
    return Optional.empty();
  }

  /** Tells whether it says that a restore was left open: all do but those that resolve it. */
  default boolean mentionsOpenPlans() {
    return true;
  }
}
