package dev.backuphelper.cli;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock that fails the first time it is asked: a defect that nobody foresaw. */
final class BrokenClock extends Clock {
  private boolean asked;

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }

  @Override
  public Instant instant() {
    if (asked) {
      return Instant.EPOCH;
    }
    asked = true;
    throw new IllegalStateException("the clock is broken");
  }
}
