package dev.backuphelper.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.ExportedBackup;
import dev.backuphelper.cli.Cli.Run;
import dev.backuphelper.codec.CodecPipeline;
import dev.backuphelper.error.RefusedException;
import dev.backuphelper.internal.io.StagingName;
import dev.backuphelper.model.BackupId;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A backup in one file, and out of it again. */
class ArchiveCommandTest extends CommandTest {
  private Path archive(String name) {
    return folder.resolve(name);
  }

  private Path exported(String name, String id) {
    Run run = cli.run("export", id, archive(name));
    assertThat(run.exit()).as(run.err()).isZero();
    return archive(name);
  }

  private Cli elsewhere() {
    return Cli.of(folder.resolve("elsewhere"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"b.tar", "b.tar.gz", "b.tar.zst", "B.TAR.GZ"})
  void a_backup_goes_into_one_file_and_out_of_it(String name) throws Exception {
    String id = create();

    Run exported = cli.run("export", id, archive(name), "--json");
    Run imported = elsewhere().run("import", archive(name), "--json");

    assertThat(exported.exit()).as(exported.err()).isZero();
    assertEnvelope(exported, "export");
    assertThat(exported.json())
        .containsEntry("id", id)
        .containsEntry("chain", List.of(id))
        .containsEntry("file", archive(name).toString())
        .containsEntry("sha256", sha256(archive(name)));
    assertThat(exported.json().get("size")).hasToString("" + Files.size(archive(name)));
    assertThat(imported.exit()).as(imported.err()).isZero();
    assertEnvelope(imported, "import");
    assertThat(imported.json())
        .containsEntry("imported", List.of(id))
        .containsEntry("already_there", List.of())
        .containsEntry("verified", List.of(id));
    for (String file : names(store)) {
      if (file.contains("backup.") || file.contains("metadata")) {
        assertThat(folder.resolve("elsewhere").resolve(file))
            .hasSameBinaryContentAs(store.resolve(file));
      }
    }
    assertThat(elsewhere().run("verify").exit()).isZero();
    assertThat(names(folder)).noneMatch(file -> file.startsWith(".staging-"));
  }

  private static String sha256(Path file) throws IOException {
    return CodecPipeline.digest(file).sha256();
  }

  @ParameterizedTest
  @ValueSource(strings = {"b.tar", "b.tar.gz", "b.tar.zst"})
  void the_same_backup_gives_the_same_file(String name) throws Exception {
    String id = create();
    Path first = exported(name, id);
    cli.run("verify", "--full");
    cli.run("pin", id);

    assertThat(exported("again-" + name, id)).hasSameBinaryContentAs(first);
    assertThat(new String(Files.readAllBytes(first), StandardCharsets.ISO_8859_1))
        .doesNotContain(System.getProperty("user.name") + "\0");
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "no modes")
  void the_file_is_private() throws Exception {
    Path file = exported("b.tar", create());

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "tar and sha256sum are those of Linux")
  void tar_alone_makes_a_store_of_it_even_with_a_long_name() throws Exception {
    Path named = Database.create(folder.resolve("n".repeat(98) + ".d"));
    String id = create(named);
    Path file = exported("b.tar", id);
    Path unpacked = Files.createDirectory(folder.resolve("unpacked"));

    run(unpacked, "tar", "xf", file.toString());
    run(unpacked, "sh", "-c", "sha256sum -c *.sha256");

    assertThat(names(unpacked)).hasSize(4);
    assertThat(Cli.of(unpacked).run("verify", id).exit()).isZero();
    assertThat(elsewhere().run("import", file).exit()).isZero();
  }

  private static void run(Path in, String... words) throws Exception {
    assumeThat(Program.find(words[0], System.getenv()).runnable()).as(words[0]).isTrue();
    Process process =
        new ProcessBuilder(words).directory(in.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
  }

  @Test
  void what_is_there_already_stays_as_it_is() {
    String id = create();
    Path file = exported("b.tar", id);
    List<String> before = names(store);

    Run run = cli.run("import", file);

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out()).contains("already there: " + id);
    assertThat(names(store)).isEqualTo(before);
  }

  @Test
  void what_a_killed_import_did_not_verify_the_next_one_does() throws Exception {
    String id = create();
    Path file = exported("b.tar", id);
    elsewhere().run("import", file);
    Files.delete(folder.resolve("elsewhere").resolve("backup-checks." + id + ".json"));

    Run run = elsewhere().run("import", file, "--json");

    assertThat(run.json())
        .containsEntry("already_there", List.of(id))
        .containsEntry("verified", List.of(id));
  }

  @Test
  void what_is_there_already_is_verified_whatever_was_recorded() {
    String id = create();
    Path file = exported("b.tar", id);
    elsewhere().run("import", file);

    Run run = elsewhere().run("import", file, "--json");

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.json())
        .containsEntry("imported", List.of())
        .containsEntry("already_there", List.of(id))
        .containsEntry("verified", List.of(id));
  }

