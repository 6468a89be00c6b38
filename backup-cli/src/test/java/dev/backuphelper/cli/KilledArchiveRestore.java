package dev.backuphelper.cli;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.RestoreRequest;
import dev.backuphelper.event.BackupEvent;
import java.nio.file.Files;
import java.nio.file.Path;

/** A process that restores from an archive and dies at a step. */
final class KilledArchiveRestore {
  private KilledArchiveRestore() {}

  /** Takes the archive, the target, the store of the safety backup, and the step. */
  public static void main(String[] arguments) {
    Path archive = Path.of(arguments[0]);
    BackupHelper backups =
        BackupHelper.builder()
            .store(
                new ArchiveStore(
                    archive.toString(),
                    () -> new TarReader(Files.newInputStream(archive), archive.toString())))
            .listener(event -> dieAt(arguments[3], event))
            .build();
    backups.restore(
        RestoreRequest.of(backups.list().get(0).id())
            .to(Path.of(arguments[1]))
            .safetyDirectory(Path.of(arguments[2]))
            .build());
  }

  private static void dieAt(String name, BackupEvent event) {
    if (event instanceof BackupEvent.Step step && step.step().equals(name)) {
      Runtime.getRuntime().halt(KilledRestore.EXIT);
    }
  }
}
