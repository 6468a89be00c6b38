package dev.backuphelper.source.sqlite;

import dev.backuphelper.source.Progress;
import dev.backuphelper.source.Target.WriteOrder;
import dev.backuphelper.source.TargetState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** Orders to write, with the names that a plan would give. */
final class Orders {
  static final Duration PATIENCE = Duration.ofSeconds(5);

  private Orders() {}

  static WriteOrder order(Path image, Path target, JournalMode recorded) {
    return order(image, target, recorded, PATIENCE, Progress.NONE);
  }

  static WriteOrder order(
      Path image, Path target, JournalMode recorded, Duration patience, Progress progress) {
    return order(TargetState.DATABASE, image, target, recorded, patience, progress);
  }

  static WriteOrder order(
      TargetState before,
      Path image,
      Path target,
      JournalMode recorded,
      Duration patience,
      Progress progress) {
    return new WriteOrder(
        before,
        image,
        staged(target),
        aside(target),
        Map.of(JournalMode.FACT, recorded.key()),
        patience,
        progress);
  }

  static Path staged(Path target) {
    return target.resolveSibling(".staged-" + target.getFileName());
  }

  static Path aside(Path target) {
    return target.resolveSibling("broken-" + target.getFileName());
  }
}
