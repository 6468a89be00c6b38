package dev.backuphelper;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.report.CleanReport;
import dev.backuphelper.report.RestoreReport;
import dev.backuphelper.report.VerifyReport;
import dev.backuphelper.report.VerifyReport.VerifiedFile;
import dev.backuphelper.retention.RetentionPolicy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Database files that nobody vouches for, alone and in folders. */
@Timeout(60)
class PlainFilesTest {
  private static final Instant DAY = Instant.parse("2025-01-10T00:00:00Z");
  private static final int PAGE_COUNT = 28;
  private static final int CHANGE_COUNTER = 24;
  private static final int VERSION_VALID_FOR = 92;

  @TempDir Path directory;

  private Path dumps;
  private SampleDatabase app;
  private BackupHelper helper;

  @BeforeEach
  void makeFolder() throws IOException {
    directory = directory.toRealPath();
    dumps = Files.createDirectory(directory.resolve("dumps"));
    app = SampleDatabase.create(directory.resolve("app.db"));
    helper =
        BackupHelper.builder()
            .directory(directory.resolve("backups"))
            .lockTimeout(Duration.ZERO)
            .build();
  }

  private Path dump(String name, int day) throws IOException {
    Path file = Files.copy(app.path(), dumps.resolve(name));
    return dated(file, day);
  }

  private static Path dated(Path file, int day) throws IOException {
    return Files.setLastModifiedTime(file, FileTime.from(DAY.plus(Duration.ofDays(day))));
  }

  private byte[] image() throws IOException {
    return Files.readAllBytes(app.path());
  }

  /** Returns an image whose header tells of more pages than any disk holds. */
  private byte[] boastfulImage() throws IOException {
    ByteBuffer image = ByteBuffer.wrap(image());
    image.putInt(PAGE_COUNT, -1);
    image.putInt(VERSION_VALID_FOR, image.getInt(CHANGE_COUNTER));
    return image.array();
  }

