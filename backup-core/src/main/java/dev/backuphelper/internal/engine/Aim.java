package dev.backuphelper.internal.engine;

import dev.backuphelper.source.Target;
import dev.backuphelper.source.TargetState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** Where a component goes, and what is found there. Used by one thread. */
final class Aim {
  private final Wanted wanted;
  private final Target target;
  private TargetState before = TargetState.MISSING;

  Aim(Wanted wanted, Target target) {
    this.wanted = wanted;
    this.target = target;
  }

  Wanted wanted() {
    return wanted;
  }

  Target target() {
    return target;
  }

  Path path() {
    return target.path();
  }

  /** Looks what is there. */
  void probe(Duration patience) throws IOException {
    before = target.probe(patience);
  }

  /** Returns what was there when it was looked at. */
  TargetState before() {
    return before;
  }

  boolean isDatabase() {
    return before == TargetState.DATABASE;
  }

  /** Notes that what is there could be opened, but not be read to its end. */
  void markUnreadable() {
    before = TargetState.UNREADABLE;
  }
}
