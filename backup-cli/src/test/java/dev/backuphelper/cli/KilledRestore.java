package dev.backuphelper.cli;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.RestoreRequest;
import dev.backuphelper.event.BackupEvent;
import dev.backuphelper.model.BackupId;
import java.nio.file.Path;

/** A process that restores a backup and dies at a step. */
final class KilledRestore {
  static final int EXIT = 137;

  private KilledRestore() {}

  /** Takes the store, the backup and the step. */
  public static void main(String[] arguments) {
    BackupHelper.builder()
        .directory(Path.of(arguments[0]))
        .listener(event -> dieAt(arguments[2], event))
        .build()
        .restore(RestoreRequest.of(new BackupId(arguments[1])).build());
  }

  private static void dieAt(String name, BackupEvent event) {
    if (event instanceof BackupEvent.Step step
        && step.operation().equals("restore")
        && step.step().equals(name)) {
      Runtime.getRuntime().halt(EXIT);
    }
  }
}
