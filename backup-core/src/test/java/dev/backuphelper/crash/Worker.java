package dev.backuphelper.crash;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.RestoreRequest;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.model.Backup;
import dev.backuphelper.report.VerifyReport;
import dev.backuphelper.testing.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * Does the same thing again and again, beside other processes. Says {@code ready}, waits for a
 * line, then says a line for each time: what came of it, or the code of what failed.
 *
 * <p>Arguments: what to do, the world's folder, how often.
 */
final class Worker {
  private final World world;
  private final BackupHelper backups;

  private Worker(World world) {
    this.world = world;
    backups = world.backups(List.of("a.db"));
  }

  static ChildJvm start(World world, String work, int times) {
    return ChildJvm.startIn(world.scratch(), Worker.class, work, world.folder(), times);
  }

  @SuppressWarnings("SystemOut") // its output is what the parent waits for
  public static void main(String[] arguments) throws IOException {
    Worker worker = new Worker(new World(Path.of(arguments[1]), World.SMALL));
    System.out.println("ready");
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    in.readLine();
    for (int count = Integer.parseInt(arguments[2]); count > 0; count--) {
      System.out.println(worker.attempt(arguments[0]));
    }
  }

  private String attempt(String work) {
    try {
      return perform(work, backups, world);
    } catch (BackupException failure) {
      if (failure.code() != ErrorCode.LOCKED) {
        failure.printStackTrace();
      }
      return failure.code().name();
    }
  }

  /** Does some work once and says what came of it. */
  static String perform(String work, BackupHelper backups, World world) {
    return switch (work) {
      case "create" -> backups.create().id().value();
      case "clean" -> "removed " + backups.cleanOld(2).removed().size();
      case "verify" -> verify(backups.verifyAll());
      case "restore" -> "" + backups.restore(pinned(backups).id()).outcome();
      case "restore elsewhere" -> "" + restoreTo(backups, world.database("elsewhere.db"));
      default -> throw new IllegalArgumentException(work);
    };
  }

  private static Object restoreTo(BackupHelper backups, Path target) {
    return backups
        .restore(RestoreRequest.of(pinned(backups).id()).to(target).withoutSafetyBackup().build())
        .outcome();
  }

  private static Backup pinned(BackupHelper backups) {
    return backups.list().stream().filter(Backup::pinned).findFirst().orElseThrow();
  }

  private static String verify(VerifyReport report) {
    return report.allValid() ? "valid" : "HARMED " + report;
  }
}
