package dev.backuphelper.internal.io;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProcessOwnerTest {
  private static ProcessOwner startedLater(ProcessOwner owner, long millis) {
    return new ProcessOwner(owner.host(), owner.pid(), owner.startedMillis() + millis);
  }

  @Test
  void processWhoseStartIsToldOtherwise_sinceTheClockWasSet_mayLive() {
    ProcessOwner parent = ProcessOwner.of(ProcessHandle.current().parent().orElseThrow());

    assertThat(parent.mayLive()).isTrue();
    assertThat(startedLater(parent, 3_000).mayLive()).isTrue();
    assertThat(startedLater(parent, -3_000).mayLive()).isTrue();
    assertThat(startedLater(parent, 600_000).mayLive()).as("another of that number").isFalse();
    assertThat(startedLater(parent, 3_000).isDead()).isTrue();
  }

  @Test
  void processWithTheNumberOfThisOne_isDead() {
    ProcessOwner current = ProcessOwner.current();

    assertThat(current.mayLive()).isTrue();
    assertThat(startedLater(current, -3_000).mayLive()).isFalse();
  }

  @Test
  void processElsewhere_mayLive() {
    assertThat(new ProcessOwner("elsewhere", 1, 0).mayLive()).isTrue();
  }
}
