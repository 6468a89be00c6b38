package dev.backuphelper.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.RecoverRequest;
import dev.backuphelper.RestoreRequest;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.RecoverChoice;
import dev.backuphelper.report.Listing;
import dev.backuphelper.source.sqlite.SqliteSource;
import dev.backuphelper.testing.Effort;
import dev.backuphelper.testing.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A store that somebody tampered with: nothing outside it is touched, the good backups stay usable,
 * and what is wrong is said.
 */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class HostileStoreTest {
  private static final BackupId FORGED = new BackupId("20250101-000000-000");

  private Path folder;
  private Path store;
  private Path database;
  private Path outside;
  private BackupHelper helper;
  private Backup good;
  private Backup better;

  @BeforeEach
  void makeTwoBackups() throws IOException {
    folder = Folders.create();
    store = folder.resolve("backups");
    database =
        Databases.create(
            Files.createDirectories(folder.resolve("data")).resolve("app.db"), true, 512);
    outside = Files.createDirectories(folder.resolve("outside"));
    Databases.create(outside.resolve("secret.db"), false, 512);
    Files.writeString(outside.resolve("file.txt"), "not yours");
    helper =
        BackupHelper.builder()
            .source(SqliteSource.of(database))
            .directory(store)
            .lockTimeout(Duration.ofSeconds(2))
            .build();
    good = helper.create();
    Databases.change(database, 2);
    better = helper.create();
  }

  @AfterEach
  void nothingOutsideWasTouched() throws IOException {
    assertThat(Folders.names(outside)).containsExactlyInAnyOrder("secret.db", "file.txt");
    assertThat(Databases.content(outside.resolve("secret.db"))).startsWith("v1 of 1");
    assertThat(outside.resolve("file.txt")).hasContent("not yours");
    assertThat(Databases.content(database)).startsWith("v2 of 1");
    Folders.delete(folder);
  }

  @Test
  void twoManifestsThatClaimOneArtifact() throws IOException {
    forge(FORGED, text -> text.replace("\"id\" : \"" + good.id(), "\"id\" : \"" + FORGED));

    assertUnusable(FORGED, ErrorCode.CORRUPT, "claims a file that is not its own");
    helper.delete(List.of(FORGED), true, false);
    assertGoodOnesWork();
    assertThat(helper.listing().unreadable()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../../outside/secret.db",
        "..",
        "/etc/passwd",
        "a/b",
        "-rf",
        ".hidden",
        "CON",
        "",
        "a\\u0000b"
      })
  void aComponentNameThatIsNone(String name) throws IOException {
    forge(
        FORGED,
        text ->
            text.replace(good.id().value(), FORGED.value())
                .replace("\"name\" : \"app.db\"", "\"name\" : \"" + name + "\"")
                .replace("\"file\" : \"app.db.backup", "\"file\" : \"" + name + ".backup"));

    assertUnusable(FORGED, ErrorCode.CORRUPT, "not a valid source name");
    helper.delete(List.of(FORGED), true, false);
    assertGoodOnesWork();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../outside/file.txt",
        "/etc/passwd",
        "app.db.backup.ID./../x",
        "*",
        "app.db.backup.ID.sha256"
      })
  void anArtifactThatIsElsewhere(String file) throws IOException {
    forge(
        FORGED,
        text ->
            text.replace(good.id().value(), FORGED.value())
                .replace(
                    "\"file\" : \"app.db.backup." + FORGED + "\"",
                    "\"file\" : \"" + file.replace("ID", FORGED.value()) + "\""));

    assertUnusable(FORGED, ErrorCode.CORRUPT, "claims a file that is not its own");
    helper.delete(List.of(FORGED), true, false);
    assertGoodOnesWork();
  }

  @Test
  void anArtifactThatIsALink() throws IOException {
    Path artifact = artifact(good.id());
    Files.delete(artifact);
    Files.createSymbolicLink(artifact, outside.resolve("secret.db"));

    assertInvalid(good.id());
    assertRestoreFails(good.id(), ErrorCode.CORRUPT);
    helper.delete(good.id());
    assertThat(helper.list()).extracting(Backup::id).containsExactly(better.id());
    assertThat(helper.verify(better.id()).allValid()).isTrue();
  }

  @Test
  void anArtifactThatIsAFolder() throws IOException {
    Path artifact = artifact(good.id());
    Files.delete(artifact);
    Files.createDirectories(artifact.resolve("inner"));

    assertInvalid(good.id());
    assertRestoreFails(good.id(), ErrorCode.CORRUPT);
    helper.delete(good.id());
    assertThat(helper.list()).extracting(Backup::id).containsExactly(better.id());
    assertThat(helper.recover().orphans()).containsExactly(artifact.getFileName().toString());
    helper.create();
  }

  @Test
  void aManifestThatIsALink() throws IOException {
    Path real = outside.resolve("file.txt");
    Files.createSymbolicLink(manifest(FORGED), real);

    assertUnusable(FORGED, ErrorCode.CORRUPT, "is no regular file");
    assertGoodOnesWork();
  }

  @Test
  void aManifestThatIsAFolder() throws IOException {
    Files.createDirectories(manifest(FORGED).resolve("inner"));

    assertUnusable(FORGED, ErrorCode.CORRUPT, "is no regular file");
    assertGoodOnesWork();
  }

  /** Opening a pipe waits until somebody writes into it, which nobody ever does. */
  @Test
  void filesThatArePipes() throws IOException, InterruptedException {
    if (!makePipe(manifest(FORGED))) {
      Effort.report("no pipes here");
      return;
    }
    assertUnusable(FORGED, ErrorCode.CORRUPT, "is no regular file");
    Path checks = store.resolve("backup-checks." + better.id() + ".json");
    Files.delete(checks);
    makePipe(checks);
    Files.delete(artifact(good.id()));
    makePipe(artifact(good.id()));
    makePipe(store.resolve(".intent-" + FORGED + ".json"));

    assertThat(helper.list()).extracting(Backup::id).containsExactly(better.id(), good.id());
    assertInvalid(good.id());
    assertRestoreFails(good.id(), ErrorCode.CORRUPT);
    assertThat(helper.create().verified()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "backups/.lock",
        "backups/.lock.holder",
        "data/app.db.backup-lock",
        "data/app.db.backup-lock.holder"
      })
  void locksThatAreLinks(String name) throws IOException {
    Path lock = folder.resolve(name);
    Files.deleteIfExists(lock);
    Files.createSymbolicLink(lock, outside.resolve("file.txt"));

    for (ThrowingCallable work :
        new ThrowingCallable[] {
          () -> helper.restore(better.id()), () -> helper.cleanOld(5), () -> helper.create()
        }) {
      BackupException failure = catchThrowableOfType(BackupException.class, work);
      assertThat(failure == null || failure.code() == ErrorCode.IO_FAILED).isTrue();
      assertThat(failure == null || !failure.getMessage().contains("not yours")).isTrue();
    }
    assertThat(helper.list()).hasSizeGreaterThanOrEqualTo(2);
  }

  @Test
  void aChecksumThatIsAFolderOrALink() throws IOException {
    Path checksum = store.resolve(artifact(good.id()).getFileName() + ".sha256");
    Files.delete(checksum);
    Files.createDirectory(checksum);
    Path manifestChecksum = store.resolve(manifest(better.id()).getFileName() + ".sha256");
    Files.delete(manifestChecksum);
    Files.createSymbolicLink(manifestChecksum, outside.resolve("file.txt"));

    assertInvalid(good.id());
    assertInvalid(better.id());
    assertThat(helper.verifyAll().invalid()).isEqualTo(2);
    assertRestoreFails(good.id(), ErrorCode.CORRUPT);
    assertRestoreFails(better.id(), ErrorCode.CORRUPT);
  }

  @Test
  void aHugeManifest() throws IOException {
    try (var channel =
        Files.newByteChannel(
            manifest(FORGED),
            java.nio.file.StandardOpenOption.CREATE_NEW,
            java.nio.file.StandardOpenOption.WRITE)) {
      channel.position(1L << 36);
      channel.write(java.nio.ByteBuffer.wrap(new byte[] {'}'}));
    }

    assertUnusable(FORGED, ErrorCode.CORRUPT, "larger than");
    helper.delete(List.of(FORGED), true, false);
    assertGoodOnesWork();
  }

  @Test
  void aManifestOfEndlessDepth() throws IOException {
    forge(
        FORGED,
        text ->
            text.replace(good.id().value(), FORGED.value())
                .replace("{\n  \"format\"", "{\"x\":" + "[".repeat(200_000) + ",\n  \"format\""));

    assertUnusable(FORGED, ErrorCode.CORRUPT, "not a JSON object");
    helper.delete(List.of(FORGED), true, false);
    assertGoodOnesWork();
  }

  /** Which of the two counts would depend on the reader. */
  @ParameterizedTest
  @ValueSource(strings = {"\"damaged\" : true,", "\"parent\" : null,"})
  void aKeyThatIsThereTwice(String again) throws IOException {
    forge(
        FORGED,
        text ->
            text.replace(good.id().value(), FORGED.value())
                .replace("\"id\" : \"" + FORGED, again + " \"id\" : \"" + FORGED));

    assertUnusable(FORGED, ErrorCode.CORRUPT, "is there twice");
    helper.delete(List.of(FORGED), true, false);
    assertGoodOnesWork();
  }

  @Test
  void aFormatOfTheFutureAndOneOfAPredecessor() throws IOException {
    forge(
        FORGED,
        text ->
            text.replace(good.id().value(), FORGED.value())
                .replace("\"format\" : 1", "\"format\" : 2"));
    assertUnusable(
        FORGED, ErrorCode.UNSUPPORTED_FORMAT, "it has format 2, and this version reads format 1");

    forge(
        FORGED,
        text -> text.replace(good.id().value(), FORGED.value()).replace("\"format\" : 1,", ""));
    assertUnusable(FORGED, ErrorCode.UNSUPPORTED_FORMAT, "predecessor");
    assertGoodOnesWork();
  }

  @Test
  void anEngineThatIsUnknown() throws IOException {
    forge(
        FORGED,
        text ->
            text.replace(good.id().value(), FORGED.value())
                .replace("\"engine\" : \"sqlite\"", "\"engine\" : \"oracle\""));
    Files.copy(artifact(good.id()), artifact(FORGED));
    writeChecksum(artifact(FORGED));

    assertThat(helper.list()).extracting(Backup::id).contains(FORGED);
    assertInvalid(FORGED);
    assertThat(helper.verifyAll().invalid()).isEqualTo(1);
    assertThat(helper.verifyAll().valid()).isEqualTo(2);
    assertRestoreFails(FORGED, ErrorCode.UNSUPPORTED_FORMAT);
    helper.delete(List.of(FORGED), true, false);
    assertGoodOnesWork();
  }

  /** Such as a path of another system. */
  @Test
  void aSourceThatIsNoPathHere() throws IOException {
    forge(
        FORGED,
        text ->
            text.replace(good.id().value(), FORGED.value())
                .replaceAll("\"source\" : \"[^\"]*\"", "\"source\" : \"x\\\\u0000y\"")
                .replaceAll("\"group\" : \"[^\"]*\"", "\"group\" : \"0123456789abcdef\""));
    Files.copy(artifact(good.id()), artifact(FORGED));
    writeChecksum(artifact(FORGED));

    assertThat(helper.verifyAll().allValid()).isTrue();
    BackupHelper noSources = BackupHelper.builder().directory(store).build();
    BackupException refusal =
        catchThrowableOfType(BackupException.class, () -> noSources.restore(FORGED));
    assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
    Path copy = folder.resolve("copy.db");
    noSources.restore(RestoreRequest.of(FORGED).to(copy).build());
    assertThat(Databases.content(copy)).startsWith("v1 of 1");
  }

  @Test
  void idsOfTheFarFuture() throws IOException {
    BackupId far = new BackupId("99991231-235959-000");
    copyAs(good.id(), far);
    forge(
        far,
        text ->
            text.replace(good.id().value(), far.value())
                .replaceFirst("\"date\" : \"[^\"]*\"", "\"date\" : \"9999-12-31T23:59:59Z\""));

    assertThat(helper.verify(far).allValid()).isTrue();
    assertThat(catchThrowableOfType(BackupException.class, () -> helper.cleanOld(1)).code())
        .isEqualTo(ErrorCode.REFUSED);
    Backup next = helper.create();
    assertThat(next.id()).isEqualTo(far.next());
    assertThat(next.manifest().date()).isBefore(far.instant().minusSeconds(1));
    helper.delete(far);
    helper.delete(next.id());
    assertGoodOnesWork();
  }

  @Test
  void theLastIdThatThereIs() throws IOException {
    BackupId last = new BackupId("99991231-235959-999");
    copyAs(good.id(), last);

    BackupException refusal = catchThrowableOfType(BackupException.class, () -> helper.create());
    assertThat(refusal).hasMessageContaining("the last id that there is: " + last);
    helper.delete(last);
    assertThat(helper.create().verified()).isTrue();
    assertGoodOnesWork();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "garbage",
        "{}",
        "[1]",
        "{\"format\":1,\"id\":\"20250101-000000-000\",\"host\":\"h\",\"pid\":1,"
            + "\"process_started_ms\":0,\"files\":[\"../outside/file.txt\"]}"
      })
  void anIntentThatIsNone(String content) throws IOException {
    Files.writeString(store.resolve(".intent-" + FORGED + ".json"), content);

    assertGoodOnesWork();
    assertThat(helper.recover().open()).isEmpty();
    assertThat(helper.cleanOld(5).removed()).isEmpty();
  }

  @Test
  void anIntentOfADeadProcessThatListsWhatIsNotItsOwn() throws IOException {
    Files.writeString(
        store.resolve(".intent-" + FORGED + ".json"),
        intent(
            FORGED,
            "../outside/file.txt",
            artifact(good.id()).getFileName().toString(),
            manifest(better.id()).getFileName().toString()));
    Files.writeString(
        store.resolve(".intent-" + good.id() + ".json"),
        intent(good.id(), artifact(good.id()).getFileName().toString()));

    helper.recover();

    assertThat(Folders.names(store)).noneMatch(name -> name.startsWith(".intent"));
    assertGoodOnesWork();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "garbage", "{}", "MANIFEST"})
  void aTombstoneOfWhatIsNotDead(String content) throws IOException {
    Files.writeString(
        store.resolve(".deleted-" + good.id() + ".json"),
        content.equals("MANIFEST") ? Files.readString(manifest(good.id())) : content);

    helper.recover();

    assertThat(Folders.names(store)).noneMatch(name -> name.startsWith(".deleted"));
    assertGoodOnesWork();
  }

  @Test
  void aTombstoneThatNamesFilesOfOthers() throws IOException {
    forge(FORGED, text -> text.replace("\"id\" : \"" + good.id(), "\"id\" : \"" + FORGED));
    Files.move(manifest(FORGED), store.resolve(".deleted-" + FORGED + ".json"));

    helper.recover();

    assertThat(Folders.names(store)).noneMatch(name -> name.contains(FORGED.value()));
    assertGoodOnesWork();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "garbage", "{}"})
  void aPointerThatIsNone(String content) throws IOException {
    Path pointer = store.resolve(".open-" + FORGED + ".json");
    Files.writeString(pointer, content);

    assertThat(helper.list()).hasSize(2);
    assertThat(helper.verifyAll().allValid()).isTrue();
    assertThat(helper.create().verified()).isTrue();
    // What an unreadable pointer needs is unknown, so nothing is removed.
    for (BackupException failure :
        new BackupException[] {
          catchThrowableOfType(BackupException.class, () -> helper.cleanOld(1)),
          catchThrowableOfType(BackupException.class, () -> helper.delete(good.id())),
        }) {
      assertThat(failure.code()).isEqualTo(ErrorCode.CORRUPT);
      assertThat(failure).hasMessageContaining(pointer.getFileName().toString());
      assertThat(failure.hint().orElseThrow()).contains("remove that file by hand");
    }
    assertThat(helper.openPlans())
        .singleElement()
        .satisfies(open -> assertThat(open.sentence()).contains(pointer.getFileName().toString()));
    assertThat(helper.recover().open())
        .singleElement()
        .satisfies(open -> assertThat(open.code()).isEqualTo(ErrorCode.CORRUPT));
    Files.delete(pointer);
    assertThat(helper.list()).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "file.txt", "secret.db.backup-open.json", ".backup-open.json", ""})
  void aPointerToPlansThatAreNone(String name) throws IOException {
    Files.writeString(
        store.resolve(".open-" + FORGED + ".json"),
        "{\"format\":1,\"id\":\"%s\",\"operation\":\"restore\",\"backups\":[],\"plans\":[\"%s\"]}"
            .formatted(FORGED, outside.resolve(name)));

    for (RecoverChoice choice : RecoverChoice.values()) {
      BackupException failure =
          catchThrowableOfType(
              BackupException.class, () -> helper.recover(new RecoverRequest(null, choice, false)));
      assertThat(failure == null || failure.code() == ErrorCode.CORRUPT).isTrue();
    }
    assertThat(helper.list()).hasSize(2);
    assertThat(helper.verifyAll().allValid()).isTrue();
  }

  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "no file can have such a name there")
  @Test
  void namesThatBelongToNobody() throws IOException {
    for (String name :
        new String[] {
          "backup-metadata.json",
          "backup-metadata.20250101-000000.json",
          "backup-metadata.20251399-000000-000.json",
          "app.db.backup.20250101-000000-000",
          "new\nline",
          "sp ace",
          ".staging-nonsense",
          ".staging-00000000-1-1-1",
          "x".repeat(250)
        }) {
      Files.writeString(store.resolve(name), "whatever");
    }
    Files.createDirectory(store.resolve("folder"));

    Listing listing = helper.listing();

    assertThat(listing.backups()).extracting(Backup::id).containsExactly(better.id(), good.id());
    assertThat(listing.unreadable()).hasSize(2);
    assertThat(helper.recover().orphans()).containsExactly("app.db.backup.20250101-000000-000");
    assertGoodOnesWork();
    helper.cleanOld(1);
    assertThat(Folders.names(store)).hasSizeGreaterThan(10);
  }

  private void assertGoodOnesWork() throws IOException {
    assertThat(helper.list()).extracting(Backup::id).contains(better.id(), good.id());
    assertThat(helper.verify(good.id()).allValid()).isTrue();
    assertThat(helper.verify(better.id()).allValid()).isTrue();
    Path copy = folder.resolve("copies").resolve("copy.db");
    helper.restore(RestoreRequest.of(good.id()).to(copy).build());
    assertThat(Databases.content(copy)).startsWith("v1 of 1");
    Folders.delete(copy.getParent());
    Backup next = helper.create();
    assertThat(next.verified()).isTrue();
    helper.delete(next.id());
  }

  private void assertUnusable(BackupId id, ErrorCode code, String reason) throws IOException {
    Listing listing = helper.listing();
    assertThat(listing.backups()).extracting(Backup::id).containsExactly(better.id(), good.id());
    assertThat(listing.unreadable())
        .singleElement()
        .satisfies(
            manifest -> {
              assertThat(manifest.file()).isEqualTo("backup-metadata." + id + ".json");
              assertThat(manifest.reason()).contains(reason).isNotBlank();
            });
    assertThat(helper.verifyAll().invalid()).isEqualTo(1);
    assertRestoreFails(id, code);
  }

  private void assertInvalid(BackupId id) {
    assertThat(helper.verify(id).allValid()).isFalse();
  }

  private void assertRestoreFails(BackupId id, ErrorCode code) throws IOException {
    Map<String, String> before = Databases.files(database.getParent());
    BackupException failure = catchThrowableOfType(BackupException.class, () -> helper.restore(id));
    assertThat(failure).as("the restore of %s failed", id).isNotNull();
    assertThat(failure.code()).as(failure.getMessage()).isEqualTo(code);
    assertThat(failure.hint()).isPresent();
    assertThat(Databases.files(database.getParent())).isEqualTo(before);
  }

  /** Writes a manifest that was made of a good one, with a checksum that is right. */
  private void forge(BackupId id, UnaryOperator<String> change) throws IOException {
    String text = Files.readString(manifest(good.id()));
    String changed = change.apply(text);
    assertThat(changed).isNotEqualTo(text);
    Files.writeString(manifest(id), changed);
    writeChecksum(manifest(id));
  }

  private void copyAs(BackupId from, BackupId to) throws IOException {
    forge(to, text -> text.replace(from.value(), to.value()));
    Files.copy(artifact(from), artifact(to));
    writeChecksum(artifact(to));
  }

  private static void writeChecksum(Path file) throws IOException {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
      Files.writeString(
          file.resolveSibling(file.getFileName() + ".sha256"),
          HexFormat.of().formatHex(digest) + "  " + file.getFileName() + "\n");
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private static String intent(BackupId id, String... files) {
    return "{\"format\":1,\"id\":\"%s\",\"host\":\"%s\",\"pid\":99999999,\"process_started_ms\":1,\"files\":[\"%s\"]}"
        .formatted(
            id,
            dev.backuphelper.internal.io.ProcessOwner.current().host(),
            String.join("\",\"", files));
  }

  private static boolean makePipe(Path path) throws IOException, InterruptedException {
    try {
      return new ProcessBuilder("mkfifo", path.toString()).start().waitFor() == 0;
    } catch (IOException noSuchCommand) {
      return false;
    }
  }

  private Path artifact(BackupId id) {
    return store.resolve("app.db.backup." + id);
  }

  private Path manifest(BackupId id) {
    return store.resolve("backup-metadata." + id + ".json");
  }
}
