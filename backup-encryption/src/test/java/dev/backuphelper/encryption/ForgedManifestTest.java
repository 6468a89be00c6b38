package dev.backuphelper.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.CreateRequest;
import dev.backuphelper.codec.CodecPipeline;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.internal.io.JsonObject;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.BackupType;
import dev.backuphelper.model.Compression;
import dev.backuphelper.source.sqlite.SqliteSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who can write to the store changes manifests and makes all digests fit, but has no key. */
@Timeout(120)
class ForgedManifestTest {
  private static final String DIGEST = "0".repeat(64);

  /** What follows from other keys, so that no reader looks at it. */
  private static final Set<String> DERIVED = Set.of("timestamp", "compressed", "size");

  /** What says how the document is read; other tests change it. */
  private static final Set<String> OF_THE_DOCUMENT =
      Set.of("format", "id", "encrypted", "cipher", "encrypted_section", "components");

  @TempDir private Path folder;
  private Vault vault;
  private KeyFile key;
  private BackupHelper backups;
  private BackupHelper anywhere;
  private Backup full;
  private Backup second;
  private Backup incremental;
  private Path victim;

  @BeforeEach
  void makeChain() throws Exception {
    vault = Vault.in(folder);
    key = KeyFile.generate(folder.resolve("backup.key"));
    backups = vault.with(BackupEncryption.with(key));
    // Without sources a restore goes where the manifest says.
    anywhere =
        BackupHelper.builder()
            .directory(vault.store())
            .encryption(BackupEncryption.with(key))
            .build();
    full = backups.create(CreateRequest.builder().automaticType().build());
    second = createIncremental();
    incremental = createIncremental();
    assertThat(full.components().get(0).pageMap()).isNotNull();
    assertThat(incremental.parent()).contains(second.id());
    victim = folder.resolve("victim.db");
    Files.copy(vault.database(), victim);
  }

  private Backup createIncremental() throws Exception {
    vault.put("another");
    return backups.create(
        CreateRequest.builder().type(BackupType.INCREMENTAL).compress(Compression.zstd()).build());
  }

  private Map<String, Object> changes() {
    Map<String, Object> changes = new LinkedHashMap<>();
    changes.put("date", "2001-01-01T00:00:00Z");
    changes.put("kind", "safety");
    changes.put("type", "differential");
    changes.put("parent", full.id().value());
    changes.put("group", "0123456789abcdef");
    changes.put("operation", "failed_migration");
    changes.put("description", "all is well");
    changes.put("tags", Map.of("stage", "production"));
    changes.put("created_by", "somebody");
    changes.put("hostname", "elsewhere");
    changes.put("user", "somebody");
    changes.put("git_commit", "0123456");
    changes.put("git_branch", "main");
    changes.put("tool", "another 1.0");
    changes.put("compression", "gzip");
    changes.put("damaged", true);
    changes.put("duration_ms", 86_400_000L);
    return changes;
  }

  private Map<String, Object> changesOfComponent() {
    Map<String, Object> changes = new LinkedHashMap<>();
    changes.put("engine", "other");
    changes.put("engine_version", "1.0");
    changes.put("source", victim.toString());
    changes.put("snapshot_at", "2001-01-01T00:00:00Z");
    changes.put("file", "app.db.backup." + incremental.id() + ".enc");
    changes.put("size", 1L);
    changes.put("sha256", DIGEST);
    changes.put("original_size", 512L);
    changes.put("delta", Map.of("size", 1L, "pages", 1L));
    return changes;
  }

  @Test
  void whatTheManifestOfAFullBackupSays_isAuthenticated() throws Exception {
    Map<String, Object> changes = changes();
    // Without a delta it passes for nothing else.
    changes.keySet().removeAll(Set.of("type", "parent"));

    requireEachRefused(full, changes);
  }

  @Test
  void whatTheManifestOfAnIncrementalOneSays_isAuthenticated() throws Exception {
    Map<String, Object> changes = changes();
    // A chain is of one group, which is found before the section is opened.
    changes.remove("group");

    requireEachRefused(incremental, changes);
  }

  private void requireEachRefused(Backup backup, Map<String, Object> changes) throws Exception {
    Map<String, Object> sound = manifest(backup);
    for (Map.Entry<String, Object> change : changes.entrySet()) {
      Map<String, Object> forged = new LinkedHashMap<>(sound);
      forged.put(change.getKey(), change.getValue());

      requireRefused(backup, forged, change.getKey());
    }
    write(backup, sound);
    assertThat(backups.verifyAll().allValid()).isTrue();
  }

