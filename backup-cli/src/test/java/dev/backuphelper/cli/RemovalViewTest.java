package dev.backuphelper.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.report.CleanReport;
import java.util.List;
import org.junit.jupiter.api.Test;

class RemovalViewTest {
  private static final CleanReport.Removed REMOVED = new CleanReport.Removed("id", "old", 1);

  private final Result result = new Result();

  @Test
  void what_could_not_be_removed_at_all_is_a_failure() {
    RemovalView.judge(report(), result);

    assertThat(result.exit()).isEqualTo(1);
    assertThat(result.failure().orElseThrow().message()).contains("not everything was removed: no");
  }

  @Test
  void what_could_be_removed_in_part_is_partly_done() {
    RemovalView.judge(report(REMOVED), result);

    assertThat(result.exit()).isEqualTo(3);
  }

  @Test
  void a_set_of_databases_without_a_good_backup_is_a_finding() {
    RemovalView.judge(CleanReport.rehearsed(List.of(), List.of(), List.of("a.db")), result);

    assertThat(result.exit()).isEqualTo(3);
    assertThat(result.failure().orElseThrow().message()).isEqualTo("no good backup is left: a.db");
  }

  private static CleanReport report(CleanReport.Removed... removed) {
    return new CleanReport(false, List.of(removed), List.of(), 1, List.of("no"), List.of("a.db"));
  }
}
