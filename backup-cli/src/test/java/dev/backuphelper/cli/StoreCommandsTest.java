package dev.backuphelper.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.backuphelper.cli.Cli.Run;
import dev.backuphelper.store.LockMode;
import dev.backuphelper.store.Store;
import dev.backuphelper.store.StoreLock;
import dev.backuphelper.store.local.LocalStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands that look at a store: list, info, compare, size, pin and unpin. */
class StoreCommandsTest extends CommandTest {
  @Test
  void list_shows_a_table_newest_first() {
    String first = create();
    String second = create(database, "--kind", "scheduled", "--pin");

    Run run = cli.run("list");

    assertThat(run.exit()).isZero();
    List<String> lines = run.out().lines().toList();
    assertThat(lines.get(0)).matches("ID +KIND +TYPE +SIZE +VERIFIED +PINNED +SOURCES");
    assertThat(lines.get(1))
        .matches(second + "  scheduled  full  [0-9.]+ KiB  quick     pinned  app.db");
    assertThat(lines.get(2))
        .matches(first + "  manual     full  [0-9.]+ KiB  quick     -       app.db");
    assertThat(lines.get(3)).matches("2 backups, .* KiB, in .*").endsWith(store.toString());
    assertThat(cli.run("list", "--quiet").out().lines()).containsExactly(second, first);
  }

  @Test
  void list_json_has_the_keys_of_manifests() {
    String id = create(database, "--tag", "a=1", "--no-verify");

    Run run = cli.run("list", "--json");

    assertEnvelope(run, "list");
    Map<String, Object> backup = run.objects("backups").get(0);
    assertThat(backup.keySet())
        .containsExactly(
            "format",
            "id",
            "timestamp",
            "date",
            "kind",
            "type",
            "parent",
            "group",
            "operation",
            "description",
            "tags",
            "created_by",
            "hostname",
            "user",
            "git_commit",
            "git_branch",
            "tool",
            "compressed",
            "compression",
            "encrypted",
            "damaged",
            "duration_ms",
            "size",
            "components",
            "pinned",
            "verified",
            "last_check");
    assertThat(backup).containsEntry("id", id).containsEntry("tags", Map.of("a", "1"));
    assertThat((List<?>) backup.get("components"))
        .singleElement()
        .satisfies(
            component ->
                assertThat(((Map<?, ?>) component).keySet().toString())
                    .contains("name", "engine", "source", "file", "sha256", "checks", "sqlite"));
    assertThat(run.objects("unreadable")).isEmpty();
  }

  @Test
  void databases_of_one_name_are_told_apart_by_their_paths() throws IOException {
    Path other = Files.createDirectory(folder.resolve("other"));
    Path orders = Database.create(folder.resolve("orders.db"));
    create(database);
    create(Database.create(other.resolve("app.db")), orders);

    List<String> lines = cli.run("list").out().lines().toList();

    assertThat(lines.get(1)).endsWith("  " + other.resolve("app.db") + ", orders.db");
    assertThat(lines.get(2)).endsWith("  " + database);
  }

  @Test
  void an_empty_store_is_no_failure() {
    Run run = cli.run("list");

    assertThat(run.exit()).isZero();
    assertThat(run.out())
        .contains("no backups in " + store)
        .contains("make one with: backup create DATABASE --dir " + store);
    assertThat(cli.run("list", "--json").objects("backups")).isEmpty();
    assertThat(store).doesNotExist();
  }

