package dev.backuphelper.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.backuphelper.cli.Cli.Run;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CleanCommandTest extends CommandTest {
  /** Newest first. 15 January 2025 was a Wednesday. */
  private static final List<String> TIMES =
      List.of(
          "2025-01-15T10:50",
          "2025-01-15T10:10",
          "2025-01-15T09:00",
          "2025-01-14T12:00",
          "2025-01-06T00:00",
          "2024-12-31T23:59",
          "2024-12-01T03:00",
          "2023-05-05T05:00");

  @Test
  void says_why_each_stays_or_goes() {
    String first = create();
    String second = create();

    Run run = cli.run("clean", "1");

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out())
        .containsPattern("keep    " + second + "  .*among the last 1")
        .containsPattern("remove  " + first + "  .+, [0-9.]+ KiB")
        .containsPattern("1 removed, .* freed");
    assertThat(artifact(first)).doesNotExist();
    assertThat(artifact(second)).exists();
    assertThat(cli.run("clean", "1").out()).contains("nothing to remove");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--keep-last", "--keep-count"})
  void json_has_the_keys_of_the_contract(String option) {
    String first = create();
    String second = create();

    Run run = cli.run("prune", option, "1", "--json");

    assertEnvelope(run, "clean");
    assertThat(run.json()).containsEntry("dry_run", false).containsEntry("errors", List.of());
    assertThat((Long) run.json().get("freed_bytes")).isPositive();
    Map<String, Object> removed = run.objects("removed").get(0);
    assertThat(removed).containsOnlyKeys("id", "reason", "size").containsEntry("id", first);
    Map<String, Object> kept = run.objects("kept").get(0);
    assertThat(kept).containsOnlyKeys("id", "reasons").containsEntry("id", second);
    assertThat((List<?>) kept.get("reasons")).isNotEmpty();
  }

  @Test
  void a_dry_run_removes_nothing_and_selects_the_same() {
    String first = create();
    create();

    Run dry = cli.typing("").run("clean", "1", "--dry-run", "--json");

    assertEnvelope(dry, "clean");
    assertThat(dry.json()).containsEntry("dry_run", true);
    assertThat(artifact(first)).exists();
    assertThat(cli.run("clean", "1", "--dry-run").out()).contains("dry run: 1 would be removed");
    assertThat(cli.run("clean", "1", "--quiet").out().strip()).isEqualTo(first);
    assertThat(cli.run("clean", "1", "--dry-run").out()).contains("dry run: nothing would be");
  }

  @Test
  void age_and_size_are_limits() {
    create();
    create();
    Cli later = cli.at(Clock.offset(Clock.systemUTC(), Duration.ofDays(40)));

    assertThat(later.run("clean", "--age-days", "30", "--dry-run", "--json").objects("removed"))
        .hasSize(1);
    assertThat(later.run("clean", "--age-days", "50", "--dry-run", "--json").objects("removed"))
        .isEmpty();
    assertThat(
            cli.run("clean", "--max-size-gb", "0.00001", "--dry-run", "--json").objects("removed"))
        .hasSize(1);
    assertThat(cli.run("clean", "--max-size-gb", "1", "--dry-run", "--json").objects("removed"))
        .isEmpty();
  }

  @Test
  void kind_narrows_it() {
    create(database, "--kind", "scheduled");
    create(database, "--kind", "scheduled");
    create(database, "--kind", "archive");
    create(database, "--kind", "archive");

    Run run = cli.run("clean", "1", "--kind", "scheduled", "--json");

    assertThat(run.objects("removed")).hasSize(1);
    assertThat(cli.run("list", "--quiet").out().lines()).hasSize(3);
    assertFails(cli.run("clean", "1", "--kind", "weekly"), 2, "none of manual, scheduled, archive");
  }

  @ParameterizedTest
  @CsvSource({
    "--keep-hourly, 2, 2025-01-15T10:50 2025-01-15T09:00",
    "--keep-daily, 2, 2025-01-15T10:50 2025-01-14T12:00",
    "--keep-weekly, 2, 2025-01-15T10:50 2025-01-06T00:00",
    "--keep-monthly, 2, 2025-01-15T10:50 2024-12-31T23:59",
    "--keep-yearly, 3, 2025-01-15T10:50 2024-12-31T23:59 2023-05-05T05:00",
    "--keep-within, 40m, 2025-01-15T10:50 2025-01-15T10:10",
    "--keep-within, 22h50m, 2025-01-15T10:50 2025-01-15T10:10 2025-01-15T09:00 2025-01-14T12:00"
  })
  void rules_that_keep_work_in_a_folder(String option, String value, String kept) throws Exception {
    Path dumps = Files.createDirectory(folder.resolve("dumps"));
    for (String time : TIMES) {
      Path dump = Database.create(dumps.resolve(dump(time)));
      Files.setLastModifiedTime(dump, FileTime.from(Instant.parse(time + ":00Z")));
    }

    Run run = cli.run("clean", dumps, option, value, "--json");

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(names(dumps))
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(kept.split(" ")).map(CleanCommandTest::dump).toList());
  }

  private static String dump(String time) {
    return time.replace(":", "") + ".db";
  }

  @Test
  void rules_that_keep_work_in_a_store_together() {
    List<String> ids = new ArrayList<>();
    for (int index = TIMES.size() - 1; index >= 0; index--) {
      Clock clock = Clock.fixed(Instant.parse(TIMES.get(index) + ":00Z"), ZoneOffset.UTC);
      ids.add(cli.at(clock).run("create", database, "--quiet").out().strip());
    }

    Run run = cli.run("clean", "--keep-monthly=2", "--keep-within", "40m", "--json");

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.objects("kept"))
        .extracting(kept -> kept.get("id"), kept -> kept.get("reasons"))
        .containsExactly(
            tuple(
                "20250115-105000-000",
                List.of(
                    "newest verified of its database group",
                    "among the last 2 monthly",
                    "within 40 minutes of the newest")),
            tuple("20250115-101000-000", List.of("within 40 minutes of the newest")),
            tuple("20241231-235900-000", List.of("among the last 2 monthly")));
    assertThat(run.objects("removed"))
        .hasSize(ids.size() - 3)
        .extracting(removed -> removed.get("reason"))
        .containsOnly("not among the last 2 monthly or within 40 minutes of the newest");
  }

  @Test
  void rules_that_keep_nothing_are_usage_errors() {
    assertFails(cli.run("clean", "--keep-weekly", "0"), 2, "--keep-weekly must be at least 1: 0");
    assertFails(cli.run("clean", "--keep-within", "0s"), 2, "--keep-within must be more than 0");
    assertFails(
        cli.run("clean", "--keep-within", "1y"),
        2,
        "'1y' is not a time span as 30m, 12h, 7d, 4w or 1d12h");
  }

  @Test
  void without_a_rule_it_is_a_usage_error() {
    create();

    Run run = cli.run("clean", "--json");

    assertFails(run, 2, "no rule says what may go");
    assertEnvelope(run, "clean");
    assertThat(run.json())
        .containsEntry("removed", List.of())
        .containsEntry("kept", List.of())
        .containsEntry("freed_bytes", 0L);
    assertFails(cli.run("clean", "--kind", "manual"), 2, "no rule");
    assertFails(cli.run("clean", store), 2, "no rule");
  }

  @Test
  void keeping_nothing_is_refused() {
    create();

    assertFails(cli.run("clean", "0"), 7, "keeping 0 backups is refused");
    assertFails(cli.run("clean", "--keep-last", "0"), 7, "keeping 0 backups is refused");
    assertThat(cli.run("list", "--quiet").out().lines()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-1",
        "99999999999999",
        "1.5",
        "abc",
        "--age-days=-1",
        "--age-days=x",
        "--age-days=0",
        "--max-size-gb=0",
        "--max-size-gb=1e9",
        "--max-size-gb=NaN",
        "--keep-last=x",
        "--keep-within=0d",
        "--keep-within=7",
        "--keep-within=1.5h",
        "--keep-within=1h1d",
        "--keep-within=-1d",
        "--keep-within=PT1H",
        "--keep-within=",
        "--keep-hourly=x",
        "--keep-daily=0",
        "--keep-weekly=-1",
        "--keep-monthly=1.5",
        "--keep-yearly="
      })
  void bad_values_are_usage_errors(String argument) {
    create();

    Run run = cli.run("clean", argument);

    assertThat(run.exit()).as(run.err()).isIn(2, 5);
    assertFails(run, run.exit());
    assertThat(cli.run("list", "--quiet").out().lines()).hasSize(1);
  }

  @Test
  void two_numbers_are_a_usage_error() {
    assertFails(cli.run("clean", "3", "--keep-last", "4"), 2, "two numbers");
  }

  @Test
  void on_a_terminal_it_asks() {
    String first = create();
    create();

    Run no = cli.typing("n\n").run("clean", "1");
    assertThat(no.exit()).isEqualTo(7);
    assertThat(no.err())
        .contains("remove  " + first)
        .contains("remove 1 of these? [y/N] ")
        .contains("error: declined; nothing was removed");
    assertThat(artifact(first)).exists();

    assertThat(cli.typing("y\n").run("clean", "1").exit()).isZero();
    assertThat(artifact(first)).doesNotExist();
    assertThat(cli.typing("").run("clean", "1").exit()).as("nothing to ask about").isZero();
  }

  @Test
  void on_a_terminal_it_asks_about_what_goes_because_another_is_bad() throws IOException {
    String oldest = create();
    String older = create();
    String newest = create();
    Database.flipBit(artifact(newest));

    Run dry = cli.run("clean", "1", "--dry-run");
    assertThat(dry.out()).contains("remove  " + oldest);
    Run no = cli.typing("n\n").run("clean", "1");

    assertThat(no.exit()).isEqualTo(7);
    assertThat(no.err())
        .contains("warning: backup " + newest + " is bad: ")
        .contains("remove  " + oldest)
        .contains("remove 1 of these? [y/N] ");
    assertThat(artifact(oldest)).exists();
    Run yes = cli.typing("y\n").run("clean", "1");
    assertThat(yes.exit()).as(yes.err()).isZero();
    assertThat(artifact(oldest)).doesNotExist();
    assertThat(artifact(older)).exists();
  }

  /** A person whose first answer takes so long that a backup rots meanwhile. */
  @Test
  void what_changed_while_it_asked_is_shown_and_asked_anew() {
    create();
    String older = create();
    String newest = create();
    Deque<String> answers = new ArrayDeque<>(List.of("y\n", "n\n"));
    InputStream person =
        new InputStream() {
          @Override
          public int read() {
            throw new UnsupportedOperationException("lines alone");
          }

          @Override
          public int read(byte[] bytes, int offset, int length) throws IOException {
            if (answers.size() == 2) {
              Database.flipBit(artifact(newest));
            }
            byte[] line = answers.remove().getBytes(StandardCharsets.UTF_8);
            System.arraycopy(line, 0, bytes, offset, line.length);
            return line.length;
          }
        };

    Run run = cli.typing(person).run("clean", "1");

    assertThat(run.exit()).isEqualTo(7);
    assertThat(run.err())
        .contains("remove 2 of these?")
        .contains("what would be removed has changed meanwhile")
        .contains("remove 1 of these?")
        .contains("declined; nothing was removed");
    assertThat(artifact(older)).exists();
    assertThat(cli.run("list", "--quiet").out().lines()).hasSize(3);
  }

  @Test
  void no_good_backup_left_is_a_finding() throws IOException {
    String id = create();
    create();
    Database.flipBit(artifact(id));
    Database.flipBit(artifact(cli.run("list", "--quiet").out().lines().findFirst().orElseThrow()));

    Run run = cli.run("clean", "1", "--json");

    assertFails(run, 3, "no good backup is left: app.db");
    assertEnvelope(run, "clean");
    assertThat(run.object("error")).containsEntry("code", "NO_GOOD_BACKUP");
    assertThat(run.json()).containsEntry("unproven", List.of("app.db"));
    assertThat((List<?>) run.json().get("warnings")).hasSize(2);
    assertThat(cli.run("list", "--quiet").out().lines()).hasSize(2);
    assertFails(cli.run("clean", "1"), 3, "no good backup is left");
  }

  @Test
  void a_folder_with_manifests_is_a_store() {
    create();
    create();

    Run run = Cli.of(folder.resolve("elsewhere")).run("clean", store, "--keep-last", "1", "--json");

    assertThat(run.objects("removed")).hasSize(1);
    assertThat(cli.run("list", "--quiet").out().lines()).hasSize(1);
  }

  @Test
  void plain_files_of_a_folder_are_pruned_by_their_times() throws IOException {
    Path dumps = Files.createDirectory(folder.resolve("dumps"));
    for (int day = 1; day <= 4; day++) {
      Path dump = Database.create(dumps.resolve("dump" + day + ".db"));
      Files.setLastModifiedTime(dump, FileTime.from(Instant.now().minus(Duration.ofDays(day))));
    }
    Files.writeString(dumps.resolve("notes.txt"), "not ours");

    Run run = cli.run("clean", dumps, "--keep-last", "3", "--json");

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.objects("removed")).hasSize(1);
    assertThat(names(dumps)).containsExactly("dump1.db", "dump2.db", "dump3.db", "notes.txt");
    assertFails(cli.run("clean", dumps, "--keep-last", "1", "--kind", "manual"), 2, "no kind");
    assertThat(store).doesNotExist();
  }

  @Test
  void a_folder_that_is_named_must_be_one() {
    assertFails(cli.run("clean", folder.resolve("none"), "--keep-last", "1"), 5, "does not exist");
    assertFails(cli.run("clean", database, "--keep-last", "1"), 2, "not a folder");
    assertFails(cli.run("clean", "", "--keep-last", "1"), 2, "empty argument");
  }

  @Test
  void a_report_is_written_also_when_nothing_happens() throws IOException {
    Path report = folder.resolve("clean.json");

    assertThat(cli.run("clean", "5", "--dry-run", "--report", report).exit()).isZero();

    assertThat(Cli.json(Files.readAllBytes(report)))
        .containsEntry("command", "clean")
        .containsEntry("dry_run", true)
        .containsEntry("removed", List.of());
  }
}
