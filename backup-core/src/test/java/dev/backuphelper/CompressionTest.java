package dev.backuphelper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backuphelper.codec.CodecPipeline;
import dev.backuphelper.codec.CompressedImage;
import dev.backuphelper.codec.Digest;
import dev.backuphelper.crash.StoreDecorator;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.CheckLevel;
import dev.backuphelper.model.Component;
import dev.backuphelper.model.Compression;
import dev.backuphelper.model.CompressionCodec;
import dev.backuphelper.report.CompareReport;
import dev.backuphelper.report.VerifyReport;
import dev.backuphelper.report.VerifyReport.VerifiedFile;
import dev.backuphelper.source.sqlite.SqliteSource;
import dev.backuphelper.store.StagedFile;
import dev.backuphelper.store.local.LocalStore;
import dev.backuphelper.testing.ChildJvm;
import dev.backuphelper.testing.Folders;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Backups whose artifacts are compressed: made, read back, and harmed. */
class CompressionTest {
  private static final int MEGABYTE = 1 << 20;

  @TempDir private Path folder;
  private Path store;
  private SampleDatabase app;
  private SampleDatabase orders;
  private BackupHelper backups;

  @BeforeEach
  void prepare() {
    store = folder.resolve("backups");
    app = SampleDatabase.create(folder.resolve("app.db"), "wal", 4096);
    orders = SampleDatabase.create(folder.resolve("orders.db"), "delete", 1024);
    for (SampleDatabase database : List.of(app, orders)) {
      database.execute(
          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)"
              + " INSERT INTO item(name) SELECT 'item number ' || (i * i) FROM n");
    }
    backups = helper(LocalStore.in(store));
  }

  private BackupHelper helper(dev.backuphelper.store.Store in) {
    return BackupHelper.builder()
        .sources(List.of(SqliteSource.of(app.path()), SqliteSource.of(orders.path())))
        .store(in)
        .build();
  }

  private Backup create(Compression compression) {
    return backups.create(CreateRequest.builder().compress(compression).build());
  }

  private Path file(Component component) {
    return store.resolve(component.file());
  }

  private static long size(Path file) {
    return file.toFile().length();
  }

  private static CompressionCodec codec(String key) {
    return CompressionCodec.of(key).orElseThrow();
  }

  @ParameterizedTest
  @CsvSource({"zstd, 1, 0", "zstd, 3, 2", "zstd, 19, 1", "gzip, 1, 0", "gzip, 6, 0", "gzip, 9, 0"})
  void whatIsCompressed_isReadBackEverywhere(String key, int level, int workers) {
    CompressionCodec codec = codec(key);

    Backup backup = create(new Compression(codec, level, workers));

    assertThat(backup.manifest().compression()).isEqualTo(key);
    assertThat(backup.size()).isPositive().isLessThan(size(app.path()) * 3 / 4);
    for (Component component : backup.components()) {
      assertThat(component.file())
          .isEqualTo(component.name() + ".backup." + backup.id() + codec.suffix());
      assertThat(component.size()).isEqualTo(size(file(component)));
      assertThat(component.originalSize()).isGreaterThan(component.size());
    }
    for (CheckLevel checks : CheckLevel.values()) {
      VerifyReport report =
          backups.verify(VerifyRequest.builder().id(backup.id()).level(checks).build());
      assertThat(report.allValid()).isTrue();
      assertThat(report.files())
          .extracting(VerifiedFile::size)
          .containsExactlyElementsOf(backup.components().stream().map(Component::size).toList());
    }
    assertThat(backups.compare(backup.id()).components())
        .extracting(CompareReport.Compared::status)
        .containsOnly(CompareReport.Status.IDENTICAL);
    List<String> items = app.items();
    app.execute("DELETE FROM item");
    orders.execute("DROP TABLE item");
    backups.restore(backup.id());
    assertThat(app.items()).isEqualTo(items);
    assertThat(orders.items()).isEqualTo(items);
    assertThat(app.query("PRAGMA journal_mode")).containsExactly("wal");
    assertThat(backups.list().get(0).manifest().compression())
        .as("a safety backup is there to be restored fast")
        .isNull();
    assertThat(Folders.names(store)).noneMatch(name -> name.startsWith(".staging"));
  }

  @ParameterizedTest
  @EnumSource
  void theUsualPrograms_giveTheImage(CompressionCodec codec) throws Exception {
    Backup backup = create(Compression.of(codec));
    String program = codec == CompressionCodec.ZSTD ? "zstd" : "gzip";

    for (Component component : backup.components()) {
      Digest image = inflatedBy(program, component);

      assertThat(image.size()).isEqualTo(component.originalSize());
      assertThat(image.sha256()).isEqualTo(component.originalSha256());
      assertThat(CodecPipeline.digest(file(component)).sha256()).isEqualTo(component.sha256());
    }
    Backup plain = backups.create();
    assertThat(plain.components())
        .extracting(Component::sha256)
        .isEqualTo(backup.components().stream().map(Component::originalSha256).toList());
  }

  // Where there is no such program, its library must do.
  private Digest inflatedBy(String program, Component component) throws Exception {
    Process process;
    try {
      process = new ProcessBuilder(program, "-dc", file(component).toString()).start();
    } catch (IOException missing) {
      Path image = Files.createTempFile(folder, "image", "");
      CompressionCodec codec = CompressedImage.codec(file(component)).orElseThrow();
      CompressedImage.inflate(file(component), codec, image, component.originalSize());
      return CodecPipeline.digest(image);
    }
    Digest image = CodecPipeline.digest(process.getInputStream());
    assertThat(process.waitFor()).isZero();
    return image;
  }

  @Test
  void aDatabaseThatIsDamaged_isBackedUpAsSuch_andRestoredAsItIs() {
    long size = size(orders.path());
    orders.overwrite(size - 1024, new byte[1024]);
    BackupHelper one =
        BackupHelper.builder().source(SqliteSource.of(orders.path())).directory(store).build();

    Backup backup = one.create(CreateRequest.builder().compress(Compression.zstd()).build());

    assertThat(backup.damaged()).isTrue();
    VerifiedFile found = one.verify(backup.id()).files().get(0);
    assertThat(found.error().orElseThrow()).contains("was damaged when it was backed up");
    Path copy = folder.resolve("copy.db");
    one.restore(RestoreRequest.of(backup.id()).to(copy).build());
    assertThat(size(copy)).isEqualTo(size);
  }

  @Test
  void aSafetyBackup_isCompressedWhenAsked_andUndoesTheMigration() {
    Backup safety =
        backups.create(CreateRequest.builder().safety("v2").compress(Compression.gzip()).build());
    List<String> items = app.items();
    app.execute("DELETE FROM item");

    backups.restore(safety.id());

    assertThat(app.items()).isEqualTo(items);
  }

  @ParameterizedTest
  @EnumSource
  void aStreamThatGoesOn_isNotInflatedPastTheImage(CompressionCodec codec) throws IOException {
    Backup backup = create(Compression.of(codec));
    Component component = backup.components().get(0);
    byte[] image = inflate(component, codec);
    StoredBackup stored = new StoredBackup(store, backup);
    stored.replace(component, deflate(codec, image, new byte[64 * MEGABYTE]));
    AtomicLong largest = new AtomicLong();

    assertCorrupt(measuring(largest), backup, "it inflates past " + image.length + " bytes");

    assertThat(largest.get()).isLessThanOrEqualTo(image.length);
  }

  @ParameterizedTest
  @EnumSource
  void aManifestThatBoasts_isNotBelieved(CompressionCodec codec) throws IOException {
    Backup backup = create(Compression.of(codec));
    Component component = backup.components().get(0);
    new StoredBackup(store, backup).boast(component, Long.MAX_VALUE);

    assertCorrupt(backups, backup, "it inflates to " + component.originalSize() + " bytes");
  }

  @ParameterizedTest
  @EnumSource
  void aStreamThatIsTooShort_orTorn_isCorrupt(CompressionCodec codec) throws IOException {
    Backup backup = create(Compression.of(codec));
    Component component = backup.components().get(0);
    byte[] whole = Files.readAllBytes(file(component));
    byte[] image = inflate(component, codec);
    StoredBackup stored = new StoredBackup(store, backup);

    stored.replace(component, deflate(codec, Arrays.copyOf(image, image.length - 512)));
    assertCorrupt(backups, backup, "it inflates to " + (image.length - 512) + " bytes");
    stored.replace(component, Arrays.copyOf(whole, whole.length / 2));
    assertCorrupt(backups, backup, "it cannot be inflated as " + codec.key());
    stored.replace(component, "no such stream".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    assertCorrupt(backups, backup, "it cannot be inflated as " + codec.key());
    stored.replace(component, new byte[0]);
    assertCorrupt(backups, backup, codec == CompressionCodec.ZSTD ? "inflate" : "as gzip");
    byte[] other = image.clone();
    other[image.length - 1] ^= 1;
    stored.replace(component, deflate(codec, other));
    assertCorrupt(backups, backup, "the SHA-256 of what it inflates to is not the one");
  }

  @Test
  void garbageAfterTheFrame_isCorrupt() throws IOException {
    Backup backup = create(Compression.zstd());
    Component component = backup.components().get(0);
    byte[] whole = Files.readAllBytes(file(component));
    StoredBackup stored = new StoredBackup(store, backup);

    for (int length : new int[] {1, 2, 3, 4, 5, 9, 1000}) {
      byte[] longer = Arrays.copyOf(whole, whole.length + length);
      Arrays.fill(longer, whole.length, longer.length, (byte) 'x');
      stored.replace(component, longer);
      assertCorrupt(backups, backup, "it cannot be inflated as zstd");
    }
  }

  private void assertCorrupt(BackupHelper helper, Backup backup, String problem) {
    VerifyReport report = helper.verify(backup.id());
    assertThat(report.files().get(0).error().orElseThrow())
        .startsWith("validation failed: ")
        .contains(problem);
    assertThat(report.files().get(0).obstacle()).isEmpty();
    assertThat(report.files().get(1).valid()).isTrue();
    Path target = folder.resolve("target");
    BackupException refused =
        catchThrowableOfType(
            BackupException.class,
            () -> helper.restore(RestoreRequest.of(backup.id()).to(target).build()));
    assertThat(refused.code()).isEqualTo(ErrorCode.CORRUPT);
    assertThat(refused).hasMessageContaining(problem);
    assertThat(target.resolve("app.db")).doesNotExist();
    assertThat(Folders.names(store)).noneMatch(name -> name.startsWith(".staging"));
  }

  @Test
  void anImageThatDiffers_isRestoredIfSomebodyInsists() throws IOException {
    Backup backup = create(Compression.zstd());
    Component component = backup.components().get(0);
    app.execute("INSERT INTO item(name) VALUES ('more')");
    Backup other = create(Compression.zstd());
    Files.copy(
        file(other.components().get(0)),
        file(component),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    Path target = folder.resolve("target");
    RestoreRequest.Builder request = RestoreRequest.of(backup.id()).to(target);

    BackupException refused =
        catchThrowableOfType(BackupException.class, () -> backups.restore(request.build()));
    assertThat(refused.code()).isEqualTo(ErrorCode.CORRUPT);
    // What differs may still be the best that there is.
    backups.restore(request.unverified().build());
    assertThat(SampleDatabase.at(target.resolve("app.db")).items()).endsWith("more");
  }

  @Test
  void aStoreThatCannotBeWritten_isVerifiedAllTheSame() {
    Backup backup = create(Compression.zstd());
    BackupHelper readOnly =
        helper(
            new StoreDecorator(LocalStore.in(store)) {
              @Override
              public StagedFile stage() throws IOException {
                throw new AccessDeniedException(store.toString());
              }
            });

    assertThat(readOnly.verify(backup.id()).allValid()).isTrue();
  }

  @Test
  void aLibraryThatCannotBeLoaded_isSaidBeforeAnythingIsDone() {
    Backup backup = create(Compression.zstd());

    try (ChildJvm child =
        ChildJvm.startWith(
            List.of("-DZstdTempFolder=" + folder.resolve("missing")),
            folder,
            WithoutLibrary.class,
            folder)) {
      assertThat(child.readAll())
          .containsExactly(
              "IO_FAILED",
              "Use gzip, or name a folder from which programs may be run:"
                  + " -DZstdTempFolder=FOLDER",
              "UNSUPPORTED_FORMAT",
              "IO_FAILED",
              "gzip");
    }
    assertThat(backups.verify(backup.id()).allValid()).isTrue();
    assertThat(backups.list()).hasSize(2);
  }

  /** Where programs may not be run from the temporary folder. */
  static final class WithoutLibrary {
    private WithoutLibrary() {}

    @SuppressWarnings("SystemOut") // its output is what the parent waits for
    public static void main(String[] arguments) {
      Path folder = Path.of(arguments[0]);
      BackupHelper backups =
          BackupHelper.builder()
              .source(SqliteSource.of(folder.resolve("app.db")))
              .directory(folder.resolve("backups"))
              .build();
      try {
        backups.create(CreateRequest.builder().compress(Compression.zstd()).build());
      } catch (BackupException failure) {
        System.out.println(failure.code());
        System.out.println(failure.hint().orElse(""));
      }
      VerifyReport report = backups.verifyAll();
      System.out.println(report.files().get(0).obstacle().orElseThrow());
      try {
        Path plain = folder.resolve("plain.zst");
        Files.copy(folder.resolve("backups").resolve(report.files().get(0).path()), plain);
        backups.verify(VerifyRequest.builder().file(plain).build());
      } catch (BackupException failure) {
        System.out.println(failure.code());
      } catch (IOException failure) {
        throw new java.io.UncheckedIOException(failure);
      }
      backups.create(CreateRequest.builder().compress(Compression.gzip()).build());
      System.out.println("gzip");
    }
  }

  @Test
  void aPlainFileOfZstd_isVerifiedAndRestored_byItsContent() throws IOException {
    Component component = create(Compression.zstd()).components().get(0);
    Path dumps = Files.createDirectories(folder.resolve("dumps"));
    Path dump = Files.copy(file(component), dumps.resolve("app.sqlite3.zst"));
    Path torn = dumps.resolve("torn.db.zst");
    Files.write(torn, Arrays.copyOf(Files.readAllBytes(dump), 1000));
    Files.setLastModifiedTime(dump, java.nio.file.attribute.FileTime.fromMillis(1_000_000));

    VerifyReport report = backups.verify(VerifyRequest.builder().file(dumps).build());

    assertThat(report.files())
        .extracting(VerifiedFile::path)
        .containsExactly(torn.toString(), dump.toString());
    assertThat(report.files().get(0).error().orElseThrow())
        .contains("it cannot be inflated as zstd");
    assertThat(report.files().get(1).valid()).isTrue();
    Path target = folder.resolve("from-dump.db");
    backups.restore(RestoreRequest.ofFile(dumps).to(target).build());
    assertThat(SampleDatabase.at(target).items()).isEqualTo(app.items());
  }

  @Test
  void aPlainBombOfZstd_isNotInflatedPastWhatItDeclares() throws IOException {
    Component component = create(Compression.zstd()).components().get(0);
    byte[] image = inflate(component, CompressionCodec.ZSTD);
    Path bomb = folder.resolve("bomb.db.zst");
    Files.write(bomb, deflate(CompressionCodec.ZSTD, image, new byte[64 * MEGABYTE]));
    AtomicLong largest = new AtomicLong();

    BackupException refused =
        catchThrowableOfType(
            BackupException.class,
            () ->
                measuring(largest)
                    .restore(RestoreRequest.ofFile(bomb).to(folder.resolve("target.db")).build()));

    assertThat(refused.code()).isEqualTo(ErrorCode.CORRUPT);
    assertThat(refused).hasMessageContaining("inflates past the " + image.length + " bytes");
    assertThat(largest.get()).isLessThanOrEqualTo(image.length);
  }

  @ParameterizedTest
  @CsvSource({
    "zstd, 0, 2",
    "zstd, 20, 2",
    "zstd, 3, -1",
    "zstd, 3, 65",
    "gzip, 10, 0",
    "gzip, 6, 1"
  })
  void settingsThatACodecHasNot_areRefused(String key, int level, int workers) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Compression(codec(key), level, workers))
        .withMessageContaining(key + " has ");
  }

  @Test
  void settings_areThoseThatWereGiven() {
    assertThat(Compression.zstd()).isEqualTo(new Compression(CompressionCodec.ZSTD, 3, 2));
    assertThat(Compression.gzip()).isEqualTo(new Compression(CompressionCodec.GZIP, 6, 0));
    assertThat(Compression.zstd().withLevel(9).withWorkers(0))
        .isEqualTo(new Compression(CompressionCodec.ZSTD, 9, 0));
    assertThat(CompressionCodec.of("zstd")).contains(CompressionCodec.ZSTD);
    assertThat(CompressionCodec.of("lz4")).isEmpty();
  }

  private BackupHelper measuring(AtomicLong largest) {
    return helper(
        new StoreDecorator(LocalStore.in(store)) {
          @Override
          public StagedFile stage() throws IOException {
            StagedFile staged = super.stage();
            return new StagedFile() {
              @Override
              public Path path() {
                return staged.path();
              }

              @Override
              public void publish(String name) throws IOException {
                staged.publish(name);
              }

              @Override
              public void close() throws IOException {
                if (Files.exists(staged.path())) {
                  largest.accumulateAndGet(Files.size(staged.path()), Math::max);
                }
                staged.close();
              }
            };
          }
        });
  }

  private byte[] inflate(Component component, CompressionCodec codec) throws IOException {
    ByteArrayOutputStream image = new ByteArrayOutputStream();
    try (var in = Files.newInputStream(file(component))) {
      CodecPipeline.decode(in, codec, null, image, Long.MAX_VALUE);
    }
    return image.toByteArray();
  }

  private byte[] deflate(CompressionCodec codec, byte[]... parts) throws IOException {
    Path image = Files.createTempFile(folder, "image", "");
    Path artifact = Files.createTempFile(folder, "artifact", "");
    try (var out = Files.newOutputStream(image)) {
      for (byte[] part : parts) {
        out.write(part);
      }
    }
    CodecPipeline.encode(image, artifact, Compression.of(codec), null, () -> false);
    return Files.readAllBytes(artifact);
  }
}