  /** Makes a full backup and one that builds on it, and exports them. */
  private List<String> exportedChain(Path file) {
    String full = create("--type=auto", database);
    Database.execute(database, "delete from note where id > 7");
    String last = create("--type=incremental", "--compress", database);
    assertThat(cli.run("export", last, file).exit()).isZero();
    return List.of(full, last);
  }

  /** What can happen to a file of a store. */
  private enum Loss {
    MISSING {
      @Override
      void happenTo(Path file) throws IOException {
        Files.delete(file);
      }
    },
    SHORT {
      @Override
      void happenTo(Path file) throws IOException {
        byte[] content = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(content, content.length / 2));
      }
    },
    FLIPPED {
      @Override
      void happenTo(Path file) throws IOException {
        Database.flipBit(file);
      }
    },
    FOLDER {
      @Override
      void happenTo(Path file) throws IOException {
        Files.delete(file);
        Files.createDirectory(file);
      }
    };

    abstract void happenTo(Path file) throws IOException;
  }

  /** Whatever file it is: the import tells, changes nothing, and its hint mends it. */
  @ParameterizedTest
  @EnumSource(names = {"MISSING", "SHORT", "FLIPPED"})
  void what_is_there_already_but_bad_is_no_copy(Loss loss) throws Exception {
    Path file = archive("b.tar.gz");
    List<String> chain = exportedChain(file);
    Path there = folder.resolve("elsewhere");
    elsewhere().run("import", file);
    List<String> files =
        names(there).stream()
            .filter(name -> chain.stream().anyMatch(name::contains))
            .filter(name -> !name.startsWith("backup-checks."))
            .filter(name -> !name.endsWith(".json"))
            .toList();
    assertThat(files).hasSizeGreaterThanOrEqualTo(6).anyMatch(name -> name.contains(".pages."));
    for (String name : files) {
      loss.happenTo(there.resolve(name));
      List<String> before = names(there);

      Run run = elsewhere().run("import", file, "--json");

      String bad = chain.get(name.contains(chain.get(0)) ? 0 : 1);
      assertFails(run, 4, "the store has backup " + bad + " already, but it is bad there", name);
      assertThat(names(there)).as(name).isEqualTo(before);
      mend(run);
      Run again = elsewhere().run("import", file, "--json");
      assertThat(again.exit()).as(name + again.err()).isZero();
      assertThat(again.json()).containsEntry("verified", chain);
      assertThat(elsewhere().run("verify").exit()).as(name).isZero();
    }
  }

  /** Does what the hint of an import says. */
  private void mend(Run run) {
    String hint = String.valueOf(run.object("error").get("hint"));
    assertThat(hint).startsWith("Remove it, then import it again: backup delete ");
    Object[] words = hint.substring(hint.indexOf("delete ")).split(" ");
    Run removed = elsewhere().run(words);
    assertThat(removed.exit()).as(hint + removed.err()).isZero();
  }

  @Test
  void a_folder_in_the_place_of_a_file_is_no_copy() throws Exception {
    Path file = archive("b.tar");
    List<String> chain = exportedChain(file);
    Loss.FOLDER.happenTo(artifact(chain.get(0)));

    assertFails(cli.run("import", file), 4, chain.get(0), "is no regular file");
  }

  @Test
  void what_is_bad_and_needed_by_something_else_is_not_to_be_removed() throws Exception {
    Path file = archive("b.tar");
    List<String> chain = exportedChain(file);
    Database.execute(database, "delete from note where id > 5");
    String more = create("--type=incremental", "--compress", database);
    Files.delete(artifact(chain.get(0)));

    Run run = cli.run("import", file);

    assertFails(run, 4, chain.get(0) + " already, but it is bad there", "does not exist");
    assertThat(run.err())
        .contains("hint: Import it into another folder, with --dir; " + more + " builds on")
        .doesNotContain("delete");
  }

  @Test
  void an_encrypted_backup_that_is_bad_is_no_copy_even_without_its_key() throws Exception {
    Path key = folder.resolve("backup.key");
    cli.run("key", "generate", key);
    Cli keyed = cli.with(Map.of("BACKUP_DIR", "" + store, "BACKUP_KEY_FILE", "" + key));
    String id = keyed.run("create", "--encrypt", database, "--quiet").out().strip();
    Path file = exported("b.tar", id);
    Path there = folder.resolve("elsewhere");
    elsewhere().run("import", file);

    for (String name : List.of("app.db.backup." + id + ".enc", "backup-keys." + id + ".json")) {
      Files.delete(there.resolve(name));
      Run run = elsewhere().run("import", file, "--json");

      assertFails(run, 4, "already, but it is bad there", name + " does not exist");
      mend(run);
      assertThat(elsewhere().run("import", file).exit()).isZero();
    }
  }

  @Test
  void a_chain_goes_as_a_whole() {
    String full = create();
    Database.execute(database, "delete from note where id > 7");
    String middle = create("--type", "incremental", "--compress", database);
    Database.execute(database, "delete from note where id > 5");
    String last = create("--type", "incremental", "--compress", database);
    List<String> chain = List.of(full, middle, last);

    Run exported = cli.run("export", "latest", archive("b.tar.gz"), "--json");
    Run imported = elsewhere().run("import", archive("b.tar.gz"), "--json");
    Path target = folder.resolve("x.db");
    Run restored = cli.run("restore", archive("b.tar.gz"), "--target", target);

    assertThat(exported.json()).containsEntry("id", last).containsEntry("chain", chain);
    assertThat(imported.json()).containsEntry("imported", chain).containsEntry("verified", chain);
    assertThat(restored.exit()).as(restored.err()).isZero();
    assertThat(Database.notes(target)).isEqualTo(5);
    assertThat(cli.run("verify", archive("b.tar.gz")).out()).contains("3 of 3 valid");
  }

  @Test
  void an_archive_is_never_overwritten() throws Exception {
    String id = create();
    Files.writeString(archive("b.tar"), "mine");

    assertFails(cli.run("export", id, archive("b.tar")), 7, "there is something already");
    assertThat(archive("b.tar")).hasContent("mine");
  }

  @Test
  void an_archive_that_somebody_makes_meanwhile_is_not_overwritten() throws Exception {
    String id = create();
    ArchiveFile ours = ArchiveFile.named(archive("b.tar"));
    Files.writeString(archive("b.tar"), "mine");

    try (ExportedBackup exported =
        BackupHelper.builder().directory(store).build().export(new BackupId(id))) {
      assertThatThrownBy(() -> ours.write(exported))
          .isInstanceOf(RefusedException.class)
          .hasMessage("there is something already: " + archive("b.tar"));
    }
    assertThat(archive("b.tar")).hasContent("mine");
    assertThat(names(folder)).noneMatch(name -> name.startsWith(".staging-"));
  }

  @Test
  void other_names_are_refused() {
    String id = create();

    Run run = cli.run("export", id, archive("b.zip"));

    assertFails(run, 2, "not the name of an archive");
    assertThat(run.err()).contains(".tar, .tar.gz or .tar.zst");
    assertFails(cli.run("export", id, "b"), 2, "not the name of an archive");
    assertFails(
        cli.run("export", id, store.resolve("app.db.backup." + id + ".tar")), 2, "belongs to");
    assertFails(cli.run("export", "-", archive("b.tar")), 2, "not a backup's id");
    assertFails(cli.run("export", id, archive("none/b.tar")), 1, "none");
    assertThat(names(folder)).containsExactlyInAnyOrder("app.db", "backups");
  }

  @Test
  void what_is_not_there_is_not_found() {
    assertFails(cli.run("export", "20200101-000000-000", archive("b.tar")), 5, "not found");
    assertFails(cli.run("import", archive("b.tar")), 5, "does not exist");
    assertFails(cli.run("import", folder), 2, "a folder is no archive");
    assertThat(names(folder)).containsExactly("app.db");
  }

  @Test
  void a_bad_artifact_is_not_exported_and_nothing_is_left() throws Exception {
    String id = create();
    Database.flipBit(artifact(id));

    Run run = cli.run("export", id, archive("b.tar.zst"), "--json");

    assertFails(run, 4, "the SHA-256 of app.db.backup." + id);
    assertEnvelope(run, "export");
    assertThat(run.json()).containsEntry("sha256", null);
    assertThat(names(folder)).containsExactlyInAnyOrder("app.db", "backups");
  }

  @Test
  void an_archive_is_verified_without_a_store() {
    String id = create();
    Path file = exported("b.tar.gz", id);

    Run run = elsewhere().run("verify", file, "--json");

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.objects("files"))
        .singleElement()
        .satisfies(entry -> assertThat(entry).containsEntry("id", id).containsEntry("valid", true));
    assertThat(folder.resolve("elsewhere")).doesNotExist();
    assertFails(cli.run("verify", file, "--min-size-mb", "100"), 4, "too small");
  }

  @Test
  void a_bad_archive_is_a_finding_of_verify() throws Exception {
    Path file = exported("b.tar", create());
    Database.flipBit(file);

    Run run = cli.run("verify", file, "latest", "--json");

    assertFails(run, 4, "1 of 2 is not valid: " + file, "SHA-256");
    assertThat(run.objects("files")).hasSize(2);
    assertFails(cli.run("import", file), 4, "SHA-256");
    assertFails(cli.run("restore", file, "--target", folder.resolve("x.db")), 4, "SHA-256");
    assertThat(folder.resolve("x.db")).doesNotExist();
  }

  @Test
  void a_database_is_restored_from_an_archive_after_a_safety_backup() {
    String id = create();
    Path file = exported("b.tar.zst", id);
    Database.execute(database, "delete from note where id > 3");

    Run run = cli.run("restore", file, "--target", database, "--force", "--json");

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.json()).containsEntry("id", id).containsEntry("outcome", "restored");
    assertThat(Database.notes(database)).isEqualTo(10);
    String safety = run.text("safety_backup_id");
    assertThat(cli.run("restore", safety, "--force").exit()).isZero();
    assertThat(Database.notes(database)).isEqualTo(3);
  }

  @Test
  void a_restore_from_an_archive_needs_a_target_and_a_file() throws Exception {
    Path file = exported("b.tar", create());

    assertFails(cli.run("restore", file), 2, "needs a target");
    assertFails(cli.run("restore", "-", "--target", folder.resolve("x.db")), 2, "from a pipe");
    assertFails(cli.run("restore", file, "--target", file, "--force"), 2, "the target itself");
    Run rehearsed = elsewhere().run("restore", file, "--target", database, "--dry-run");
    assertThat(rehearsed.exit()).as(rehearsed.err()).isZero();
    assertThat(folder.resolve("elsewhere")).doesNotExist();
  }

  @Test
  void an_encrypted_backup_goes_without_its_key() throws Exception {
    Path key = folder.resolve("backup.key");
    cli.run("key", "generate", key);
    Cli keyed = cli.with(Map.of("BACKUP_DIR", "" + store, "BACKUP_KEY_FILE", "" + key));
    String id = keyed.run("create", "--encrypt", database, "--quiet").out().strip();
    Path file = exported("b.tar", id);

    Run imported = elsewhere().run("import", file, "--json");

    assertThat(imported.exit()).as(imported.err()).isZero();
    assertThat(imported.json())
        .containsEntry("imported", List.of(id))
        .containsEntry("verified", List.of());
    assertThat(imported.err()).contains("warning: app.db.backup." + id, "no key was given");
    assertFails(elsewhere().run("verify", file), 9);
    assertThat(keyed.run("verify", file).exit()).isZero();
    assertThat(keyed.run("restore", file, "--target", folder.resolve("x.db")).exit()).isZero();
    assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
        .doesNotContain("SQLite format 3");
  }

  @Test
  void a_damaged_backup_is_imported_as_such() throws Exception {
    Path damaged = Database.createDamaged(folder.resolve("d.db"));
    String id = cli.run("create", damaged, "--quiet").out().strip();
    Path file = exported("b.tar", id);

    Run run = elsewhere().run("import", file);

    assertFails(run, 3, "it does not verify");
    assertThat(elsewhere().run("list", "--quiet").out().strip()).isEqualTo(id);
    assertFails(elsewhere().run("import", file), 3, "it does not verify");
  }

  @Test
  void an_archive_that_cannot_come_makes_no_store() throws Exception {
    Path file = exported("b.tar", create());
    Clock before = Clock.fixed(Instant.parse("2020-01-01T00:00:00Z"), ZoneOffset.UTC);

    assertFails(elsewhere().at(before).run("import", file), 7, "dated more than a day ahead");
    Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 2000));
    assertFails(elsewhere().run("import", file), 4, "it is cut off");
    assertThat(folder.resolve("elsewhere")).doesNotExist();
  }

  @Test
  void an_archive_whose_data_is_bad_leaves_an_empty_store() throws Exception {
    Path file = exported("b.tar", create());
    Database.flipBit(file);

    assertFails(elsewhere().run("import", file), 4, "SHA-256");
    assertThat(names(folder.resolve("elsewhere"))).containsExactly(".lock");
    assertThat(elsewhere().run("list", "--quiet").out()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"b.tar", "b.tar.gz", "b.tar.zst"})
  void of_a_bad_archive_the_hint_is_about_the_archive(String name) throws Exception {
    Path file = exported(name, create());
    byte[] content = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(content, content.length / 2));

    Run imported = elsewhere().run("import", file);
    Run restored = elsewhere().run("restore", file, "--target", folder.resolve("x.db"));

    for (Run run : List.of(imported, restored)) {
      assertFails(run, 4, "it is cut off");
      assertThat(run.err()).contains("hint: Copy it again from where it came");
    }
    assertFails(elsewhere().run("verify", file), 4, "it is cut off");
  }

  @Test
  void an_endless_header_of_gzip_is_refused_from_a_file_and_a_pipe() throws Exception {
    byte[] endless = HostileArchiveTest.withLongHeader(8);
    Path file = Files.write(archive("b.tar.gz"), endless);
    String reason = "it cannot be inflated as gzip: its header has more than 65536 bytes";

    assertFails(elsewhere().run("import", file), 4, reason);
    assertFails(elsewhere().run("verify", file), 4, reason);
    Run restored = elsewhere().run("restore", file, "--target", folder.resolve("x.db"));
    assertFails(restored, 4, reason);
    assertThat(restored.err()).contains("hint: Copy it again from where it came");
    piped(endless, 4, elsewhere(), "import", "-");
    piped(endless, 4, elsewhere(), "verify", "-");
    assertThat(folder.resolve("elsewhere")).doesNotExist();
  }

  /** What goes through a pipe. */
  private byte[] piped(byte[] input, int expected, Cli where, Object... words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8);
    Path directory = where == cli ? store : folder.resolve("elsewhere");
    int exit =
        Main.run(
            Stream.of(words).map(Object::toString).toArray(String[]::new),
            new Environment(
                Map.of("BACKUP_DIR", directory.toString()),
                new PrintStream(out, false, StandardCharsets.UTF_8),
                errors,
                new Terminal(new ByteArrayInputStream(input), errors, false, false),
                Clock.systemUTC(),
                folder));
    assertThat(exit).as(err.toString(StandardCharsets.UTF_8)).isEqualTo(expected);
    return out.toByteArray();
  }

  @Test
  void an_archive_goes_through_pipes() throws Exception {
    String id = create();
    Path file = exported("b.tar", id);
    Path small = exported("b.tar.zst", id);

    byte[] archive = piped(new byte[0], 0, cli, "export", id, "-");

    assertThat(file).hasBinaryContent(archive);
    piped(archive, 0, elsewhere(), "verify", "-");
    assertThat(folder.resolve("elsewhere")).doesNotExist();
    piped(Files.readAllBytes(small), 0, elsewhere(), "import", "-");
    assertThat(elsewhere().run("verify", id).exit()).isZero();
    piped(new byte[0], 4, elsewhere(), "import", "-");
    piped(new byte[0], 2, cli, "export", id, "-", "--json");
    assertFails(cli.typing("").run("import", "-"), 2, "is a terminal");
  }

  @Test
  void a_bad_artifact_in_a_pipe_gives_an_archive_without_an_end() throws Exception {
    String id = create();
    Database.flipBit(artifact(id));

    byte[] archive = piped(new byte[0], 4, cli, "export", id, "-");

    piped(archive, 4, elsewhere(), "import", "-");
    assertThat(names(folder.resolve("elsewhere"))).allMatch(name -> name.startsWith(".lock"));
  }

  @Test
  void what_a_killed_restore_left_open_is_finished_from_the_archive() throws Exception {
    String id = create();
    Path file = exported("b.tar.zst", id);
    Database.execute(database, "delete from note where id > 3");
    Path temporary = Files.createDirectory(folder.resolve("tmp"));

    Run killed =
        inTemporary(temporary, KilledArchiveRestore.class, file, database, store, "target-written");
    assertThat(killed.exit()).as(killed.err()).isEqualTo(KilledRestore.EXIT);
    assertThat(names(temporary)).anyMatch(name -> name.startsWith(".staging-"));

    Run recovered = inTemporary(temporary, Main.class, "recover", "--json");

    assertThat(recovered.exit()).as(recovered.err()).isZero();
    assertThat(recovered.objects("resolved")).hasSize(1);
    assertThat(Database.notes(database)).isEqualTo(10);
    assertThat(names(temporary)).noneMatch(name -> name.startsWith(".staging-"));
  }

  private Run inTemporary(Path temporary, Class<?> type, Object... words) throws Exception {
    List<String> command = new ArrayList<>(JavaProcess.command(type, words));
    command.add(1, "-Djava.io.tmpdir=" + temporary);
    return JavaProcess.start(folder, Map.of(), "", command).end();
  }

  @Test
  void what_a_killed_export_left_is_removed_by_the_next() throws Exception {
    String id = create();
    // As one whose process, of a number that no process has now, was killed.
    String current = StagingName.next();
    String dead = current.replaceAll("-\\d+-\\d+-\\d+$", "-99999999-1-1");
    Files.writeString(folder.resolve(dead), "half");
    Files.writeString(folder.resolve(current), "somebody is at work on it");

    exported("b.tar", id);

    assertThat(names(folder)).doesNotContain(dead).contains(current);
  }
}
