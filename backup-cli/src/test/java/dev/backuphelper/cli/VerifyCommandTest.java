package dev.backuphelper.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.cli.Cli.Run;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class VerifyCommandTest extends CommandTest {
  @Test
  void says_what_was_checked() {
    String id = create();

    Run run = cli.run("verify");

    assertThat(run.exit()).isZero();
    assertThat(run.out())
        .contains("valid    app.db.backup." + id)
        .contains("sha256, quick_check")
        .contains("1 of 1 valid");
    assertThat(cli.run("verify", "--full").out()).contains("integrity_check");
  }

  @Test
  void json_has_the_keys_of_the_contract() {
    String id = create();

    Run run = cli.run("validate", id, "--json");

    assertEnvelope(run, "verify");
    assertThat(run.object("summary"))
        .containsEntry("total_files", 1L)
        .containsEntry("valid", 1L)
        .containsEntry("invalid", 0L)
        .containsEntry("all_valid", true);
    Map<String, Object> file = run.objects("files").get(0);
    assertThat(file)
        .containsOnlyKeys("id", "path", "valid", "size_bytes", "sha256", "checks")
        .containsEntry("id", id)
        .containsEntry("valid", true);
    assertThat(file.get("sha256").toString()).matches("[0-9a-f]{64}");
    assertThat((List<?>) file.get("checks"))
        .first()
        .satisfies(
            c ->
                assertThat(((Map<?, ?>) c).keySet().toString())
                    .isEqualTo("[name, status, detail]"));
  }

  @Test
  void a_flipped_bit_is_found() throws IOException {
    String good = create();
    String bad = create();
    Database.flipBit(artifact(bad));

    Run run = cli.run("verify", "--json");

    assertFails(run, 4, "1 of 2 is not valid", bad);
    assertEnvelope(run, "verify");
    assertThat(run.object("error")).containsEntry("code", "VERIFICATION_FAILED");
    assertThat(run.object("summary"))
        .containsEntry("invalid", 1L)
        .containsEntry("all_valid", false);
    assertThat(run.objects("files"))
        .filteredOn(file -> file.get("valid").equals(false))
        .singleElement()
        .satisfies(file -> assertThat(file.get("error").toString()).isNotEmpty());
    assertThat(cli.run("verify", good).exit()).isZero();
    assertThat(cli.run("verify").out()).contains("INVALID  app.db.backup." + bad);
    assertThat(cli.run("verify", "--quiet").out().strip()).isEqualTo("app.db.backup." + bad);
    assertThat(cli.run("list").out()).contains("BAD");
    Map<String, Object> listed = cli.run("list", "--json").objects("backups").get(0);
    assertThat(listed).containsEntry("verified", null);
    assertThat(listed.get("last_check").toString()).contains("result=bad");
  }

  @Test
  void missing_files_are_found() throws IOException {
    Files.delete(artifact(create()));
    assertFails(cli.run("verify"), 4, "1 of 1");

    create();
    String third = create();
    Files.delete(artifact(third));
    assertFails(cli.run("verify"), 4, "2 of 3 are not valid, the first is");
  }

  @Test
  void nothing_to_verify_is_not_found_but_has_a_summary() {
    Run run = cli.run("verify", "--json");

    assertFails(run, 5, "nothing to verify", store.toString());
    assertEnvelope(run, "verify");
    assertThat(run.object("summary"))
        .containsEntry("total_files", 0L)
        .containsEntry("all_valid", false);
    assertThat(run.json()).containsEntry("files", List.of());
    assertThat(store).doesNotExist();
  }

  @Test
  void what_is_named_must_be_there() {
    create();

    assertFails(cli.run("verify", "20200101-000000-000"), 5, "backup not found");
    assertFails(cli.run("verify", "../../no/such"), 5, "does not exist");
    assertFails(cli.run("verify", folder.resolve("none.db")), 5, "does not exist");
    assertFails(cli.run("verify", "*"), 2, "'*'");
    assertFails(cli.run("verify", ""), 2, "empty argument");
  }

  @Test
  void plain_files_are_known_by_their_content() throws IOException {
    Path odd = Files.copy(database, folder.resolve("odd.name"));
    Path text = Files.writeString(folder.resolve("text.db"), "this is a text, no database");
    Path empty = Files.createFile(folder.resolve("empty.db"));

    assertThat(cli.run("verify", odd, database).exit()).isZero();
    assertFails(cli.run("verify", text), 4, "validation failed");
    assertFails(cli.run("verify", empty), 4, "empty");
    Run run = cli.run("verify", odd, text, "--json");
    assertFails(run, 4, "1 of 2");
    assertThat(run.objects("files")).allSatisfy(file -> assertThat(file).doesNotContainKey("id"));
  }

  @Test
  void a_database_without_tables_is_not_valid() {
    Path hollow = folder.resolve("hollow.db");
    Database.execute(hollow, "create table t (a)", "drop table t");

    assertFails(cli.run("verify", hollow), 4, "no tables");
  }

  @Test
  void folders_of_plain_files_are_searched_by_pattern() throws IOException {
    Path dumps = Files.createDirectory(folder.resolve("dumps"));
    Database.create(dumps.resolve("one.db"));
    Database.create(dumps.resolve("two.backup"));

    assertThat(cli.run("verify", dumps, "--json").objects("files")).hasSize(1);
    assertThat(
            cli.run("verify", dumps, "--pattern", "*.backup", "--pattern", "*.db", "--json")
                .objects("files"))
        .hasSize(2);
    assertFails(cli.run("verify", dumps, "--pattern", "*.none"), 5, "nothing to verify");
    assertFails(cli.run("verify", "--pattern", "*.db"), 2, "--pattern");
  }

  @Test
  void a_folder_with_manifests_is_a_store() {
    create();
    create();
    Cli elsewhere = Cli.of(folder.resolve("elsewhere"));

    assertThat(elsewhere.run("verify", store, "--json").objects("files")).hasSize(2);
    assertThat(elsewhere.run("verify", store, database, "--json").objects("files")).hasSize(3);
  }

  @Test
  void limits_of_age_and_size_are_asked() {
    create();
    Cli later = cli.at(Clock.offset(Clock.systemUTC(), Duration.ofHours(30)));

    assertThat(later.run("verify", "--max-age-days", "2").exit()).isZero();
    assertFails(later.run("verify", "--max-age-hours", "24"), 4, "too old");
    assertFails(
        later.run("verify", "--max-age-days", "1.2", "--max-age-hours", "99"), 4, "too old");
    assertFails(cli.run("verify", "--min-size-mb", "1"), 4, "too small");
    assertFails(cli.run("verify", "--max-size-gb", "0.000001"), 4, "too large");
    assertThat(cli.run("verify", "--min-size-mb", "0.001", "--max-size-gb", "1").exit()).isZero();
  }

  @Test
  void a_corrupt_manifest_is_not_valid() throws IOException {
    create();
    String bad = create();
    Files.writeString(store.resolve("backup-metadata." + bad + ".json"), "{");

    assertFails(cli.run("verify"), 4, bad);
    assertFails(cli.run("verify", bad), 4, bad);
  }

  @Test
  void a_corrupt_manifest_does_not_keep_the_others_from_being_checked() throws IOException {
    String first = create();
    String bad = create();
    String last = create();
    Files.writeString(store.resolve("backup-metadata." + bad + ".json"), "{");

    Run run = cli.run("verify", first, bad, last, "--json");

    assertFails(run, 4, bad);
    assertThat(run.object("summary")).containsEntry("valid", 2L).containsEntry("invalid", 1L);
    assertThat(cli.run("verify", bad, "--json").object("summary"))
        .containsEntry("total_files", 1L)
        .containsEntry("invalid", 1L);
    assertFails(cli.run("verify", "20200101-000000-000"), 5, "not found");
  }

  @Test
  void a_backup_of_a_later_version_is_called_that() throws Exception {
    String id = create();
    Path manifest = store.resolve("backup-metadata." + id + ".json");
    String text =
        Files.readString(manifest).replace("\"compression\" : null", "\"compression\" : \"lz4\"");
    Files.writeString(manifest, text);
    Files.writeString(
        store.resolve(manifest.getFileName() + ".sha256"),
        dev.backuphelper.codec.CodecPipeline.digest(Files.readAllBytes(manifest)).sha256()
            + "  "
            + manifest.getFileName()
            + "\n");

    Run run = cli.run("verify", "--json");

    assertFails(run, 4, "a format that this version does not read: lz4");
    assertThat(run.object("error")).containsEntry("code", "UNSUPPORTED_FORMAT");
  }

  @Test
  void a_report_is_written_whatever_the_outcome() throws IOException {
    Path report = folder.resolve("deep/er/report.json");

    assertThat(cli.run("verify", "--report", report).exit()).isEqualTo(5);
    assertThat(summary(report)).containsEntry("total_files", 0L);

    create();
    assertThat(cli.run("verify", "--report", report, "--quiet").exit()).isZero();
    assertThat(summary(report)).containsEntry("all_valid", true);

    assertThat(cli.run("verify", "--report", report, "--max-age-days", "x").exit()).isEqualTo(2);
    assertThat(summary(report)).containsEntry("all_valid", false);

    assertThat(cli.run("verify", "--max-age-days", "x", "--report=" + report).exit()).isEqualTo(2);
    assertThat(Cli.json(Files.readAllBytes(report))).containsEntry("success", false);
    assertThat(names(report.getParent())).containsExactly("report.json");
  }

  @SuppressWarnings("unchecked") // JSON has objects of text keys alone
  private static Map<String, Object> summary(Path report) throws IOException {
    return (Map<String, Object>) Cli.json(Files.readAllBytes(report)).get("summary");
  }

  @Test
  void a_report_that_cannot_be_written_is_a_failure_of_its_own() throws IOException {
    create();

    Path file = Files.createFile(folder.resolve("file"));

    Run run = cli.run("verify", "--json", "--report", file.resolve("report.json"));

    assertFails(run, 1, "cannot write the report " + file);
    assertEnvelope(run, "verify");
    assertThat(run.object("summary")).containsEntry("all_valid", true);

    Files.delete(artifact(cli.run("list", "--quiet").out().strip()));
    Run bad = cli.run("verify", "--report", file.resolve("report.json"));
    assertThat(bad.exit()).isEqualTo(4);
    assertThat(bad.err()).contains("warning: cannot write the report");
  }

  @Test
  void a_report_replaces_a_file_but_nothing_else() throws IOException {
    create();
    Path report = folder.resolve("report.json");
    assertThat(cli.run("create", database, "--dry-run", "--report", report).exit()).isZero();
    Path link = Files.createSymbolicLink(folder.resolve("link.json"), report);

    assertThat(cli.run("verify", "--report", link).exit()).isZero();

    assertThat(link).isSymbolicLink();
    assertThat(Cli.json(Files.readAllBytes(report))).containsEntry("command", "verify");
    assertFails(cli.run("verify", "--report", database), 2, "is no report");
    assertThat(Database.notes(database)).isEqualTo(10);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"name\": \"app\", \"command\": \"x\", \"success\": true}",
        "{\"command\": \"verify\", \"success\": 1, \"timestamp\": \"\"}",
        "{"
      })
  void a_report_replaces_no_other_json(String content) throws IOException {
    create();
    Path other = Files.writeString(folder.resolve("package.json"), content);

    assertFails(cli.run("verify", "--report", other), 2, "is there, and is no report");

    assertThat(other).hasContent(content);
  }

  @Test
  void a_report_replaces_an_empty_file() throws IOException {
    create();
    Path report = Files.createFile(folder.resolve("report.json"));

    assertThat(cli.run("verify", "--report", report).exit()).isZero();

    assertThat(Cli.json(Files.readAllBytes(report))).containsEntry("command", "verify");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ".lock",
        ".lock.holder",
        ".staging-1",
        ".intent-ID.json",
        ".deleted-ID.json",
        ".open-ID.json",
        "backup-metadata.ID.json",
        "backup-metadata.ID.json.sha256",
        "backup-checks.ID.json",
        "backup-keys.ID.json",
        "backup-pin.ID",
        "app.db.backup.ID",
        "app.db.backup.ID.zst",
        "app.db.backup.ID.sha256",
        "app.db.pages.ID",
        "app.db-wal",
        "app.db.backup-open.json"
      })
  void a_report_takes_no_name_of_a_store_or_database(String name) throws IOException {
    String id = create();
    Path file = store.resolve(name.replace("ID", id));
    Object before = Files.exists(file) ? Files.readAttributes(file, "fileKey,size") : "missing";

    Run run = cli.run("verify", "--report", file);

    assertFails(run, 2, "--report: " + file + " has a name that belongs to a store");
    assertThat(run.err()).contains("hint: Choose another name");
    assertThat(Files.exists(file) ? Files.readAttributes(file, "fileKey,size") : "missing")
        .isEqualTo(before);
    assertThat(cli.run("list", "--quiet").out().strip()).isEqualTo(id);
  }

  @Test
  void a_report_takes_no_such_name_behind_a_link() throws IOException {
    create();
    Path link = Files.createSymbolicLink(folder.resolve("link.json"), store.resolve(".lock"));

    assertFails(cli.run("verify", "--report", link), 2, "belongs to a store");

    assertThat(store.resolve(".lock")).isEmptyFile();
  }

  /** What can happen to the files of a backup. */
  private enum Harm {
    BIT_OF_ARTIFACT("ID") {
      @Override
      void to(Path artifact, Path manifest) throws IOException {
        Database.flipBit(artifact);
      }
    },
    SHORTER_ARTIFACT("ID") {
      @Override
      void to(Path artifact, Path manifest) throws IOException {
        try (FileChannel channel = FileChannel.open(artifact, StandardOpenOption.WRITE)) {
          channel.truncate(channel.size() - 1);
        }
      }
    },
    EMPTY_ARTIFACT("ID") {
      @Override
      void to(Path artifact, Path manifest) throws IOException {
        Files.write(artifact, new byte[0]);
      }
    },
    MISSING_ARTIFACT("app.db.backup.ID does not exist") {
      @Override
      void to(Path artifact, Path manifest) throws IOException {
        Files.delete(artifact);
      }
    },
    CHANGED_CHECKSUM("app.db.backup.ID.sha256") {
      @Override
      void to(Path artifact, Path manifest) throws IOException {
        change(checksumOf(artifact));
      }
    },
    MISSING_CHECKSUM("app.db.backup.ID.sha256") {
      @Override
      void to(Path artifact, Path manifest) throws IOException {
        Files.delete(checksumOf(artifact));
      }
    },
    CHANGED_CHECKSUM_OF_MANIFEST("backup-metadata.ID.json.sha256") {
      @Override
      void to(Path artifact, Path manifest) throws IOException {
        change(checksumOf(manifest));
      }
    },
    MISSING_CHECKSUM_OF_MANIFEST("backup-metadata.ID.json.sha256") {
      @Override
      void to(Path artifact, Path manifest) throws IOException {
        Files.delete(checksumOf(manifest));
      }
    },
    CHANGED_MANIFEST("backup-metadata.ID.json") {
      @Override
      void to(Path artifact, Path manifest) throws IOException {
        String text = Files.readString(manifest);
        Files.writeString(
            manifest, text.replace("\"description\" : null", "\"description\" : \"\""));
        assertThat(manifest).content().isNotEqualTo(text);
      }
    },
    TORN_MANIFEST("backup-metadata.ID.json") {
      @Override
      void to(Path artifact, Path manifest) throws IOException {
        byte[] whole = Files.readAllBytes(manifest);
        Files.write(manifest, Arrays.copyOf(whole, whole.length / 2));
      }
    };

    private final String named;

    Harm(String named) {
      this.named = named;
    }

    abstract void to(Path artifact, Path manifest) throws IOException;

    private static Path checksumOf(Path file) {
      return file.resolveSibling(file.getFileName() + ".sha256");
    }

    /** Changes one digit of a digest. */
    private static void change(Path checksum) throws IOException {
      String line = Files.readString(checksum);
      Files.writeString(checksum, (line.charAt(0) == '0' ? '1' : '0') + line.substring(1));
    }
  }

  @ParameterizedTest
  @EnumSource(Harm.class)
  void whatever_happens_to_a_file_of_a_backup_is_found(Harm harm) throws IOException {
    String good = create();
    String bad = create();
    harm.to(artifact(bad), store.resolve("backup-metadata." + bad + ".json"));

    for (Run run :
        List.of(
            cli.run("verify", "--json"),
            cli.run("verify", good, bad, "--json"),
            cli.run("verify", "--full", "--json"))) {
      assertFails(run, 4, "1 of 2 is not valid", bad, harm.named.replace("ID", bad));
      assertEnvelope(run, "verify");
      assertThat(run.object("error")).containsEntry("code", "VERIFICATION_FAILED");
      assertThat(run.object("summary"))
          .containsEntry("total_files", 2L)
          .containsEntry("valid", 1L)
          .containsEntry("invalid", 1L)
          .containsEntry("all_valid", false);
      assertThat(run.objects("files"))
          .filteredOn(file -> file.get("valid").equals(true))
          .singleElement()
          .satisfies(file -> assertThat(file).containsEntry("id", good));
    }
    assertFails(cli.run("verify", bad), 4, bad);
    assertFails(cli.run("verify", bad, "--quiet"), 4, bad);
    assertThat(cli.run("verify", good).exit()).isZero();
    assertFails(cli.run("restore", bad, "--force"), 4, bad);
    assertThat(Database.notes(database)).isEqualTo(10);
  }
}
