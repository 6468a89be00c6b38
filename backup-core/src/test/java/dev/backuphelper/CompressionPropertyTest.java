package dev.backuphelper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backuphelper.codec.CodecPipeline;
import dev.backuphelper.codec.Digest;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.Compression;
import dev.backuphelper.model.CompressionCodec;
import dev.backuphelper.report.VerifyReport;
import dev.backuphelper.source.sqlite.SqliteSource;
import dev.backuphelper.testing.Folders;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeTry;

/** Compression of any content: what comes back is what was there, or it is told. */
class CompressionPropertyTest {
  private Path folder;

  @BeforeTry
  void makeFolder() {
    folder = Folders.create();
  }

  @AfterTry
  void deleteFolder() {
    Folders.delete(folder);
  }

  @Provide
  Arbitrary<Compression> compressions() {
    return Arbitraries.of(CompressionCodec.values())
        .flatMap(
            codec ->
                Combinators.combine(
                        Arbitraries.integers().between(1, codec.bestLevel()),
                        Arbitraries.integers().between(0, codec == CompressionCodec.ZSTD ? 3 : 0))
                    .as((level, workers) -> new Compression(codec, level, workers)));
  }

  // Runs of one byte between bytes of no pattern: what compresses well, and what does not at all.
  private static byte[] content(int size, int run, long seed) {
    Random random = new Random(seed);
    byte[] content = new byte[size];
    random.nextBytes(content);
    for (int at = 0; at < size; at += run * 2) {
      Arrays.fill(content, at, Math.min(size, at + run), (byte) random.nextInt());
    }
    return content;
  }

  @Property(tries = 150)
  void anyBytes_comeBack_withinTheRoomThatWasAskedFor(
      @ForAll("compressions") Compression compression,
      @ForAll @IntRange(max = 700_000) int size,
      @ForAll @IntRange(min = 1, max = 5000) int run,
      @ForAll long seed)
      throws IOException {
    byte[] content = content(size, run, seed);
    Path image = Files.write(folder.resolve("image"), content);
    Path artifact = Files.createFile(folder.resolve("artifact"));
    Path back = folder.resolve("back");

    var packed = CodecPipeline.encode(image, artifact, compression, null, () -> false);

    assertThat(packed.image()).isEqualTo(CodecPipeline.digest(content));
    assertThat(packed.stored()).isEqualTo(CodecPipeline.digest(artifact));
    assertThat(packed.stored().size()).isLessThanOrEqualTo(CodecPipeline.mostStored(size));
    try (var in = Files.newInputStream(artifact);
        OutputStream out = Files.newOutputStream(back)) {
      var inflated = CodecPipeline.decode(in, compression.codec(), null, out, size);
      assertThat(inflated.problem()).isEmpty();
      assertThat(inflated.digests()).isEqualTo(packed);
    }
    assertThat(back).hasBinaryContent(content);
  }

  @Property(tries = 150)
  void aChangedByte_orACut_neverGivesOtherBytesUnnoticed(
      @ForAll("compressions") Compression compression,
      @ForAll @IntRange(min = 1, max = 200_000) int size,
      @ForAll @IntRange(max = 999_999) int millionth,
      @ForAll @IntRange(min = 1, max = 255) int change,
      @ForAll boolean cut)
      throws IOException {
    byte[] content = content(size, 300, size);
    Path image = Files.write(folder.resolve("image"), content);
    Path artifact = Files.createFile(folder.resolve("artifact"));
    Digest stored = CodecPipeline.encode(image, artifact, compression, null, () -> false).stored();
    byte[] bytes = Files.readAllBytes(artifact);
    int at = (int) ((long) bytes.length * millionth / 1_000_000);
    byte[] harmed = cut ? Arrays.copyOf(bytes, at) : bytes.clone();
    if (!cut) {
      harmed[at] ^= (byte) change;
    }

    try (var in = new java.io.ByteArrayInputStream(harmed);
        var out = new java.io.ByteArrayOutputStream()) {
      var inflated = CodecPipeline.decode(in, compression.codec(), null, out, size);

      assertThat(inflated.digests().stored()).isEqualTo(CodecPipeline.digest(harmed));
      assertThat(inflated.digests().stored()).isNotEqualTo(stored);
      assertThat(out.size()).isLessThanOrEqualTo(size);
      // The streams' own checksums find it too, but for bytes that say nothing of the content.
      assertThat(
              inflated.problem().isPresent()
                  || inflated.digests().image().size() < size
                  || Arrays.equals(out.toByteArray(), content))
          .isTrue();
    }
  }

  @Property(tries = 12)
  void anyDatabase_isRestored_andAnyHarmToItIsTold(
      @ForAll("compressions") Compression compression,
      @ForAll boolean wal,
      @ForAll @IntRange(max = 400) int rows,
      @ForAll @IntRange(max = 3000) int length,
      @ForAll @IntRange(max = 999_999) int millionth,
      @ForAll boolean cut)
      throws IOException {
    SampleDatabase app =
        SampleDatabase.create(folder.resolve("app.db"), wal ? "wal" : "delete", 1024);
    app.execute(
        "CREATE TABLE blob(data)",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
                .formatted(rows)
            + " INSERT INTO blob SELECT CASE i %% 2 WHEN 0 THEN randomblob(%1$d) ELSE zeroblob(%1$d) END FROM n"
                .formatted(length));
    Path store = folder.resolve("backups");
    BackupHelper backups =
        BackupHelper.builder().source(SqliteSource.of(app.path())).directory(store).build();
    Backup backup = backups.create(CreateRequest.builder().compress(compression).build());
    Path target = folder.resolve("target.db");

    backups.restore(RestoreRequest.of(backup.id()).to(target).build());

    String sum = "SELECT count(*) || ' ' || coalesce(group_concat(hex(data)), '') FROM blob";
    assertThat(SampleDatabase.at(target).query(sum)).isEqualTo(app.query(sum));
    harm(store.resolve(backup.components().get(0).file()), millionth, cut);
    Path other = folder.resolve("other.db");
    VerifyReport report = backups.verify(backup.id());
    assertThat(report.allValid()).isFalse();
    assertThat(report.files().get(0).obstacle()).isEmpty();
    BackupException refused =
        catchThrowableOfType(
            BackupException.class,
            () -> backups.restore(RestoreRequest.of(backup.id()).to(other).build()));
    assertThat(refused.code()).isEqualTo(ErrorCode.CORRUPT);
    assertThat(other).doesNotExist();
  }

  private static void harm(Path artifact, int millionth, boolean cut) throws IOException {
    byte[] bytes = Files.readAllBytes(artifact);
    int at = (int) ((long) bytes.length * millionth / 1_000_000);
    bytes[at] ^= 1;
    Files.write(artifact, cut ? Arrays.copyOf(bytes, at) : bytes);
  }
}