  @Test
  void manifests_that_cannot_be_used_are_named() throws IOException {
    String good = create();
    String corrupt = create();
    String newer = create();
    Files.writeString(manifest(corrupt), "{\"format\": 1, ");
    Files.writeString(
        manifest(newer),
        Files.readString(manifest(newer)).replace("\"format\" : 1", "\"format\" : 99"));

    Run run = cli.run("list", "--json");

    assertThat(run.exit()).isZero();
    assertThat(run.objects("backups"))
        .hasSize(1)
        .first()
        .satisfies(b -> assertThat(b).containsEntry("id", good));
    assertThat(run.objects("unreadable"))
        .hasSize(2)
        .allSatisfy(u -> assertThat(u).containsOnlyKeys("file", "reason"));
    assertThat(cli.run("list").err()).contains("warning: unreadable: ").contains("format 99");
    assertFails(cli.run("info", newer), 4, "format 99");
    assertFails(cli.run("restore", newer, "--force"), 4, "format 99");
    assertThat(cli.run("delete", corrupt, "--force").exit()).isZero();
    assertThat(manifest(corrupt)).doesNotExist();
  }

  private Path manifest(String id) {
    return store.resolve("backup-metadata." + id + ".json");
  }

  @Test
  void info_shows_everything_known() {
    String id = create(database, "--description", "why", "--tag", "a=1", "--pin");

    Run run = cli.run("info", "latest");

    assertThat(run.exit()).isZero();
    assertThat(run.out())
        .contains("id           " + id)
        .contains("description  why")
        .contains("tag          a=1")
        .contains("pinned       yes")
        .contains("verified     good (quick) on ")
        .contains("  source         " + database)
        .contains("  tables         note 10")
        .contains("  check          quick_check: ok");
    Run json = cli.run("info", id, "--json");
    assertEnvelope(json, "info");
    assertThat(json.object("backup")).containsEntry("id", id).containsEntry("description", "why");
    assertThat(cli.run("info", id, "--quiet").out().strip()).isEqualTo(id);
  }

  @Test
  void compare_tells_the_tables_that_differ() {
    String id = create();
    assertThat(cli.run("compare", id).out()).contains("identical  app.db (" + database + ")");

    Database.execute(database, "delete from note where id = 1", "create table more (a)");
    Run run = cli.run("compare", id);
    assertThat(run.exit()).isZero();
    assertThat(run.out())
        .contains("different  app.db")
        .contains("table note: different, 10 rows in the backup, 9 rows now")
        .contains("table more: not in the backup, 0 rows now");

    Run json = cli.run("compare", id, "--json");
    assertEnvelope(json, "compare");
    Map<String, Object> component = json.objects("components").get(0);
    assertThat(component)
        .containsOnlyKeys("name", "live", "status", "tables")
        .containsEntry("status", "different");
    assertThat((List<?>) component.get("tables")).hasSize(2);
    assertThat(cli.run("compare", id, "--quiet").out().strip()).isEqualTo("app.db different");
  }

  @Test
  void compare_tells_what_is_missing() throws IOException {
    String id = create();
    Database.execute(database, "drop table note", "create table other (a)");
    assertThat(cli.run("compare", id).out()).contains("table note: only in the backup, 10 rows");

    Files.delete(database);
    Run run = cli.run("compare", id);

    assertThat(run.exit()).isZero();
    assertThat(run.out()).contains("missing    app.db");
  }

  @Test
  void compare_with_what_is_no_database_says_why_there_are_no_tables() throws IOException {
    String id = create();
    Files.writeString(database, "no database ".repeat(1000));

    Run run = cli.run("compare", id);

    assertThat(run.exit()).isZero();
    assertThat(run.out()).contains("different  app.db");
    assertThat(run.err())
        .contains("warning: the tables of app.db cannot be compared: " + database + " is in a");
    assertThat(cli.run("compare", id, "--json").objects("components").get(0))
        .containsEntry("status", "different")
        .containsEntry("tables", List.of());

    Files.delete(database);
    Files.createDirectory(database);
    assertThat(cli.run("compare", id, "--quiet").out().strip()).isEqualTo("app.db different");
  }

