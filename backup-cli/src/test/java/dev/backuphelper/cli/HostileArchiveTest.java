package dev.backuphelper.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.ExportedBackup;
import dev.backuphelper.codec.BrokenStreamException;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.internal.engine.Failures;
import dev.backuphelper.model.Backup;
import dev.backuphelper.report.ImportReport;
import dev.backuphelper.source.sqlite.SqliteSource;
import dev.backuphelper.store.FileSequence;
import dev.backuphelper.testing.Effort;
import dev.backuphelper.testing.Folders;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipParameters;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Archives that somebody forged or that were damaged: each is refused with a reason, and leaves
 * nothing behind.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class HostileArchiveTest {
  private static final int BLOCK = 512;

  private final Path folder = Folders.create();
  private final Path here = folder.resolve("here");
  private final Path there = folder.resolve("there");
  private Backup backup;
  private byte[] tar;

  @BeforeEach
  void export() throws IOException {
    Path database = folder.resolve("app.db");
    Database.execute(database, "pragma page_size = 512", "create table t (x)");
    backup =
        BackupHelper.builder().source(SqliteSource.of(database)).directory(here).build().create();
    tar = archive(ArchiveFormat.TAR);
  }

  @AfterEach
  void delete() {
    Folders.delete(folder);
  }

  private byte[] archive(ArchiveFormat format) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ExportedBackup exported =
            BackupHelper.builder().directory(here).build().export(backup.id());
        OutputStream compressed = format.compress(out)) {
      TarWriter.write(exported, compressed);
    }
    return out.toByteArray();
  }

  private ImportReport importAll(InputStream archive) throws IOException {
    try (TarReader files = new TarReader(archive, "the archive")) {
      return BackupHelper.builder().directory(there).build().importFrom(files);
    }
  }

  private void requireRefused(String message, InputStream archive) {
    BackupException failure =
        catchThrowableOfType(
            BackupException.class,
            () -> Failures.translate("cannot open the archive", () -> importAll(archive)));
    assertThat(failure).as(message).isNotNull();
    assertThat(failure).hasMessageContaining(message);
    assertThat(failure.code()).as(failure.getMessage()).isEqualTo(ErrorCode.CORRUPT);
    assertThat(Folders.names(there)).allMatch(name -> name.startsWith(".lock"));
  }

  private void requireRefused(String message, byte[] archive) {
    requireRefused(message, new ByteArrayInputStream(archive));
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  /** Returns a header as the library writes it, without what would follow. */
  private static byte[] header(String name, byte type, Consumer<TarArchiveEntry> change)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name, type, true);
    change.accept(entry);
    byte[] header = new byte[BLOCK];
    entry.writeEntryHeader(header);
    return header;
  }

  private String manifest() {
    return "backup-metadata." + backup.id() + ".json";
  }

  @ParameterizedTest
  @EnumSource(ArchiveFormat.class)
  void a_sound_archive_is_imported(ArchiveFormat format) throws IOException {
    ImportReport report = importAll(new ByteArrayInputStream(archive(format)));

    assertThat(report.imported()).containsExactly(backup.id());
  }

  @Test
  void what_is_no_regular_file_is_refused() throws IOException {
    byte[] types = {
      TarConstants.LF_LINK,
      TarConstants.LF_SYMLINK,
      TarConstants.LF_CHR,
      TarConstants.LF_BLK,
      TarConstants.LF_DIR,
      TarConstants.LF_FIFO,
      TarConstants.LF_CONTIG,
      TarConstants.LF_GNUTYPE_SPARSE,
      TarConstants.LF_GNUTYPE_LONGLINK,
      TarConstants.LF_PAX_EXTENDED_HEADER_LC,
      TarConstants.LF_PAX_GLOBAL_EXTENDED_HEADER,
      TarConstants.LF_MULTIVOLUME
    };
    for (byte type : types) {
      byte[] header = header(manifest(), type, entry -> entry.setLinkName("/etc/passwd"));

      requireRefused("is no regular file, but of type", joined(header, tar));
    }
  }

  @Test
  void names_that_lead_elsewhere_are_refused() throws IOException {
    for (String name : new String[] {"/etc/passwd", "../x", "a/" + manifest(), "./" + manifest()}) {
      byte[] header = header(name, TarConstants.LF_NORMAL, entry -> entry.setSize(0));

      requireRefused("does not begin with the manifest", joined(header, tar));
    }
  }

  @Test
  void sizes_that_lie_are_refused() throws IOException {
    byte[] huge =
        header(manifest(), TarConstants.LF_NORMAL, entry -> entry.setSize(8_000_000_000L));
    requireRefused("has 8000000000 bytes, at most 16777216", joined(huge, tar));

    byte[] negative = header(manifest(), TarConstants.LF_NORMAL, entry -> entry.setSize(0));
    Arrays.fill(negative, 124, 136, (byte) 0xff);
    requireRefused("or a header is damaged", joined(sealed(negative), tar));
  }

  /** Writes the sum of a header anew. */
  private static byte[] sealed(byte[] header) {
    Arrays.fill(header, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte each : header) {
      sum += each & 0xff;
    }
    byte[] digits = "%06o\0 ".formatted(sum).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(digits, 0, header, 148, digits.length);
    return header;
  }

  @Test
  void sizes_of_many_gigabytes_are_written_and_read() throws IOException {
    long size = 10L << 30;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    FileSequence.Entry large =
        new FileSequence.Entry("x", size, Instant.EPOCH, InputStream.nullInputStream());
    assertThatThrownBy(() -> TarWriter.write(one(large), out)).hasMessageContaining("10737418240");

    try (TarReader files = new TarReader(new ByteArrayInputStream(out.toByteArray()), "x")) {
      assertThat(files.next().orElseThrow().size()).isEqualTo(size);
    }
  }

  private static FileSequence one(FileSequence.Entry entry) {
    return new FileSequence() {
      @Override
      public String location() {
        return "one file";
      }

      @Override
      public Optional<Entry> next() {
        return Optional.of(entry);
      }

      @Override
      public void close() {}
    };
  }

  @Test
  void long_names_are_bounded() throws IOException {
    byte[] type = new byte[] {TarConstants.LF_GNUTYPE_LONGNAME};
    byte[] endless =
        header(TarConstants.GNU_LONGLINK, type[0], entry -> entry.setSize(4_000_000_000L));
    requireRefused("a name has 4000000000 bytes", joined(endless, tar));

    byte[] two = header(TarConstants.GNU_LONGLINK, type[0], entry -> entry.setSize(2));
    byte[] name = Arrays.copyOf(new byte[] {'a', 0}, BLOCK);
    requireRefused("is no regular file, but of type 'L'", joined(two, name, two, name, tar));
    requireRefused("it ends after the name", joined(two, name, new byte[2 * BLOCK]));
    requireRefused("has no end", joined(two, Arrays.copyOf(new byte[] {'a', 'b'}, BLOCK), tar));
  }

  @Test
  void what_is_no_archive_is_refused() {
    requireRefused("a header is missing", new byte[0]);
    requireRefused("a header is missing", new byte[100]);
    requireRefused("does not begin with the manifest", new byte[2 * BLOCK]);
    requireRefused("it is no tar archive", "x".repeat(BLOCK).getBytes(StandardCharsets.US_ASCII));
    requireRefused("cannot be inflated as gzip", new byte[] {0x1f, (byte) 0x8b, 8, 0, 0});
    requireRefused(
        "cannot be inflated as zstd", new byte[] {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 1, 2});
  }

  @Test
  void what_follows_the_end_is_refused() throws IOException {
    requireRefused("something follows its end", joined(tar, new byte[] {1}));
    requireRefused("something follows its end", joined(tar, new byte[20 * BLOCK + 1]));
    requireRefused("something follows its end", joined(tar, tar));
    for (ArchiveFormat format : new ArchiveFormat[] {ArchiveFormat.GZIP, ArchiveFormat.ZSTD}) {
      requireRefused("cannot be inflated", joined(archive(format), new byte[] {1, 2, 3, 4, 5}));
      requireRefused("cannot be inflated", joined(archive(format), new byte[1]));
      requireRefused("something follows its end", joined(archive(format), archive(format)));
    }
    assertThat(importAll(new ByteArrayInputStream(joined(tar, new byte[18 * BLOCK]))).imported())
        .hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(
      value = ArchiveFormat.class,
      names = {"GZIP", "ZSTD"})
  void a_bomb_is_not_inflated(ArchiveFormat format) throws IOException {
    // A manifest of 16 MiB of blanks, then 4 GiB where a small file is expected.
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream compressed = format.compress(out)) {
      compressed.write(header("x", TarConstants.LF_NORMAL, entry -> entry.setSize(4L << 30)));
      byte[] zeros = new byte[1 << 20];
      for (int count = 0; count < 64; count++) {
        compressed.write(zeros);
      }
    }
    CountingInput counted = new CountingInput(new ByteArrayInputStream(out.toByteArray()));

    requireRefused("does not begin with the manifest", counted);

    assertThat(out.size()).isGreaterThan(1000);
    assertThat(counted.count).as("read of %d", out.size()).isLessThanOrEqualTo(1 << 16);
  }

  /** Returns the beginning of a gzip stream whose name, or whose comment, goes on and on. */
  static byte[] withLongHeader(int flag) {
    byte[] endless = new byte[8 << 20];
    Arrays.fill(endless, (byte) 'a');
    return joined(new byte[] {0x1f, (byte) 0x8b, 8, (byte) flag, 0, 0, 0, 0, 0, 3}, endless);
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 16})
  void an_endless_header_of_gzip_is_not_kept(int flag) {
    CountingInput counted = new CountingInput(new ByteArrayInputStream(withLongHeader(flag)));

    requireRefused("gzip: its header has more than 65536 bytes", counted);

    assertThat(counted.count).isLessThanOrEqualTo(2 << 16);
  }

  @Test
  void a_header_of_gzip_with_a_name_and_a_comment_is_read() throws IOException {
    GzipParameters header = new GzipParameters();
    header.setFileName("x".repeat(1000) + ".tar");
    header.setComment("y".repeat(60_000));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream compressed = new GzipCompressorOutputStream(out, header)) {
      compressed.write(tar);
    }

    assertThat(importAll(new ByteArrayInputStream(out.toByteArray())).imported()).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(ArchiveFormat.class)
  void an_archive_that_is_cut_off_is_called_that(ArchiveFormat format) throws IOException {
    byte[] archive = archive(format);
    for (int length : new int[] {7, 100, archive.length / 2, archive.length - 1}) {
      requireRefused("it is cut off", Arrays.copyOf(archive, length));
    }
  }

  private static final class CountingInput extends FilterInputStream {
    private long count;

    CountingInput(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int read = super.read(buffer, offset, length);
      count += Math.max(read, 0);
      return read;
    }
  }

  @Test
  void a_disk_that_cannot_be_read_is_no_damage() {
    InputStream failing =
        new SequenceInputStream(
            new ByteArrayInputStream(tar, 0, 3000),
            new InputStream() {
              @Override
              public int read() throws IOException {
                throw new IOException("bad sector");
              }

              @Override
              public int read(byte[] buffer, int offset, int length) throws IOException {
                return read();
              }
            });

    BackupException failure = catchThrowableOfType(BackupException.class, () -> importAll(failing));

    assertThat(failure.code()).isEqualTo(ErrorCode.IO_FAILED);
    assertThat(failure).hasMessageContaining("bad sector");
    assertThat(Folders.names(there)).allMatch(name -> name.startsWith(".lock"));
  }

  /** Damage is found; or it is where nothing is kept, as the time in a header of gzip. */
  @ParameterizedTest
  @EnumSource(ArchiveFormat.class)
  void any_byte_that_changes_is_found_or_changes_nothing(ArchiveFormat format) throws IOException {
    Random random = new Random(Effort.SEED);
    byte[] archive = archive(format);
    int harmless = 0;
    int step = Effort.THOROUGH ? 1 : Math.max(1, archive.length / 300);
    for (int index = random.nextInt(step); index < archive.length; index += step) {
      byte[] forged = archive.clone();
      forged[index] ^= (byte) (1 << random.nextInt(8));
      harmless += imports(forged, "byte " + index) ? 1 : 0;
    }
    Effort.report("%s: %d changes did no harm".formatted(format, harmless));
    assertThat(harmless).isLessThan(20);
  }

  @ParameterizedTest
  @EnumSource(ArchiveFormat.class)
  void any_archive_that_is_cut_off_is_refused(ArchiveFormat format) throws IOException {
    byte[] archive = archive(format);
    int step = Effort.THOROUGH ? 1 : Math.max(1, archive.length / 200);
    for (int length = archive.length - 1; length >= 0; length -= step) {
      assertThat(imports(Arrays.copyOf(archive, length), "length " + length))
          .as("cut to %d of %d", length, archive.length)
          .isFalse();
    }
  }

  /** Returns whether an archive was taken over, which is the same backup then. */
  private boolean imports(byte[] archive, String what) throws IOException {
    try {
      importAll(new ByteArrayInputStream(archive));
    } catch (BackupException refused) {
      assertThat(refused.code())
          .as("%s (seed %d): %s", what, Effort.SEED, refused.getMessage())
          .isEqualTo(ErrorCode.CORRUPT);
      assertThat(Folders.names(there)).allMatch(name -> name.startsWith(".lock"));
      return false;
    } catch (BrokenStreamException refused) {
      return false;
    }
    for (String name : Folders.names(there)) {
      if (!name.startsWith(".lock")) {
        assertThat(there.resolve(name))
            .as("%s (seed %d)", what, Effort.SEED)
            .hasSameBinaryContentAs(here.resolve(name));
      }
    }
    Folders.delete(there);
    return true;
  }

  @Test
  void archives_of_other_programs_are_read() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TarArchiveOutputStream other = new TarArchiveOutputStream(out, 20 * BLOCK);
        TarReader files = new TarReader(new ByteArrayInputStream(tar), "ours")) {
      for (var next = files.next(); next.isPresent(); next = files.next()) {
        TarArchiveEntry entry = new TarArchiveEntry(next.get().name());
        entry.setSize(next.get().size());
        entry.setUserName("somebody");
        other.putArchiveEntry(entry);
        next.get().content().transferTo(other);
        other.closeArchiveEntry();
      }
    }

    assertThat(importAll(new ByteArrayInputStream(out.toByteArray())).imported()).hasSize(1);
  }
}
