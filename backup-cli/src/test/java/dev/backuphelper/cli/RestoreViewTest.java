package dev.backuphelper.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.RestoreFailedException;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.RestoreOutcome;
import dev.backuphelper.report.RestoreReport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What cannot be brought about from the command line alone. */
class RestoreViewTest {
  private static final BackupId SAFETY = new BackupId("20261120-070212-345");

  private final Result result = new Result();
  private final RestoreView view = new RestoreView(Path.of("/srv/backups"), result);

  @ParameterizedTest
  @CsvSource({
    "ROLLED_BACK, rolled_back, every database holds what it held before",
    "UNKNOWN, unknown, resolves it",
    "UNCHANGED, unchanged, nothing was written",
    "RESTORED, restored, outcome: restored"
  })
  void a_failure_says_how_the_databases_were_left(
      RestoreOutcome outcome, String key, String words) {
    view.show(
        new RestoreFailedException(
            ErrorCode.RESTORE_FAILED, "cannot restore x", "Look.", null, outcome, SAFETY));

    assertThat(result.exit()).isEqualTo(1);
    assertThat(result.values())
        .containsEntry("outcome", key)
        .containsEntry("safety_backup_id", SAFETY.value());
    Failure failure = result.failure().orElseThrow();
    assertThat(failure.message()).startsWith("cannot restore x; outcome: ").contains(words);
    assertThat(failure.hint())
        .startsWith("Look. The state before is safety backup " + SAFETY)
        .contains("backup restore " + SAFETY + " --force --dir ");
  }

  @Test
  void a_failure_without_safety_backup_has_the_hint_of_the_library_alone() {
    view.show(
        new RestoreFailedException(
            ErrorCode.NO_SPACE, "no room", null, null, RestoreOutcome.ROLLED_BACK, null));

    assertThat(result.values()).containsEntry("safety_backup_id", null);
    assertThat(result.failure().orElseThrow().hint()).isNull();
  }

  @Test
  void a_contended_restore_is_partly_done() {
    view.show(
        new RestoreReport(
            Optional.of(SAFETY),
            SAFETY.value(),
            RestoreOutcome.RESTORED,
            List.of(),
            Optional.empty(),
            true,
            true,
            List.of(),
            false,
            10,
            Duration.ofSeconds(1)));

    assertThat(result.exit()).isEqualTo(3);
    assertThat(result.values())
        .containsEntry("contended", true)
        .containsEntry("outcome", "restored");
    assertThat(result.failure().orElseThrow().code()).isEqualTo("CONTENDED");
  }
}