  @Test
  void size_adds_up() {
    create();

    Run run = cli.run("size", "--json");

    assertEnvelope(run, "size");
    assertThat(run.json()).containsEntry("backups", 1L);
    long artifacts = (Long) run.json().get("artifacts_bytes");
    long metadata = (Long) run.json().get("metadata_bytes");
    assertThat(artifacts).isPositive();
    assertThat(metadata).isPositive();
    assertThat(run.json()).containsEntry("total_bytes", artifacts + metadata);
    assertThat(cli.run("size").out()).contains("in 1 backup, in " + store).contains("artifacts");
    assertThat(cli.run("size", "--quiet").out().strip())
        .isEqualTo(Long.toString(artifacts + metadata));
    assertThat(Cli.of(folder.resolve("none")).run("size", "--json").json())
        .containsEntry("total_bytes", 0L);
  }

  @Test
  void pin_and_unpin_can_be_repeated() {
    String id = create();

    for (int round = 0; round < 2; round++) {
      Run run = cli.run("pin", "latest", "--json");
      assertEnvelope(run, "pin");
      assertThat(run.json()).containsEntry("id", id).containsEntry("pinned", true);
    }
    assertThat(cli.run("pin", id).out()).contains("pinned " + id);
    assertFails(cli.run("delete", id, "--force"), 7, "pinned");
    for (int round = 0; round < 2; round++) {
      Run run = cli.run("unpin", id, "--json");
      assertEnvelope(run, "unpin");
      assertThat(run.json()).containsEntry("pinned", false);
    }
    assertThat(cli.run("unpin", id).out()).contains("unpinned " + id);
    assertThat(cli.run("pin", id, "--quiet").out().strip()).isEqualTo(id);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pin ID",
        "unpin ID",
        "create DB",
        "clean 1",
        "delete ID --force",
        "verify",
        "restore ID --force"
      })
  void who_waits_for_a_removal_is_told_who_removes(String command) throws IOException {
    String id = create();
    create();
    Object[] words =
        Stream.of((command + " --lock-timeout 0 --json").split(" "))
            .map(word -> word.equals("ID") ? id : word.equals("DB") ? database : word)
            .toArray();
    // By another thread, because whoever holds the lock may take it again.
    StoreLock removal = CompletableFuture.supplyAsync(() -> exclusive(LocalStore.in(store))).join();

    Run run = cli.run(words);

    assertFails(
        run,
        6,
        "the store "
            + store
            + " is in use: test, process "
            + ProcessHandle.current().pid()
            + " on ",
        ", since 20");
    assertThat(run.object("error")).containsEntry("code", "LOCKED");
    removal.close();
    Run again = cli.run(words);
    assertThat(again.exit()).as(again.err()).isZero();
  }

  /** A removal waits for whoever reads, and says for whom. */
  @ParameterizedTest
  @ValueSource(strings = {"clean 1", "delete ID"})
  void a_removal_waits_for_who_reads(String command) throws IOException {
    String id = create();
    create();
    Object[] words = (command.replace("ID", id) + " --lock-timeout 0").split(" ");
    try (StoreLock reading = LocalStore.in(store).lock(LockMode.SHARED, "test", Duration.ZERO)) {
      assertFails(
          cli.run(words), 6, "is in use: test, process " + ProcessHandle.current().pid() + " on ");
      assertThat(artifact(id)).exists();
    }
    assertThat(cli.run(words).exit()).isZero();
    assertThat(artifact(id)).doesNotExist();
  }

  private static StoreLock exclusive(Store store) {
    try {
      return store.lock(LockMode.EXCLUSIVE, "test", Duration.ZERO);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"info", "compare", "pin", "unpin", "delete"})
  void commands_on_one_backup_know_what_is_no_id(String command) {
    create();

    for (String bad :
        List.of("../../x", "*", "", "/etc/passwd", "20261120 070212", "latest.json")) {
      Run run = cli.run(command, bad, "--json");
      assertFails(run, 2, "not a backup's id: '" + bad + "'");
      assertEnvelope(run, command);
    }
    assertFails(cli.run(command, "19990101-000000-000"), 5, "backup not found");
    assertFails(cli.run(command, "3"), 5, "backup not found");
    assertFails(cli.run(command), 2, "missing required parameter");
    create();
    assertFails(cli.run(command, "2"), 2, "2 backups begin with 2");
    assertThat(cli.run("list", "--quiet").out().lines()).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({"list", "size", "verify"})
  void a_store_that_is_a_file_is_a_failure(String command) {
    Run run = cli.run(command, "--dir", database);

    assertFails(run, 1, "app.db");
  }

  @Test
  void a_folder_that_would_not_be_used_is_refused() {
    create();
    Path plain = folder.resolve("app.db");

    assertUnused("clean", store, "--keep-last", 1);
    assertUnused("clean", folder, "--keep-last", 1);
    assertUnused("verify", store);
    assertUnused("verify", folder);
    assertUnused("verify", plain);
    assertUnused("restore", store, "--target", folder.resolve("new.db"));
    assertUnused("completion");

    assertThat(cli.run("verify", "latest", plain, "--dir", store).exit()).isZero();
    assertThat(cli.run("clean", 1, "--dir", store).exit()).isZero();
    Path target = folder.resolve("new.db");
    assertThat(cli.run("restore", plain, "--target", target, "--dir", store).exit()).isZero();
  }

  private void assertUnused(Object... arguments) {
    Run run = cli.run(Stream.concat(Stream.of(arguments), Stream.of("--dir", "other")).toArray());

    assertFails(run, 2, "--dir: ");
    assertThat(run.err()).contains("hint: Leave --dir out.");
  }

  @Test
  void the_folder_comes_from_option_environment_or_default() {
    create();

    assertThat(cli.with(Map.of()).run("--dir", store, "list", "--quiet").out()).isNotEmpty();
    assertThat(cli.with(Map.of()).run("list", "--dir=" + store, "--quiet").out()).isNotEmpty();
    Cli elsewhere = cli.with(Map.of("BACKUP_DIR", folder.resolve("none").toString()));
    assertThat(elsewhere.run("list", "--quiet").out()).isEmpty();
    assertThat(elsewhere.run("list", "--quiet", "--dir", store).out()).isNotEmpty();
    assertThat(cli.with(Map.of("BACKUP_DIR", "")).run("list").out())
        .contains("no backups in " + Path.of("backups").toAbsolutePath());
  }

  /** As the format promises to whoever has no such program as this one. */
  @Test
  void sha256sum_checks_a_store() throws Exception {
    assumeThat(List.of(Path.of("/usr/bin/sha256sum"), Path.of("/bin/sha256sum")))
        .anyMatch(Files::isExecutable);
    List<Path> databases = new ArrayList<>(List.of(database));
    databases.add(Database.create(folder.resolve("with a space.db")));
    databases.add(Database.create(folder.resolve("-leading\\ 'quoted'.db")));
    // Whatever the system's encoding lets be a path.
    if ("UTF-8".equals(System.getProperty("sun.jnu.encoding"))) {
      databases.add(Database.create(folder.resolve("größe 山.db")));
    }
    create(databases.toArray());
    String id = create(databases.toArray());

    Run good = sha256sum();

    assertThat(good.exit()).as(good.err()).isZero();
    assertThat(good.err()).isEmpty();
    assertThat(good.out().lines())
        .hasSize(2 * (databases.size() + 1))
        .allMatch(line -> line.endsWith(": OK"))
        .contains("app.db.backup." + id + ": OK", "backup-metadata." + id + ".json: OK");

    Database.flipBit(artifact(id));
    Run bad = sha256sum();
    assertThat(bad.exit()).isEqualTo(1);
    assertThat(bad.out()).contains("app.db.backup." + id + ": FAILED");
  }

  private Run sha256sum() throws IOException, InterruptedException {
    return JavaProcess.start(
            store.getParent(),
            Map.of("LC_ALL", "C"),
            "",
            List.of("/bin/sh", "-c", "cd backups && sha256sum -c *.sha256"))
        .end();
  }
}