  @Test
  void whatItSaysOfAComponent_isAuthenticated() throws Exception {
    Map<String, Object> sound = manifest(incremental);
    for (Map.Entry<String, Object> change : changesOfComponent().entrySet()) {
      requireRefused(
          incremental,
          withComponent(incremental, change.getKey(), change.getValue()),
          change.getKey());
      write(incremental, sound);
    }
    assertThat(backups.verifyAll().allValid()).isTrue();
  }

  @Test
  void aPageMap_isNeitherChangedNorAddedNorTakenAway() throws Exception {
    Map<String, Object> sound = manifest(full);
    String file = "app.db.pages." + full.id();
    Map<String, Object> other = Map.of("file", file, "size", 8L, "sha256", DIGEST);

    requireRefused(full, withComponent(full, "page_map", other), "page_map");
    write(full, sound);
    Map<String, Object> added =
        Map.of("file", "app.db.pages." + second.id(), "size", 8L, "sha256", DIGEST);
    requireRefused(second, withComponent(second, "page_map", added), "page_map");
    requireRefused(full, withComponent(full, "page_map", null), "page_map");
  }

  @Test
  void aBackupThatBuildsOnAForgedOne_isRefused() throws Exception {
    write(full, withComponent(full, "source", victim.toString()));

    assertThat(backups.verify(incremental.id()).allValid()).isFalse();
    requireUntouched(incremental, "source");
  }

  @Test
  void aComponent_isNotTakenAway() throws Exception {
    BackupHelper ofBoth =
        vault
            .builder()
            .source(SqliteSource.of(victim))
            .encryption(BackupEncryption.with(key))
            .build();
    Backup both = ofBoth.create();
    Map<String, Object> forged = new LinkedHashMap<>(manifest(both));
    forged.put("components", List.of(component(forged)));

    requireRefused(both, forged, "components,");
  }

  /** A key that is added to manifests is either authenticated or named here. */
  @Test
  void everyKey_isTried() throws Exception {
    Map<String, Object> manifest = manifest(incremental);
    Set<String> tried = new TreeSet<>(changes().keySet());
    tried.addAll(DERIVED);
    tried.addAll(OF_THE_DOCUMENT);
    assertThat(tried).containsExactlyInAnyOrderElementsOf(manifest.keySet());

    Set<String> ofComponent = new TreeSet<>(component(manifest).keySet());
    ofComponent.remove("name");
    assertThat(changesOfComponent().keySet()).containsExactlyInAnyOrderElementsOf(ofComponent);
  }

  private void requireRefused(Backup backup, Map<String, Object> forged, String about)
      throws Exception {
    write(backup, forged);

    assertThat(backups.verify(backup.id()).allValid()).as(about).isFalse();
    requireUntouched(backup, about);
  }

  private void requireUntouched(Backup backup, String about) throws IOException {
    byte[] live = Files.readAllBytes(vault.database());
    byte[] other = Files.readAllBytes(victim);
    List<Path> files = vault.files();

    for (BackupHelper helper : List.of(backups, anywhere)) {
      BackupException refused =
          catchThrowableOfType(BackupException.class, () -> helper.restore(backup.id()));
      assertThat(refused).as(about).hasMessageContaining("its encrypted section says");
      assertThat(refused).as(about).hasMessageContaining(about + " ");
      assertThat(refused.code()).as(about).isEqualTo(ErrorCode.CORRUPT);
    }

    assertThat(Files.readAllBytes(vault.database())).as(about).isEqualTo(live);
    assertThat(Files.readAllBytes(victim)).as(about).isEqualTo(other);
    assertThat(vault.files()).as(about).isEqualTo(files);
  }

  private Path path(BackupId id) {
    return vault.store().resolve("backup-metadata." + id + ".json");
  }

  private Map<String, Object> manifest(Backup backup) throws IOException {
    return JsonObject.parse(Files.readAllBytes(path(backup.id()))).values();
  }

  @SuppressWarnings("unchecked") // an object
  private static Map<String, Object> component(Map<String, Object> manifest) {
    return (Map<String, Object>) ((List<?>) manifest.get("components")).get(0);
  }

  private Map<String, Object> withComponent(Backup backup, String key, Object value)
      throws IOException {
    Map<String, Object> manifest = new LinkedHashMap<>(manifest(backup));
    Map<String, Object> component = new LinkedHashMap<>(component(manifest));
    component.put(key, value);
    manifest.put("components", new ArrayList<>(List.of(component)));
    return manifest;
  }

  private void write(Backup backup, Map<String, Object> manifest) throws IOException {
    Path file = path(backup.id());
    byte[] document = JsonObject.write(manifest);
    Files.write(file, document);
    Files.writeString(
        file.resolveSibling(file.getFileName() + ".sha256"),
        CodecPipeline.digest(document).sha256() + "  " + file.getFileName() + "\n");
  }
}
