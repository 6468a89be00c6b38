package dev.backuphelper.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.model.OnCrash;
import dev.backuphelper.model.RecoverChoice;
import dev.backuphelper.source.sqlite.SqliteSource;
import dev.backuphelper.testing.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each decision of a guard is logged once, whatever its outcome. */
@Timeout(180)
class LoggedDecisionsTest {
  @TempDir private Path folder;

  /** Migrates in all ways, with a line before each. Argument: a folder. */
  static final class AllWays {
    private final GuardedDatabase app;

    private AllWays(GuardedDatabase app) {
      this.app = app;
    }

    public static void main(String[] arguments) throws Exception {
      new AllWays(GuardedDatabase.create(Path.of(arguments[0]), "wal")).run();
    }

    private void run() throws Exception {
      MigrationGuard guard = app.guard();
      Path file = Files.writeString(app.folder().resolve("file"), "no folder");
      MigrationGuard unprotected =
          MigrationGuard.of(
              BackupHelper.builder()
                  .source(SqliteSource.of(app.database()))
                  .directory(file.resolve("backups"))
                  .build());
      migrate("good", guard, null);
      migrate("idle", guard.withPending(() -> false), null);
      migrate("failing", guard, new IllegalStateException("half way"));
      migrate("stopping", guard.withPolicy(GuardPolicy.stopping()), new IllegalStateException());
      migrate("aborted", unprotected, null);
      migrate("lenient", unprotected.withPolicy(GuardPolicy.lenient()), null);
      migrate(
          "unlucky",
          unprotected.withPolicy(GuardPolicy.lenient()),
          new IllegalStateException("half way"));
      migrate("mute", guard, new StackOverflowError());
      app.crash(OnCrash.RESTORE, "PRAGMA user_version=4");
      migrate("after a crash", guard.withPending(() -> false), null);
      app.crash(OnCrash.STOP, "PRAGMA user_version=4");
      migrate("refused", guard, null);
      app.recover(RecoverChoice.RESTORE);
      migrate("wrong", guard.withCheck("never", () -> Files.delete(app.folder())), null);
    }

    @SuppressWarnings("SystemOut") // its output is what the parent reads
    private void migrate(String label, MigrationGuard guard, Throwable failure) {
      System.out.println(label);
      try {
        guard.run(
            label,
            () -> {
              app.sql("PRAGMA user_version=3");
              if (failure instanceof Error error) {
                throw mute(error);
              } else if (failure != null) {
                throw (RuntimeException) failure;
              }
            });
      } catch (Throwable expected) {
        // What is logged is what this is about.
      }
    }

    /** Returns an error that takes no suppressed ones. */
    private static Error mute(Error like) {
      return new Error(like.getClass().getSimpleName(), null, false, false) {
        private static final long serialVersionUID = 1L;
      };
    }
  }

  @Test
  void everyDecision_isLoggedOnce() throws Exception {
    List<String> said;
    try (ChildJvm child =
        ChildJvm.startWith(
            List.of("-Dslf4j.provider=" + ListedLogs.class.getName()),
            folder,
            AllWays.class,
            Files.createDirectory(folder.resolve("app")))) {
      said =
          child.readAll().stream()
              .map(line -> line.replaceAll("\\d{8}-\\d{6}-\\d{3}", "ID"))
              .toList();
      assertThat(child.awaitExit()).as("said %s", said).isZero();
    }
    String data = folder.toRealPath().resolve("app/data/app.db").toString();
    String store = folder.toRealPath().resolve("app/backups").toString();
    assertThat(said)
        .containsExactly(
            "good",
            "INFO migration good: protected by safety backup ID",
            "INFO migration good: done",
            "idle",
            "INFO migration idle: nothing is pending, so nothing is backed up",
            "failing",
            "INFO migration failing: protected by safety backup ID",
            "WARN migration failing: failed; the former content is put back",
            "WARN migration failing: the former content is there again",
            "stopping",
            "INFO migration stopping: protected by safety backup ID",
            "ERROR migration stopping: failed; what it left is there, as the policy says",
            "aborted",
            "ERROR migration aborted: not begun, because it cannot be protected",
            "lenient",
            "WARN migration lenient: goes on without protection, as the policy says",
            "INFO migration lenient: done",
            "unlucky",
            "WARN migration unlucky: goes on without protection, as the policy says",
            "ERROR migration unlucky: failed, and it was not protected",
            "mute",
            "INFO migration mute: protected by safety backup ID",
            "WARN migration mute: failed; the former content is put back",
            "WARN migration mute: the former content is there again",
            "ERROR migration mute failed; [%s] hold again what they held before, from safety backup ID; what it left is kept as backup ID; to restore by hand: backup restore ID --dir %s --force"
                .formatted(data, store),
            "after a crash",
            "WARN guard: migration version-2 had been interrupted: restored [%s]; what was found is kept as backup ID"
                .formatted(data),
            "INFO migration after a crash: nothing is pending, so nothing is backed up",
            "refused",
            "WARN %s.backup-open.json stays open: migration version-2 was interrupted, and nothing is to be restored unasked; put backup ID there with --restore, or keep what is there with --keep"
                .formatted(data),
            "wrong",
            "INFO migration wrong: protected by safety backup ID",
            "WARN migration wrong: failed; the former content is put back",
            "WARN migration wrong: the former content is there again");
  }
}
