package dev.backuphelper.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.backuphelper.cli.Cli.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sqlite.Function;

class CreateCommandTest extends CommandTest {
  @Test
  void says_what_was_made_and_how_to_restore_it() {
    Run run = cli.run("create", database);

    assertThat(run.exit()).isZero();
    String id = create();
    assertThat(run.out())
        .matches(
            "(?s)created [0-9]{8}-[0-9]{6}-[0-9]{3}: 1 file, [0-9.]+ KiB, verified"
                + " \\(quick_check\\), in .*")
        .contains(database.toString())
        .contains("restore it with: backup restore ")
        .contains(" --dir " + store);
    assertThat(run.err()).isEmpty();
    assertThat(artifact(id)).exists();
  }

  @Test
  void quiet_prints_the_id_alone() {
    assertThat(cli.run("create", database, "--quiet").out())
        .matches("[0-9]{8}-[0-9]{6}-[0-9]{3}\\R");
  }

  @Test
  void json_has_the_keys_of_the_contract() {
    Path second = Database.create(folder.resolve("memory.db"));

    Run run = cli.run("--json", "create", database, second, "--kind", "archive", "--pin");

    assertEnvelope(run, "create");
    assertThat(run.json())
        .containsEntry("kind", "archive")
        .containsEntry("type", "full")
        .containsEntry("parent", null)
        .containsEntry("compressed", false)
        .containsEntry("damaged", false)
        .containsEntry("pinned", true);
    List<Map<String, Object>> files = run.objects("files");
    assertThat(files).hasSize(2);
    long total = 0;
    for (Map<String, Object> file : files) {
      Path stored = store.resolve(file.get("name").toString());
      assertThat(stored).exists();
      assertThat(file.get("size")).isEqualTo(size(stored));
      assertThat(file.get("sha256").toString()).matches("[0-9a-f]{64}");
      total += size(stored);
    }
    assertThat(run.json()).containsEntry("total_size", total);
    assertThat(run.object("verified")).containsEntry("level", "quick").containsKey("at");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--compress", "--compress=zstd", "--compress=gzip"})
  void compresses_what_it_stores(String option) throws IOException {
    String codec = option.endsWith("gzip") ? "gzip" : "zstd";
    try (Connection connection = Database.connect(database);
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE large AS SELECT zeroblob(100000) AS data");
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }

    Run run = cli.run("create", option, database, "--json");

    assertEnvelope(run, "create");
    Map<String, Object> file = run.objects("files").get(0);
    assertThat(file.get("name").toString()).endsWith(codec.equals("gzip") ? ".gz" : ".zst");
    long stored = size(store.resolve(file.get("name").toString()));
    assertThat(file).containsEntry("size", stored).containsEntry("original_size", size(database));
    assertThat(run.json()).containsEntry("compressed", true).containsEntry("total_size", stored);
    assertThat(stored).isLessThan(20_000);
    assertThat(cli.run("create", database, option).out())
        .containsPattern(
            "1 file, [0-9.]+ K?i?B \\(" + codec + " saved 9[0-9] % of 1[0-9.]+ KiB\\)");
    String id = run.text("id");
    assertThat(cli.run("info", id).out())
        .containsPattern("size +[0-9.]+ K?i?B \\(" + stored + " bytes\\)")
        .containsPattern("image size +1[0-9.]+ KiB \\(" + size(database) + " bytes\\)")
        .containsPattern("compression +" + codec);
    assertThat(cli.run("size", "--json").json()).containsEntry("artifacts_bytes", 2 * stored);
    Run verified = cli.run("verify", id, "--json");
    assertThat(verified.exit()).isZero();
    assertThat(verified.objects("files").get(0))
        .containsEntry("size_bytes", stored)
        .containsEntry("sha256", file.get("sha256"));
  }

  @Test
  void compressing_takes_a_name_only_after_a_sign_of_equality() {
    assertFails(cli.run("create", "--compress", "gzip"), 5, "gzip");
    assertThat(cli.run("create", database, "--compress", "--dry-run", "--json").json())
        .containsEntry("compressed", true);
    assertThat(store).doesNotExist();
  }

  @Test
  void records_what_it_was_told() throws IOException {
    Path git = Files.createDirectories(folder.resolve(".git/refs/heads"));
    Files.writeString(folder.resolve(".git/HEAD"), "ref: refs/heads/main\n");
    Files.writeString(git.resolve("main"), "0123456789012345678901234567890123456789\n");

    Run run =
        cli.in(folder)
            .run(
                "create",
                database,
                "--description",
                "-- before \"it\"",
                "--tag",
                "a=1",
                "--tag",
                "b=x=y",
                "--full",
                "--quiet");
    Run info = cli.run("info", run.out().strip(), "--json");

    Map<String, Object> backup = info.object("backup");
    assertThat(backup)
        .containsEntry("description", "-- before \"it\"")
        .containsEntry("tags", Map.of("a", "1", "b", "x=y"))
        .containsEntry("git_commit", "0123456789012345678901234567890123456789")
        .containsEntry("git_branch", "main");
    assertThat(backup.get("verified").toString()).contains("full");
  }

  @Test
  void no_verify_makes_a_backup_that_says_so() {
    assertThat(cli.run("create", database, "--no-verify").out()).contains("not verified");
  }

  @Test
  void keep_removes_older_ones() {
    create();
    String second = create();

    Run run = cli.run("create", database, "--keep", "2", "--json");

    assertThat(run.exit()).isZero();
    assertThat(run.object("cleaned"))
        .containsOnlyKeys("dry_run", "removed", "kept", "freed_bytes", "errors", "unproven");
    assertThat(cli.run("list", "--quiet").out().lines()).containsExactly(run.text("id"), second);
  }

  @Test
  void keep_says_what_went() {
    String first = create();

    Run run = cli.run("create", database, "--keep", "1");

    assertThat(run.out()).contains("remove  " + first).contains("kept the newest 1: 1 removed");
  }

  @Test
  void keep_0_is_refused_before_anything_is_made() {
    assertFails(cli.run("create", database, "--keep", "0"), 7, "keeping 0 backups");
    assertThat(store).doesNotExist();
  }

  @Test
  void a_dry_run_writes_nothing() {
    Run run = cli.run("create", database, "--dry-run", "--keep", "3");

    assertThat(run.exit()).isZero();
    assertThat(run.out())
        .contains("dry run: would back up 1 database to " + store)
        .contains("it needs")
        .contains("then the newest 3 would be kept");
    assertThat(store).doesNotExist();
    Run json = cli.run("create", database, "--dry-run", "--json");
    assertEnvelope(json, "create");
    assertThat(json.json()).containsEntry("id", null).containsEntry("dry_run", true);
    assertThat(json.objects("files"))
        .singleElement()
        .satisfies(f -> assertThat(f).containsEntry("sha256", null));
    assertThat(cli.run("create", database, "--dry-run", "--quiet").out())
        .isEqualTo(database + System.lineSeparator());
  }

  @Test
  void a_damaged_database_is_backed_up_with_a_finding() {
    Path damaged = Database.createDamaged(folder.resolve("damaged.db"));

    Run run = cli.run("create", damaged, "--json", "--keep", "1");

    assertFails(run, 3, "fails its own checks", "quick_check", damaged.toString());
    assertEnvelope(run, "create");
    assertThat(run.object("error")).containsEntry("code", "DAMAGED_SOURCE");
    assertThat(run.json())
        .containsEntry("damaged", true)
        .containsEntry("verified", null)
        .doesNotContainKey("cleaned");
    assertThat(cli.run("create", damaged).out()).contains("damaged");
    assertThat(cli.run("list").out()).contains("damaged");
  }

  @Test
  void without_a_database_it_is_a_usage_error() {
    Run run = cli.run("create", "--json");

    assertFails(run, 2, "no database named");
    assertEnvelope(run, "create");
    assertThat(run.json()).containsEntry("id", null).containsEntry("files", List.of());
  }

  @Test
  void a_missing_database_is_not_found() {
    assertFails(cli.run("create", folder.resolve("none.db")), 5, "none.db", "does not exist");
    assertFails(cli.run("create", database, folder.resolve("none.db")), 5, "none.db");
    assertThat(cli.run("list", "--quiet").out()).isEmpty();
  }

  @Test
  void a_pattern_takes_all_that_match() {
    Database.create(folder.resolve("b.db"));

    assertThat(cli.run("create", folder + "/*.db", "--json").objects("files")).hasSize(2);
    assertFails(cli.run("create", folder + "/*.none"), 5, "no database matches");
    assertFails(cli.run("create", folder + "/[.db"), 2, "not a pattern");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "with space.db",
        "quo'te.db",
        "per%cent.db",
        "ha#sh.db",
        "ünïcode.db",
        "[x].db",
        "@at.db",
        "{a,b}.db"
      })
  void unusual_names_are_taken_as_they_are(String name) {
    Path unusual = Database.create(folder.resolve(name));

    Run run = cli.run("create", unusual, "--json");

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.objects("files").get(0)).containsEntry("source", unusual.toString());
    Database.execute(unusual, "delete from note");
    assertThat(cli.run("restore", "latest", "--force").exit()).isZero();
    assertThat(Database.notes(unusual)).isEqualTo(10);
  }

  @Test
  void what_is_no_database_is_a_clear_failure() throws IOException {
    Path text = Files.writeString(folder.resolve("text.db"), "hello, this is no database at all");

    assertFails(cli.run("create", text), 1, "text.db");
    assertFails(cli.run("create", folder.resolve(".")), 1);
    assertFails(cli.run("create", ""), 2, "empty argument");
    assertThat(cli.run("list", "--quiet").out()).isEmpty();
  }

  @Test
  void two_databases_of_one_name_are_both_kept() throws IOException {
    Path other = Database.create(Files.createDirectory(folder.resolve("sub")).resolve("app.db"));

    Run run = cli.run("create", database, other, "--json");

    assertThat(run.exit()).isZero();
    assertThat(run.objects("files").stream().map(f -> f.get("name")).distinct()).hasSize(2);
  }

  @Test
  void a_locked_database_is_reported_as_such() throws SQLException {
    try (Connection holder = Database.connect(database);
        Statement statement = holder.createStatement()) {
      statement.execute("begin exclusive");

      assertFails(cli.run("create", database, "--lock-timeout", "0.2"), 6, "app.db");
    }
  }

  @Test
  void a_store_that_cannot_be_made_is_a_failure() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");

    assertFails(cli.run("create", database, "--dir", file.resolve("backups")), 1);
    assertFails(cli.run("create", database, "--dir", file), 1);
    assertThat(cli.run("create", database, "--dir", file).err()).contains("hint: ");
  }

  @Test
  void a_store_where_nothing_can_be_made_has_a_hint() {
    assumeThat(Path.of("/proc/self")).exists();

    Run run = cli.run("create", database, "--dir", "/proc/nope");

    assertFails(run, 1, "cannot back up", "/proc/nope");
    assertThat(run.err()).contains("hint: Check the path, or use another folder.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "=x", ""})
  void a_tag_needs_key_and_value(String tag) {
    assertFails(cli.run("create", database, "--tag", tag), 2, "--tag");
  }

  @Test
  void contradictions_are_usage_errors() {
    assertFails(
        cli.run("create", database, "--tag", "a=1", "--tag", "a=2"), 2, "two values for 'a'");
    assertFails(cli.run("create", database, "--full", "--no-verify"), 2, "exclude each other");
    assertFails(cli.run("create", database, "--kind", "safety"), 2, "safety");
    assertFails(cli.run("create", database, "--kind", "MANUAL"), 2, "none of manual, scheduled");
    assertFails(cli.run("create", database, "--keep", "-1"), 2, "-1");
    assertThat(store).doesNotExist();
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  /** What the command does not know of an application is no reason to do without a backup. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "create table price (cents integer check (is_price(cents)))",
        "create table price (cents integer); create index good on price (is_price(cents))"
      })
  void a_function_of_the_application_limits_the_check_alone(String schema) throws SQLException {
    Path shop = folder.resolve("shop.db");
    try (Connection application = Database.connect(shop);
        Statement statement = application.createStatement()) {
      Function.create(application, "is_price", new AnyPrice(), 1, Function.FLAG_DETERMINISTIC);
      for (String sql : schema.split(";")) {
        statement.execute(sql);
      }
      statement.execute("insert into price values (1), (2), (3)");
    }

    Run run = cli.run("create", shop, "--full", "--json");

    assertThat(run.exit()).as(run.err()).isZero();
    String id = run.text("id");
    assertLimited(run.objects("files").get(0));
    assertThat(run.json()).containsEntry("damaged", false);
    assertLimited(firstOf(cli.run("info", id, "--json").object("backup").get("components")));
    Run verified = cli.run("verify", "--full", "--json");
    assertThat(verified.exit()).as(verified.err()).isZero();
    assertLimited(verified.objects("files").get(0));

    Database.execute(shop, "create table more (a)");
    Run restored = cli.run("restore", id, "--force", "--json");
    assertThat(restored.exit()).as(restored.err()).isZero();
    assertThat(restored.json())
        .containsEntry("outcome", "restored")
        .containsEntry("verified", true);
    assertThat(cli.run("compare", id).out()).contains("identical");
  }

  @SuppressWarnings("unchecked") // JSON has objects of text keys alone
  private static Map<String, Object> firstOf(Object list) {
    return (Map<String, Object>) ((List<?>) list).get(0);
  }

  private static void assertLimited(Map<String, Object> file) {
    assertThat((List<?>) file.get("checks"))
        .anySatisfy(
            check ->
                assertThat(check.toString())
                    .contains("status=limited")
                    .containsPattern("is_price"));
  }

  private static final class AnyPrice extends Function {
    @Override
    protected void xFunc() throws SQLException {
      result(1);
    }
  }
}
