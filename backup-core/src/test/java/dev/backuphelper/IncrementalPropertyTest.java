package dev.backuphelper;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.codec.CodecPipeline;
import dev.backuphelper.codec.TestEncryption;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.BackupType;
import dev.backuphelper.model.Component;
import dev.backuphelper.model.Compression;
import dev.backuphelper.model.CompressionCodec;
import dev.backuphelper.source.sqlite.SqliteSource;
import dev.backuphelper.testing.Effort;
import dev.backuphelper.testing.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeTry;

/**
 * Any history of a database, backed up as any mix of types: each backup leads to the very bytes
 * that a full one of the same moment holds.
 */
class IncrementalPropertyTest {
  private static final List<BackupType> TYPES = List.of(BackupType.values());
  private static final List<CompressionCodec> CODECS = List.of(CompressionCodec.values());
  private static final Map<BackupType, Integer> MADE = new EnumMap<>(BackupType.class);

  private Path folder;

  @BeforeTry
  void makeFolder() {
    folder = Folders.create();
  }

  @AfterTry
  void deleteFolder() {
    Folders.delete(folder);
  }

  /** One database, its backups, and a full backup of each moment in another store. */
  private final class History {
    private final Random random;
    private final boolean encrypted;
    private final SampleDatabase app;
    private final BackupHelper backups;
    private final BackupHelper wholes;
    private final Map<BackupId, Component> expected = new LinkedHashMap<>();

    History(long seed, boolean encrypted) {
      this.random = new Random(seed);
      this.encrypted = encrypted;
      app =
          SampleDatabase.create(
              folder.resolve("app.db"), random.nextBoolean() ? "wal" : "delete", 1024);
      app.execute(
          "CREATE TABLE note(id INTEGER PRIMARY KEY, body BLOB)",
          "CREATE INDEX bodies ON note(body)");
      grow();
      backups = helper("backups");
      wholes =
          BackupHelper.builder()
              .source(SqliteSource.of(app.path()))
              .directory(folder.resolve("wholes"))
              .build();
    }

    private BackupHelper helper(String store) {
      BackupHelper.Builder builder =
          BackupHelper.builder()
              .source(SqliteSource.of(app.path()))
              .directory(folder.resolve(store));
      return encrypted ? builder.encryption(TestEncryption.of("key")).build() : builder.build();
    }

    private void grow() {
      app.execute(
          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
                  .formatted(1 + random.nextInt(60))
              + " INSERT INTO note(body) SELECT randomblob(%d) FROM n"
                  .formatted(random.nextInt(1500)));
    }

    void change() {
      switch (random.nextInt(10)) {
        case 0 -> grow();
        case 1 -> app.execute("DELETE FROM note WHERE id % 3 = " + random.nextInt(3));
        case 2 -> app.execute("DELETE FROM note WHERE id > " + random.nextInt(40), "VACUUM");
        case 3 -> app.execute("VACUUM");
        case 4 ->
            app.execute(
                "PRAGMA journal_mode=delete",
                "PRAGMA page_size=" + (512 << random.nextInt(4)),
                "VACUUM");
        case 5 -> app.execute("PRAGMA journal_mode=" + (random.nextBoolean() ? "wal" : "delete"));
        case 6 -> app.execute("PRAGMA user_version=" + random.nextInt(1000));
        case 7 -> restore();
        default ->
            app.execute(
                "UPDATE note SET body = randomblob(%d) WHERE id %% 17 = %d"
                    .formatted(random.nextInt(900), random.nextInt(17)));
      }
    }

    private void restore() {
      List<BackupId> ids = List.copyOf(expected.keySet());
      if (!ids.isEmpty()) {
        backups.restore(ids.get(random.nextInt(ids.size())));
      }
    }

    void backUp() {
      CreateRequest.Builder request = CreateRequest.builder();
      int type = random.nextInt(5);
      if (type < TYPES.size()) {
        request.type(TYPES.get(type));
      } else {
        request.automaticType();
      }
      if (random.nextBoolean()) {
        request.compress(Compression.of(CODECS.get(random.nextInt(CODECS.size()))));
      }
      Backup backup = backups.create(request.build());
      MADE.merge(backup.type(), 1, Integer::sum);
      expected.put(backup.id(), wholes.create().components().get(0));
    }

    void check() throws IOException {
      for (Map.Entry<BackupId, Component> moment : expected.entrySet()) {
        Component whole = moment.getValue();
        Backup backup = backups.unlock(backups.find(moment.getKey()).orElseThrow());
        assertThat(backup.components().get(0).originalSha256()).isEqualTo(whole.originalSha256());
        Path target = folder.resolve("target-" + moment.getKey());
        backups.restore(RestoreRequest.of(moment.getKey()).to(target).build());
        assertThat(normalized(target))
            .isEqualTo(normalized(folder.resolve("wholes").resolve(whole.file())));
      }
      assertThat(backups.verifyAll().allValid()).isTrue();
    }

    // The restored one asks for the journal mode of the live database; its backups never do.
    private String normalized(Path image) throws IOException {
      byte[] bytes = Files.readAllBytes(image);
      bytes[18] = 1;
      bytes[19] = 1;
      return CodecPipeline.digest(bytes).sha256();
    }
  }

  @Property(tries = 16)
  void anyHistory_isRestoredByteByByte(
      @ForAll long seed, @ForAll boolean encrypted, @ForAll @IntRange(min = 2, max = 9) int moments)
      throws IOException {
    History history = new History(seed, encrypted);
    for (int moment = 0; moment < moments * Effort.of(1, 3); moment++) {
      history.change();
      history.backUp();
    }
    history.check();
  }

  @AfterContainer
  static void print() {
    Effort.report("histories were backed up as " + MADE);
    assertThat(MADE.keySet()).containsExactlyInAnyOrder(BackupType.values());
  }
}