  private static byte[] gzipped(byte[]... parts) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(bytes)) {
      for (byte[] part : parts) {
        out.write(part);
      }
    }
    return bytes.toByteArray();
  }

  private BackupException failure(Path file) {
    return catchThrowableOfType(
        BackupException.class, () -> helper.verify(VerifyRequest.builder().file(file).build()));
  }

  @Test
  void gzipThatDeclaresMoreThanItCanHold_isCorrupt() throws IOException {
    Path file = Files.write(dumps.resolve("boastful.db.gz"), gzipped(boastfulImage()));

    VerifyReport report = helper.verify(VerifyRequest.builder().file(file).build());

    assertThat(report.files().get(0).error().orElseThrow())
        .contains("validation failed")
        .contains("it declares 17592186040320 bytes");
  }

  @Test
  void gzipOfWhatIsNoDatabase_isNotInflated() throws IOException {
    Path file = Files.write(dumps.resolve("zeros.db.gz"), gzipped(new byte[1 << 20]));

    VerifyReport report = helper.verify(VerifyRequest.builder().file(file).build());

    assertThat(report.files().get(0).valid()).isFalse();
    assertThat(report.files().get(0).error().orElseThrow())
        .isEqualTo(
            "validation failed: %s: its content is in a format that SQLite does not know: encrypted, or no database at all"
                .formatted(file));
  }

  @Test
  void gzipThatDeclaresMoreThanThereIsRoomFor_isNotInflated() throws IOException {
    Path file = Files.write(dumps.resolve("boastful.db.gz"), gzipped(boastfulImage()));
    // So large, with nothing in it, that what it declares may be true.
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.allocate(1), 1L << 35);
    }

    BackupException failure = failure(file);

    assertThat(failure.code()).isEqualTo(ErrorCode.NO_SPACE);
    assertThat(failure)
        .hasMessageStartingWith("no room for a copy of " + file)
        .hasMessageContaining("it needs 17592186040320 bytes");
    assertThat(failure.hint()).isPresent();
  }

  @Test
  void fileThatCannotBeLookedAt_namedAlone_saysWhy() throws IOException, SQLException {
    assumeHardLinksAreSeen();
    Path twin = dump("twin.db", 0);
    Files.createLink(directory.resolve("twin.other"), twin);

    assertThat(failure(twin).code()).isEqualTo(ErrorCode.REFUSED);
    try (Connection connection = app.open();
        Statement statement = connection.createStatement()) {
      statement.execute("BEGIN EXCLUSIVE");
      assertThat(failure(app.path()).code()).isEqualTo(ErrorCode.LOCKED);
    }
  }

  /** Makes a folder with one good file, and newer ones that each stop whoever is not careful. */
  private void withOddFiles(FolderWork work) throws IOException, SQLException {
    assumeHardLinksAreSeen();
    dump("good.db", 0);
    Path twin = dump("twin.db", 1);
    Files.createLink(directory.resolve("twin.other"), twin);
    Files.write(dumps.resolve("bomb.db.gz"), gzipped(image(), new byte[1 << 20]));
    dated(dumps.resolve("bomb.db.gz"), 2);
    Path closed = dump("closed.db", 3);
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("---------"));
    if (Files.isReadable(closed)) {
      // Modes do not keep out root.
      Files.delete(closed);
    }
    Path locked = dump("locked.db", 4);
    try (Connection connection = SampleDatabase.at(locked).open();
        Statement statement = connection.createStatement()) {
      statement.execute("BEGIN EXCLUSIVE");
      work.run();
    }
  }

  private void assumeHardLinksAreSeen() {
    assumeThat(directory.getFileSystem().supportedFileAttributeViews()).contains("unix");
  }

  /** Something done with the folder. */
  private interface FolderWork {
    void run() throws IOException;
  }

  private List<String> odd() {
    return List.of("locked.db", "closed.db", "bomb.db.gz", "twin.db").stream()
        .filter(name -> Files.exists(dumps.resolve(name)))
        .toList();
  }

  @Test
  void verifyOfAFolder_oddFiles_areInvalidAndDoNotStopIt() throws IOException, SQLException {
    withOddFiles(
        () -> {
          VerifyReport report = helper.verify(VerifyRequest.builder().file(dumps).build());

          assertThat(report.files())
              .filteredOn(file -> !file.valid())
              .extracting(file -> Path.of(file.path()).getFileName().toString())
              .isEqualTo(odd());
          assertThat(report.files())
              .filteredOn(VerifiedFile::valid)
              .extracting(VerifiedFile::path)
              .containsExactly(dumps.resolve("good.db").toString());
          assertThat(report.files())
              .extracting(file -> file.error().orElse(""))
              .anyMatch(text -> text.contains("is locked by another connection"))
              .anyMatch(text -> text.contains("inflates past"))
              .anyMatch(text -> text.contains("2 hard links"));
        });
  }

  /** It may be anybody's, whatever it is called. */
  @ParameterizedTest
  @ValueSource(strings = {"random bytes", "text", "nothing", "gzip of a text"})
  void cleanOfAFolder_whatIsNoDatabase_stays(String content) throws IOException {
    dump("older.db", -1);
    dump("newer.db", 1);
    byte[] bytes = new byte[8192];
    new Random(1).nextBytes(bytes);
    byte[] text = "Sie hatten nichts als ihre Namen\n".repeat(50).getBytes(UTF_8);
    Path odd =
        Files.write(
            dumps.resolve(content.startsWith("gzip") ? "odd.db.gz" : "odd.db"),
            switch (content) {
              case "random bytes" -> bytes;
              case "text" -> text;
              case "nothing" -> new byte[0];
              default -> gzipped(text);
            });
    dated(odd, -2);

    CleanReport report = helper.cleanFolder(dumps, RetentionPolicy.keepLast(1), List.of(), false);

    assertThat(report.removed()).extracting(CleanReport.Removed::id).containsExactly("older.db");
    assertThat(odd).exists();
    assertThat(report.kept())
        .contains(
            new CleanReport.Kept(odd.getFileName().toString(), List.of("no SQLite database")));
  }

  @Test
  void cleanOfAFolder_aDatabaseThatIsOpen_stays() throws IOException, SQLException {
    assumeThat(Path.of("/proc/self/fd")).exists();
    Path older = dump("older.db", -1);
    dump("newer.db", 1);
    RetentionPolicy last = RetentionPolicy.keepLast(1);
    try (Connection user = DriverManager.getConnection("jdbc:sqlite:" + older);
        Statement statement = user.createStatement()) {
      statement.executeQuery("SELECT count(*) FROM sqlite_schema").close();

      CleanReport report = helper.cleanFolder(dumps, last, List.of(), false);

      assertThat(report.removed()).isEmpty();
      assertThat(report.kept())
          .contains(
              new CleanReport.Kept(
                  "older.db", List.of("in use by process " + ProcessHandle.current().pid())));
    }
    assertThat(helper.cleanFolder(dumps, last, List.of(), false).removed()).hasSize(1);
  }

  @Test
  void cleanOfAFolder_aFileThatChangedSinceItWasLookedAt_stays() throws IOException {
    Path older = dump("older.db", -1);
    dump("newer.db", 1);

    CleanReport report =
        helper.cleanFolder(
            dumps,
            RetentionPolicy.keepLast(1),
            List.of(),
            rehearsed -> {
              try {
                Files.writeString(older, "somebody's only copy of something");
              } catch (IOException failure) {
                throw new UncheckedIOException(failure);
              }
              return true;
            });

    assertThat(report.removed()).isEmpty();
    assertThat(report.errors()).singleElement().asString().contains("it changed");
    assertThat(older).exists();
  }

  @Test
  void cleanOfAFolder_whatCannotBeLookedAt_staysAndDoesNotStopIt()
      throws IOException, SQLException {
    dump("older.db", -1);
    withOddFiles(
        () -> {
          CleanReport report =
              helper.cleanFolder(dumps, RetentionPolicy.keepLast(1), List.of(), false);

          assertThat(report.removed())
              .extracting(CleanReport.Removed::id)
              .containsExactly("older.db");
          Set<String> unknown =
              report.kept().stream()
                  .filter(kept -> kept.reasons().contains("cannot be checked"))
                  .map(CleanReport.Kept::id)
                  .collect(Collectors.toSet());
          assertThat(odd()).containsAll(unknown);
          assertThat(unknown).contains("locked.db", "twin.db").doesNotContain("good.db");
          assertThat(dumps.resolve("good.db")).exists();
        });
  }

  @Test
  void cleanOfAFolder_whatCannotBeLookedAt_staysHoweverOld() throws IOException, SQLException {
    withOddFiles(
        () -> {
          RetentionPolicy age = RetentionPolicy.builder().maxAge(Duration.ofDays(1)).build();

          helper.cleanFolder(dumps, age, List.of(), false);

          assertThat(odd()).contains("locked.db", "twin.db");
          assertThat(dumps.resolve("good.db")).exists();
        });
  }

  @Test
  void restoreOfAFolder_saysWhichFileItTook() throws IOException {
    Path newest = dump("newest.db", 2);
    dump("older.db", 1);
    RestoreRequest.Builder request =
        RestoreRequest.ofFile(dumps).to(directory.resolve("restored.db"));

    RestoreReport restored = helper.restore(request.build());
    RestoreReport rehearsed = helper.restore(request.dryRun().build());

    assertThat(restored.from()).isEqualTo(newest.toString());
    assertThat(rehearsed.from()).isEqualTo(newest.toString());
  }

  /** Or else a recovery would take another file, if one came meanwhile. */
  @Test
  void restoreOfAFolder_plansWithTheFileItTook() throws IOException {
    Path newest = dump("newest.db", 2);
    dump("older.db", 1);
    Path plan = directory.resolve("restored.db.backup-open.json");
    Set<String> planned = new LinkedHashSet<>();
    BackupHelper watched =
        BackupHelper.builder()
            .directory(directory.resolve("backups"))
            .listener(event -> read(plan).ifPresent(planned::add))
            .build();

    watched.restore(RestoreRequest.ofFile(dumps).to(directory.resolve("restored.db")).build());

    assertThat(planned).isNotEmpty().allMatch(text -> text.contains(newest.toString()));
  }

  private static Optional<String> read(Path file) {
    try {
      return Files.exists(file) ? Optional.of(Files.readString(file)) : Optional.empty();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  @Test
  void restoreOfAFolder_oddFiles_areSkippedAndNamed() throws IOException, SQLException {
    Path target = directory.resolve("restored.db");
    withOddFiles(
        () -> {
          RestoreReport report = helper.restore(RestoreRequest.ofFile(dumps).to(target).build());

          assertThat(report.warnings()).hasSize(odd().size());
          for (String name : odd()) {
            assertThat(report.warnings())
                .anyMatch(text -> text.startsWith("skipped " + dumps.resolve(name) + ": "));
          }
          assertThat(SampleDatabase.at(target).items()).containsExactly("one", "two", "three");
        });
  }
}
