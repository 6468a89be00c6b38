package dev.backuphelper.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.crypto.tink.subtle.AesGcmHkdfStreaming;
import com.google.crypto.tink.subtle.AesGcmJce;
import dev.backuphelper.BackupHelper;
import dev.backuphelper.CreateRequest;
import dev.backuphelper.codec.CodecPipeline;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.internal.io.JsonObject;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupKind;
import dev.backuphelper.model.Component;
import dev.backuphelper.model.Compression;
import dev.backuphelper.report.RestoreReport;
import dev.backuphelper.retention.RetentionPolicy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Backups that only a key opens. */
@Timeout(120)
class EncryptedBackupTest {
  private static final int SEGMENT = 1 << 16;

  @TempDir private Path folder;
  private Vault vault;
  private KeyFile key;
  private BackupHelper backups;

  @BeforeEach
  void prepare() throws Exception {
    vault = Vault.in(folder);
    key = KeyFile.generate(folder.resolve("backup.key"));
    backups = vault.with(BackupEncryption.with(key));
  }

  private static BackupException failure(Runnable work) {
    return catchThrowableOfType(BackupException.class, work::run);
  }

  @ParameterizedTest
  @CsvSource({"none, .enc", "zstd, .zst.enc", "gzip, .gz.enc"})
  void whatIsEncrypted_comesBackAsItWas(String codec, String suffix) throws Exception {
    CreateRequest.Builder request = CreateRequest.builder();
    if (!codec.equals("none")) {
      request.compress(codec.equals("zstd") ? Compression.zstd() : Compression.gzip());
    }
    Backup backup = backups.create(request.build());
    long rows = vault.rows();
    vault.put("another");

    RestoreReport restored = backups.restore(backup.id());

    assertThat(backup.components().get(0).file()).endsWith(backup.id() + suffix);
    assertThat(vault.rows()).isEqualTo(rows);
    assertThat(backups.verifyAll().allValid()).isTrue();
    assertThat(backups.compare(backup.id()).components().get(0).status().key())
        .isEqualTo("identical");
    assertThat(restored.safetyBackup()).isPresent();
    assertThat(backups.list())
        .allMatch(found -> found.manifest().encrypted())
        .anyMatch(found -> found.kind() == BackupKind.SAFETY);
  }

  @Test
  void theStore_tellsNothingOfTheContent() throws Exception {
    Backup backup = backups.create();
    Component component = backup.components().get(0);

    assertThat(component.originalSha256()).isNotNull();
    assertThat(component.facts()).containsKey("tables");
    assertThat(vault.tells(Vault.SECRET)).isFalse();
    assertThat(vault.tells("hiding_places")).isFalse();
    assertThat(vault.tells("SQLite format 3")).isFalse();
    assertThat(vault.tells(String.valueOf(component.originalSha256()))).isFalse();
    assertThat(vault.files().toString()).doesNotContain("staging").doesNotContain("intent");
  }

