package dev.backuphelper.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.cli.Cli.Run;
import dev.backuphelper.migration.MigrationGuard;
import dev.backuphelper.source.sqlite.SqliteSource;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StatusCommandTest extends CommandTest {
  @Test
  void all_is_well_with_a_good_backup() {
    String id = create();

    Run run = cli.run("status");

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.err()).isEmpty();
    List<String> lines = run.out().lines().toList();
    assertThat(lines.get(0)).matches("LAST GOOD BACKUP +AGE +BACKUPS +DATABASES");
    assertThat(lines.get(1)).matches(id + " +\\d+ s +1 +.*").endsWith(database.toString());
    assertThat(lines.get(2)).isEqualTo("all is well in " + store);
    assertThat(cli.run("status", "--quiet").out()).isEmpty();

    Run json = cli.run("status", "--json");
    assertEnvelope(json, "status");
    assertThat(json.json())
        .containsEntry("healthy", true)
        .containsEntry("reasons", List.of())
        .containsEntry("open", List.of());
    Map<String, Object> group = json.objects("groups").get(0);
    assertThat(group).containsOnlyKeys("group", "databases", "backups", "last_good");
    assertThat(group)
        .containsEntry("backups", 1L)
        .containsEntry(
            "databases", List.of(Map.of("name", "app.db", "source", database.toString())));
    assertThat((Map<?, ?>) group.get("last_good"))
        .isEqualTo(
            Map.of(
                "id",
                id,
                "kind",
                "manual",
                "age_seconds",
                ((Map<?, ?>) group.get("last_good")).get("age_seconds"),
                "verified",
                cli.run("info", id, "--json").object("backup").get("verified")));
  }

  @Test
  void what_is_wrong_is_exit_code_1_whatever_it_is() throws IOException {
    Run missing = cli.run("status", "--json");
    assertEnvelope(missing, "status");
    assertFails(missing, 1, "not all is well: there is no store at " + store);
    assertThat(missing.err()).contains("hint: Check the folder's spelling");
    assertThat(missing.json()).containsEntry("healthy", false);
    assertThat(missing.object("error")).containsEntry("code", "UNHEALTHY");
    assertThat(missing.objects("reasons").get(0)).containsEntry("code", "STORE_MISSING");
    assertThat(store).doesNotExist();

    Files.writeString(store, "no folder");
    assertThat(cli.run("status", "--quiet").out().strip()).isEqualTo("STORE_UNREADABLE");
    Files.delete(store);

    String id = create(database, "--no-verify");
    assertFails(cli.run("status"), 1, "none of 1 backups of [" + database + "] is verified");
    assertThat(cli.run("status").err()).contains("hint: Check all with 'backup verify'");
    assertThat(cli.run("status", "--quiet").out().strip()).isEqualTo("NO_GOOD_BACKUP");
    assertThat(cli.run("status").out()).containsPattern("none +- +1 ");
    cli.run("verify", id);
    assertThat(cli.run("status").exit()).isZero();

    Files.writeString(store.resolve("backup-metadata.20250101-000000-000.json"), "{");
    assertFails(cli.run("status"), 1, "backup-metadata.20250101-000000-000.json cannot be used");
  }

  @Test
  void a_migration_that_died_is_a_reason_and_its_remedy_works() throws Exception {
    Run killed =
        JavaProcess.start(folder, KilledMigration.class, store, database, "restoring").end();
    assertThat(killed.exit()).as(killed.err()).isEqualTo(KilledMigration.EXIT);

    Run run = cli.run("status", "--json");

    assertFails(run, 1, "migration orders v42 is open for [" + database + "]");
    assertThat(run.objects("reasons").get(0)).containsEntry("code", "OPEN_MIGRATION");
    Map<String, Object> open = run.objects("open").get(0);
    assertThat(open)
        .containsOnlyKeys("id", "kind", "at_work", "databases", "message", "remedy")
        .containsEntry("kind", "migration")
        .containsEntry("at_work", false)
        .containsEntry("databases", List.of(database.toString()));
    assertThat(Database.notes(database)).as("it only looks").isEqualTo(4);

    Object[] remedy = GuardCommandTest.commandIn((String) open.get("remedy"), "recover");
    assertThat(cli.with(Map.of()).run(remedy).exit()).isZero();
    assertThat(Database.notes(database)).isEqualTo(10);
    assertThat(cli.run("status").exit()).isZero();
  }

  @Test
  void what_goes_on_is_shown_and_is_no_reason() {
    create();
    BackupHelper backups =
        BackupHelper.builder().directory(store).source(SqliteSource.of(database)).build();

    Run run = MigrationGuard.of(backups).call("v42", () -> cli.run("status"));

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("going on: migration v42 of [" + database + "] is going on, by process ")
        .contains("all is well");
  }
}
