package dev.backuphelper.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.backuphelper.cli.Cli.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DemoCommandTest extends CommandTest {
  private static final String PLAIN = "";
  private static final String CRASH = "--crash";

  private Run demo(String... options) {
    Object[] words = ("demo " + String.join(" ", options)).strip().split(" +");
    return cli.run(words);
  }

  /** Starts it with a temporary folder of its own. */
  private JavaProcess process(Path temporary, String options) throws IOException {
    List<String> command =
        JavaProcess.command(Main.class, (Object[]) ("demo " + options).strip().split(" +"));
    command.add(1, "-Djava.io.tmpdir=" + temporary);
    return JavaProcess.start(folder, Map.of(), "", command);
  }

  @ParameterizedTest
  @ValueSource(strings = {PLAIN, CRASH})
  void tells_what_happens_and_proves_that_nothing_is_lost(String options) {
    Run run = demo(options);

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.err()).isEmpty();
    List<String> lines = run.out().lines().toList();
    assertThat(lines.get(0)).startsWith("1. A shop database: 4 tables").contains("23300 rows");
    assertThat(run.out())
        .contains("deletes 2000 orders and 5000 of their items, by mistake: committed")
        .containsPattern(" orders +6000 +4000 +6000 +[0-9a-f]{16} +as before")
        .containsPattern(" invoice +- +6000 +- +- +as before")
        .contains("The schema is as before too")
        .contains("5. The corrected migration goes through: migrated")
        .doesNotContain("DIFFERENT");
    assertThat(run.out().contains("is killed half way")).isEqualTo(options.equals(CRASH));
    assertThat(run.out().contains("The next start finds the marker"))
        .isEqualTo(options.equals(CRASH));
    assertThat(lines.get(lines.size() - 1)).startsWith("Nothing is lost");
    assertThat(lines).allMatch(line -> line.length() < 100);
    assertThat(store).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {PLAIN, CRASH})
  void gives_programs_one_object(String options) {
    Run run = demo(options, "--json");

    assertEnvelope(run, "demo");
    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.json())
        .containsEntry("crash", options.equals(CRASH))
        .containsEntry("label", "orders-v42")
        .containsEntry("schema_identical", true)
        .containsEntry("proved", true);
    assertThat(run.text("safety_backup_id")).isLessThan(run.text("failed_state_id"));
    List<Map<String, Object>> tables = run.objects("tables");
    assertThat(tables).extracting(table -> table.get("name")).hasSize(5).contains("orders");
    assertThat(tables)
        .allSatisfy(
            table ->
                assertThat(table)
                    .containsEntry("identical", true)
                    .containsEntry("sha256_now", table.get("sha256_before")));
    assertThat(demo(options, "--quiet").out()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {PLAIN, CRASH})
  void leaves_nothing_behind(String options) throws Exception {
    Path temporary = Files.createDirectory(folder.resolve("temporary"));

    Run run = process(temporary, options).end();

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(names(temporary)).isEmpty();
    assertThat(store).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({"'', '2. The guard', INT, 130", "--crash, '2. Another process', TERM, 143"})
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "processes end without signals there")
  void leaves_nothing_behind_when_it_is_interrupted(
      String options, String begun, String signal, int exit) throws Exception {
    Path temporary = Files.createDirectory(folder.resolve("temporary"));
    JavaProcess demo = process(temporary, options);
    await().atMost(Duration.ofSeconds(60)).until(() -> demo.out().contains(begun));
    List<ProcessHandle> children = demo.children();

    demo.signal(signal);

    Run run = demo.end();
    assertThat(run.exit()).as(run.err()).isEqualTo(exit);
    assertThat(run.out()).doesNotContain("Nothing is lost");
    assertThat(names(temporary)).isEmpty();
    assertThat(children).noneMatch(ProcessHandle::isAlive);
  }

  @Test
  void a_folder_for_backups_is_refused() {
    assertFails(demo("--dir", "x"), 2, "--dir: a demo works in a temporary folder");
  }

  @Test
  void a_proof_that_fails_is_told() throws Exception {
    Path other = folder.resolve("other.db");
    ShopDatabase.create(other);
    DatabaseContent before = DatabaseContent.of(other);
    Database.execute(other, "update orders set placed_on = '2026-01-01' where id = 17");
    DatabaseContent now = DatabaseContent.of(other);
    Result result = new Result();

    new DemoView(result).put(before, before, now);
    new DemoView(result).failProof();

    assertThat(result.values()).containsEntry("proved", false);
    assertThat(result.exit()).isEqualTo(4);
    assertThat(DemoView.table(before, before, now))
        .anySatisfy(line -> assertThat(line).matches("orders +6000 .*DIFFERENT"))
        .filteredOn(line -> line.contains("DIFFERENT"))
        .hasSize(1);
    Database.execute(other, "drop index order_item_of_order");
    assertThat(DemoView.table(before, before, DatabaseContent.of(other)))
        .contains("The schema is DIFFERENT.");
  }
}
