package dev.backuphelper.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.cli.Cli.Run;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Encrypted backups on the command line. */
class EncryptionCommandTest extends CommandTest {
  private Path key;

  @BeforeEach
  void makeKey() {
    key = folder.resolve("backup.key");
    assertThat(cli.run("key", "generate", key).exit()).isZero();
  }

  private Cli with(String... variables) {
    Map<String, String> all = new HashMap<>(Map.of("BACKUP_DIR", store.toString()));
    for (int index = 0; index < variables.length; index += 2) {
      all.put(variables[index], variables[index + 1]);
    }
    return cli.with(all);
  }

  private Cli withKey() {
    return with("BACKUP_KEY_FILE", key.toString());
  }

  private boolean storeTells(String text) throws IOException {
    for (String name : names(store)) {
      Path file = store.resolve(name);
      if (new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text)) {
        return true;
      }
    }
    return false;
  }

  @Test
  void the_main_job_with_a_key_file() throws Exception {
    Run created = withKey().run("create", "--encrypt", "--compress", database, "--json");
    String id = created.text("id");
    Database.execute(database, "delete from note where id > 3");

    Run restored = withKey().run("restore", id, "--force");

    assertThat(created.json()).containsEntry("encrypted", true);
    assertThat(names(store))
        .contains("app.db.backup." + id + ".zst.enc", "backup-keys." + id + ".json");
    assertThat(restored.exit()).as(restored.err()).isZero();
    assertThat(Database.notes(database)).isEqualTo(10);
    assertThat(withKey().run("verify").exit()).isZero();
    assertThat(storeTells("SQLite format 3")).as("the safety backup is encrypted too").isFalse();
  }

  @Test
  void what_is_not_asked_for_is_not_encrypted() {
    Run created = withKey().run("create", database, "--json");

    assertThat(created.json()).containsEntry("encrypted", false);
    assertThat(cli.run("verify").exit()).isZero();
  }

  @Test
  void without_the_key_only_what_reads_the_content_fails() throws Exception {
    String id = withKey().run("create", "--encrypt", database, "--quiet").out().strip();
    List<String> before = names(store);
    Path other = folder.resolve("other.key");
    cli.run("key", "generate", other);

    for (Cli locked : List.of(cli, with("BACKUP_KEY_FILE", other.toString()))) {
      assertFails(locked.run("restore", id, "--force"), 9, "key");
      assertFails(locked.run("compare", id), 9, "key");
      assertFails(locked.run("verify"), 9);
      assertThat(locked.run("list").exit()).isZero();
      assertThat(locked.run("size").exit()).isZero();
      assertThat(locked.run("status").exit()).isZero();
      assertThat(locked.run("pin", id).exit()).isZero();
      assertThat(locked.run("unpin", id).exit()).isZero();
    }
    assertThat(names(store)).isEqualTo(before);
    assertThat(Database.notes(database)).isEqualTo(10);
    assertFails(cli.run("create", "--encrypt", database), 9, "no key was given");
  }

  @Test
  void info_shows_what_the_key_opens() {
    String id = withKey().run("create", "--encrypt", database, "--quiet").out().strip();

    Run opened = withKey().run("info", id);
    Run locked = cli.run("info", id);

    assertThat(opened.out()).contains("note").contains("aes256-gcm-hkdf-64k");
    assertThat(locked.exit()).isZero();
    assertThat(locked.out()).contains("image sha256   encrypted").doesNotContain("quick_check");
    assertThat(locked.err()).contains("warning: what is encrypted is not shown");
    assertThat(cli.run("info", id, "--json").out()).doesNotContain("encrypted_section");
  }

  @ParameterizedTest
  @CsvSource({"BACKUP_PASSPHRASE", "BACKUP_PASSPHRASE_FILE", "BACKUP_PASSPHRASE_COMMAND"})
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "the command is one of a Unix shell")
  void a_passphrase_comes_from_the_environment(String variable) throws Exception {
    Path file = Files.writeString(folder.resolve("phrase"), "open sesame\nnot this\n");
    String value =
        switch (variable) {
          case "BACKUP_PASSPHRASE" -> "open sesame";
          case "BACKUP_PASSPHRASE_FILE" -> file.toString();
          default -> "echo 'open sesame'";
        };
    Run created = with(variable, value).run("create", "--encrypt", database);
    assertThat(created.exit()).as(created.err()).isZero();

    assertThat(with("BACKUP_PASSPHRASE", "open sesame").run("verify").exit()).isZero();
    assertThat(created.out() + created.err()).doesNotContain("sesame");
  }

  @Test
  void a_wrong_passphrase_opens_nothing() {
    withKey().run("create", "--encrypt", database);

    assertFails(with("BACKUP_PASSPHRASE", "open sesam").run("verify"), 9, "a passphrase");
  }

  @ParameterizedTest
  @CsvSource({
    "BACKUP_KEY_FILE, none.key, does not exist",
    "BACKUP_PASSPHRASE_FILE, none.txt, cannot be read",
    "BACKUP_PASSPHRASE_COMMAND, exit 3, exit code 3",
    "BACKUP_PASSPHRASE_COMMAND, true, there is no passphrase in it"
  })
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "the command is one of a Unix shell")
  void a_key_that_cannot_be_had_is_exit_9(String variable, String value, String problem) {
    Run run = with(variable, value).run("create", "--encrypt", database);

    assertFails(run, 9, problem);
    assertThat(run.err()).contains("hint: ");
    assertThat(names(store)).noneMatch(name -> name.startsWith("backup-metadata."));
  }

  @Test
  void a_key_file_that_is_gone_hinders_only_what_needs_it() throws Exception {
    String id = withKey().run("create", "--encrypt", database, "--quiet").out().strip();
    String plain = cli.run("create", database, "--quiet").out().strip();
    List<String> before = names(store);
    Files.delete(key);

    for (String command : List.of("list", "size", "status")) {
      assertThat(withKey().run(command).exit()).as(command).isZero();
    }
    assertThat(withKey().run("pin", id).exit()).isZero();
    assertThat(withKey().run("unpin", id).exit()).isZero();
    assertThat(withKey().run("verify", plain).exit()).isZero();
    assertThat(withKey().run("info", id).err()).contains("what is encrypted is not shown");

    for (String command : List.of("verify", "compare", "restore")) {
      assertFails(withKey().run(command, id), 9, "backup.key cannot be read: it does not exist");
    }
    // The safety backup would have to be encrypted.
    assertFails(withKey().run("restore", plain, "--force"), 9, "backup.key cannot be read");
    // What would stay cannot be checked.
    assertThat(withKey().run("delete", plain).exit()).isEqualTo(7);
    assertThat(names(store)).isEqualTo(before);
    assertThat(Database.notes(database)).isEqualTo(10);
  }

  @Test
  void a_new_passphrase_is_typed_twice() {
    Run created = cli.typing("open sesame\nopen sesame\n").run("create", "--encrypt", database);
    Run verified = cli.typing("open sesame\n").run("verify");
    Run wrong = cli.typing("open sesam\n").run("verify");

    assertThat(created.exit()).as(created.err()).isZero();
    assertThat(created.err()).contains("passphrase: again: ");
    assertThat(verified.exit()).as(verified.err()).isZero();
    assertThat(verified.err()).contains("passphrase: ").doesNotContain("again");
    assertThat(wrong.exit()).isEqualTo(9);
    assertThat(wrong.err()).contains("a passphrase, does not open");
    assertThat(created.out() + created.err() + verified.out() + wrong.err())
        .doesNotContain("sesam");
  }

  @ParameterizedTest
  @CsvSource({
    "'open sesame\nopen sesam\n', the two passphrases differ",
    "'open sesame\n', no passphrase was typed",
    "'\n\n', the passphrase is empty",
    "'', no passphrase was typed"
  })
  void a_new_passphrase_that_was_not_given_is_exit_9(String typed, String problem)
      throws Exception {
    Run run = cli.typing(typed.replace("\\n", "\n")).run("create", "--encrypt", database);

    assertThat(run.exit()).isEqualTo(9);
    assertThat(run.err()).contains("error: " + problem);
    assertThat(names(store)).noneMatch(name -> name.startsWith("backup-"));
  }

  @Test
  void rekey_asks_for_both_passphrases() {
    cli.typing("old\nold\n").run("create", "--encrypt", database);

    Run changed = cli.typing("new\nnew\nold\n").run("rekey");

    assertThat(changed.exit()).as(changed.err()).isZero();
    assertThat(cli.typing("new\n").run("verify").exit()).isZero();
    assertThat(cli.typing("old\n").run("verify").exit()).isEqualTo(9);
  }

  @Test
  void two_keys_at_once_are_a_mistake() {
    Run run =
        with("BACKUP_KEY_FILE", key.toString(), "BACKUP_PASSPHRASE", "x")
            .run("create", "--encrypt", database);

    assertFails(run, 2, "BACKUP_KEY_FILE, BACKUP_PASSPHRASE");
  }

  @Test
  void a_key_is_never_overwritten() throws Exception {
    byte[] before = Files.readAllBytes(key);

    assertFails(cli.run("key", "generate", key), 7, "there is something already");
    assertFails(
        cli.run("key", "generate", folder.resolve("none/x.key")), 1, "could not be written");
    assertFails(cli.run("key"), 2, "nothing named to do");

    assertThat(key).hasBinaryContent(before);
  }

  @Test
  void rekey_changes_the_key() {
    withKey().run("create", "--encrypt", database);
    Path next = folder.resolve("new.key");
    cli.run("key", "generate", next);
    Cli both = with("BACKUP_KEY_FILE", key.toString(), "BACKUP_NEW_KEY_FILE", next.toString());

    Run changed = both.run("rekey", "--json");
    Run again = both.run("rekey");

    assertEnvelope(changed, "rekey");
    assertThat((List<?>) changed.json().get("changed")).hasSize(1);
    assertThat(again.out()).contains("nothing to change");
    assertThat(with("BACKUP_KEY_FILE", next.toString()).run("verify").exit()).isZero();
    assertFails(withKey().run("verify"), 9);
    assertFails(withKey().run("rekey"), 9, "no new key was given");
  }

  @Test
  void a_guard_with_a_key_keeps_its_safety_backup_secret() throws Exception {
    Run guarded = withKey().run("guard", database, "--label", "v42", "--", "sh", "-c", "exit 3");

    assertThat(guarded.exit()).as(guarded.err()).isEqualTo(3);
    assertThat(names(store)).anyMatch(name -> name.endsWith(".enc"));
    assertThat(storeTells("SQLite format 3")).isFalse();
    assertThat(Database.notes(database)).isEqualTo(10);
  }
}