  @Test
  void listing_needsNoKey() {
    Backup made = backups.create();

    Backup listed = vault.withoutKeys().list().get(0);

    assertThat(listed.id()).isEqualTo(made.id());
    assertThat(listed.manifest().encrypted()).isTrue();
    assertThat(listed.size()).isEqualTo(made.size());
    assertThat(listed.components().get(0).originalSha256()).isNull();
    assertThat(listed.components().get(0).facts()).isEmpty();
    assertThat(backups.unlock(listed).components()).isEqualTo(made.components());
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "other file", "passphrase"})
  void withoutTheKey_nothingIsTouched(String given) throws Exception {
    Backup backup = backups.create();
    vault.put("another");
    long rows = vault.rows();
    List<Path> before = vault.files();
    BackupHelper locked =
        switch (given) {
          case "none" -> vault.withoutKeys();
          case "other file" ->
              vault.with(BackupEncryption.with(KeyFile.generate(folder.resolve("other.key"))));
          default -> vault.with(BackupEncryption.with(Passphrase.of("wrong".toCharArray())));
        };

    BackupException restore = failure(() -> locked.restore(backup.id()));
    BackupException compare = failure(() -> locked.compare(backup.id()));

    assertThat(restore.code()).isEqualTo(ErrorCode.KEY_UNUSABLE);
    assertThat(restore.hint()).isPresent();
    assertThat(compare.code()).isEqualTo(ErrorCode.KEY_UNUSABLE);
    assertThat(vault.rows()).isEqualTo(rows);
    assertThat(vault.files()).isEqualTo(before);
    assertThat(locked.verifyAll().files().get(0).obstacle()).contains(ErrorCode.KEY_UNUSABLE);
    assertThat(vault.withoutKeys().list().get(0).verified()).as("still known good").isTrue();
  }

  @Test
  void aPassphrase_isAskedForOnce() throws Exception {
    int[] asked = {0};
    Passphrase passphrase =
        Passphrase.of(
            () -> {
              asked[0]++;
              return "correct horse battery staple".toCharArray();
            });
    BackupHelper own = vault.with(BackupEncryption.with(passphrase));
    Backup backup = own.create();
    own.create();
    vault.put("another");

    BackupHelper later =
        vault.with(
            BackupEncryption.with(Passphrase.of("correct horse battery staple".toCharArray())));
    later.restore(backup.id());

    assertThat(asked[0]).isEqualTo(1);
    assertThat(vault.rows()).isEqualTo(2001);
    assertThat(vault.tells("correct horse")).isFalse();
  }

  @Test
  void aBackupInTheClear_isMadeOnlyWhenItIsAskedFor() throws Exception {
    Backup plain = backups.create(CreateRequest.builder().encrypt(false).build());
    BackupHelper onRequest = vault.with(BackupEncryption.with(key).onRequest());
    Backup also = onRequest.create();
    Backup encrypted = onRequest.create(CreateRequest.builder().encrypt(true).build());
    vault.put("another");

    Backup safetyOfPlain = safety(onRequest.restore(plain.id()), onRequest);
    vault.put("another");
    Backup safetyOfEncrypted = safety(onRequest.restore(encrypted.id()), onRequest);

    assertThat(plain.manifest().encrypted()).isFalse();
    assertThat(also.manifest().encrypted()).isFalse();
    assertThat(safetyOfPlain.manifest().encrypted()).isFalse();
    assertThat(safetyOfEncrypted.manifest().encrypted()).isTrue();
    assertThat(failure(() -> vault.withoutKeys().create(encrypting())).code())
        .isEqualTo(ErrorCode.KEY_UNUSABLE);
  }

  private static CreateRequest encrypting() {
    return CreateRequest.builder().encrypt(true).build();
  }

  private static Backup safety(RestoreReport report, BackupHelper backups) {
    return backups.find(report.safetyBackup().orElseThrow()).orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(strings = {"app.db.backup.", "backup-keys.", "backup-metadata."})
  void aByteThatIsChanged_isFound(String prefix) throws Exception {
    Backup backup = backups.create();
    vault.put("another");
    long rows = vault.rows();
    Path file = vault.file(prefix);
    byte[] sound = Files.readAllBytes(file);
    Random random = new Random(20777);
    for (int count = 0; count < 40; count++) {
      byte[] changed = sound.clone();
      int at = random.nextInt(changed.length);
      changed[at] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, changed);
      String where = "byte %d of %s".formatted(at, file.getFileName());

      assertThat(backups.verifyAll().allValid()).as(where).isFalse();
      assertThat(failure(() -> backups.restore(backup.id()))).as(where).isNotNull();
      assertThat(vault.rows()).as(where).isEqualTo(rows);
    }
    Files.write(file, sound);
    assertThat(backups.verifyAll().allValid()).isTrue();
  }

  /** Who can write to the store also makes the digests fit, but has no key. */
  @Test
  void artifactsThatAreSwapped_doNotPassForEachOther() throws Exception {
    Backup first = backups.create();
    Backup second = backups.create();
    Path one = vault.store().resolve(first.components().get(0).file());
    Path other = vault.store().resolve(second.components().get(0).file());
    Path aside = folder.resolve("aside");
    Files.move(one, aside);
    Files.copy(other, one);
    Files.move(aside, other, StandardCopyOption.REPLACE_EXISTING);
    forge(first, Files.readAllBytes(one));
    forge(second, Files.readAllBytes(other));

    requireRefused(first);
    requireRefused(second);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"first segment alone", "segments exchanged", "a byte short", "last segment gone"})
  void anArtifactThatIsRearranged_isRefused(String how) throws Exception {
    Backup backup = backups.create();
    Path artifact = vault.store().resolve(backup.components().get(0).file());
    byte[] sound = Files.readAllBytes(artifact);
    assertThat(sound.length).isGreaterThan(3 * SEGMENT);
    byte[] forged =
        switch (how) {
          case "first segment alone" -> Arrays.copyOf(sound, SEGMENT);
          case "a byte short" -> Arrays.copyOf(sound, sound.length - 1);
          case "last segment gone" -> Arrays.copyOf(sound, (sound.length - 1) / SEGMENT * SEGMENT);
          default -> {
            byte[] bytes = sound.clone();
            System.arraycopy(sound, SEGMENT, bytes, 2 * SEGMENT, SEGMENT);
            System.arraycopy(sound, 2 * SEGMENT, bytes, SEGMENT, SEGMENT);
            yield bytes;
          }
        };
    Files.write(artifact, forged);
    forge(backup, forged);

    requireRefused(backup);
  }

  @Test
  void theSectionOfAnotherBackup_isRefused() throws Exception {
    Backup first = backups.create();
    Backup second = backups.create();
    Path manifest = vault.file("backup-metadata." + first.id());
    String other =
        JsonObject.parse(Files.readAllBytes(vault.file("backup-metadata." + second.id())))
            .text("encrypted_section");
    String own = JsonObject.parse(Files.readAllBytes(manifest)).text("encrypted_section");
    writeManifest(manifest, Files.readString(manifest).replace(own, other));

    requireRefused(first);
    assertThat(backups.verify(second.id()).allValid()).isTrue();
  }

  private void requireRefused(Backup backup) throws Exception {
    long rows = vault.rows();
    assertThat(backups.verify(backup.id()).allValid()).isFalse();
    BackupException refused = failure(() -> backups.restore(backup.id()));
    assertThat(refused.code()).isEqualTo(ErrorCode.CORRUPT);
    assertThat(vault.rows()).isEqualTo(rows);
  }

  private void forge(Backup backup, byte[] artifact) throws IOException {
    Component component = backup.components().get(0);
    String digest = CodecPipeline.digest(artifact).sha256();
    Path file = vault.store().resolve(component.file());
    Files.writeString(
        file.resolveSibling(component.file() + ".sha256"), digest + "  " + component.file() + "\n");
    Path manifest = vault.file("backup-metadata." + backup.id());
    writeManifest(
        manifest,
        Files.readString(manifest)
            .replace(component.sha256(), digest)
            .replace(String.valueOf(component.size()), String.valueOf(artifact.length)));
  }

  private static void writeManifest(Path manifest, String content) throws IOException {
    Files.writeString(manifest, content);
    Files.writeString(
        manifest.resolveSibling(manifest.getFileName() + ".sha256"),
        CodecPipeline.digest(content.getBytes(StandardCharsets.UTF_8)).sha256()
            + "  "
            + manifest.getFileName()
            + "\n");
  }

  @Test
  void aWrappedKeyThatIsMissing_isNamed() throws Exception {
    Backup backup = backups.create();
    Files.delete(vault.file("backup-keys."));

    BackupException refused = failure(() -> backups.restore(backup.id()));

    assertThat(refused.code()).isEqualTo(ErrorCode.CORRUPT);
    assertThat(refused).hasMessageContaining("backup-keys." + backup.id() + ".json");
    assertThat(backups.verify(backup.id()).allValid()).isFalse();
  }

  @Test
  void whatIsRemoved_takesItsKeyAlong() throws Exception {
    backups.create();
    backups.create();

    backups.cleanOld(RetentionPolicy.keepLast(1));

    assertThat(vault.files().stream().filter(file -> file.toString().contains("backup-keys.")))
        .hasSize(1);
  }

  @Test
  void withoutTheKey_nothingIsRemoved() throws Exception {
    backups.create();
    backups.create();

    BackupHelper locked = vault.withoutKeys();
    try {
      locked.cleanOld(RetentionPolicy.keepLast(1));
    } catch (BackupException refused) {
      assertThat(refused.hint()).isPresent();
    }

    assertThat(locked.list()).hasSize(2);
  }

  @Test
  void anotherProvider_wrapsAsItLikes() throws Exception {
    KeyProvider service =
        new KeyProvider() {
          @Override
          public String kind() {
            return "my-kms";
          }

          @Override
          public WrappedKey wrap(byte[] plain, byte[] context) {
            byte[] wrapped = plain.clone();
            for (int index = 0; index < wrapped.length; index++) {
              wrapped[index] ^= context[index % context.length];
            }
            return new WrappedKey(kind(), Map.of("region", "north"), wrapped);
          }

          @Override
          public Optional<byte[]> unwrap(WrappedKey wrapped, byte[] context) {
            assertThat(wrapped.parameters()).containsEntry("region", "north");
            return Optional.of(wrap(wrapped.bytes(), context).bytes());
          }
        };
    BackupHelper own = vault.with(BackupEncryption.with(service));
    Backup backup = own.create();
    vault.put("another");

    own.restore(backup.id());

    assertThat(vault.rows()).isEqualTo(2001);
    assertThatThrownBy(() -> backups.restore(backup.id())).hasMessageContaining("my-kms");
  }

  /** What docs/format.md says: the key file, the document, and Tink are enough. */
  @Test
  void withoutThisLibrary_tinkAndTheKeyOpenABackup() throws Exception {
    Backup backup = backups.create(CreateRequest.builder().compress(Compression.gzip()).build());
    String id = backup.id().value();
    byte[] keyOfUser =
        Base64.getDecoder().decode(Files.readAllLines(folder.resolve("backup.key")).get(1));
    String document = Files.readString(vault.store().resolve("backup-keys." + id + ".json"));
    String wrapped = document.replaceAll("(?s).*\"wrapped\"\\s*:\\s*\"([^\"]+)\".*", "$1");

    byte[] keyOfBackup =
        new AesGcmJce(keyOfUser)
            .decrypt(
                Base64.getDecoder().decode(wrapped),
                ("backup-keys." + id + ".json").getBytes(StandardCharsets.UTF_8));
    String name = "app.db.backup." + id + ".gz.enc";
    AesGcmHkdfStreaming cipher = new AesGcmHkdfStreaming(keyOfBackup, "HmacSha256", 32, 65536, 0);
    Path image = folder.resolve("image.db");
    try (InputStream stored = Files.newInputStream(vault.store().resolve(name));
        InputStream compressed =
            cipher.newDecryptingStream(stored, name.getBytes(StandardCharsets.UTF_8));
        InputStream plain = new java.util.zip.GZIPInputStream(compressed)) {
      Files.copy(plain, image);
    }

    assertThat(Vault.rows(image)).isEqualTo(2001);
  }
}
