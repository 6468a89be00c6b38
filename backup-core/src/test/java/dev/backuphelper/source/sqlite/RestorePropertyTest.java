package dev.backuphelper.source.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.backuphelper.source.Progress;
import dev.backuphelper.source.Snapshot;
import dev.backuphelper.source.SourceBusyException;
import dev.backuphelper.source.Target;
import dev.backuphelper.source.Target.Written;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeTry;

/** Backup and restore over journal modes, page sizes, sizes, and what is at the target. */
class RestorePropertyTest {
  private Path folder;
  private Path target;
  private Path image;

  /** What is where a restore is to write. */
  enum Before {
    NOTHING,
    EMPTY_FILE,
    DATABASE,
    DATABASE_OPEN_HERE
  }

  @BeforeTry
  void makeFolder() throws IOException {
    folder = Files.createTempDirectory("restore").toRealPath();
    target = folder.resolve("app.db");
    image = folder.resolve("image");
  }

  @AfterTry
  void removeFolder() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @Provide
  Arbitrary<Integer> pageSizes() {
    return Arbitraries.of(512, 1024, 4096, 65536);
  }

  @Property(tries = 40)
  void write_ofASnapshot_isExactOrRefused(
      @ForAll JournalMode saved,
      @ForAll("pageSizes") int savedPages,
      @ForAll @IntRange(min = 0, max = 300) int savedRows,
      @ForAll Before before,
      @ForAll JournalMode present,
      @ForAll("pageSizes") int presentPages,
      @ForAll @IntRange(min = 0, max = 300) int presentRows)
      throws Exception {
    snapshot(saved, savedPages, savedRows);
    boolean isDatabase = prepare(before, present, presentPages, presentRows);
    String old = isDatabase ? TestDatabase.content(target) : "";

    if (before == Before.DATABASE_OPEN_HERE) {
      boolean forbidden = present == JournalMode.WAL && savedPages != presentPages;
      writeWhileOpen(saved, forbidden, old);
      if (forbidden) {
        assertThat(TestDatabase.content(target)).isEqualTo(old);
        return;
      }
    } else {
      assertThat(write(saved))
          .isEqualTo(before == Before.NOTHING ? Written.INSTALLED : Written.WRITTEN_THROUGH);
    }
    assertThat(TestDatabase.beside(target)).isEmpty();
    assertThat(ImageFile.sameContent(target, image)).isTrue();
    assertThat(TestDatabase.journalMode(target)).isEqualTo((isDatabase ? present : saved).key());
  }

  private void snapshot(JournalMode saved, int pageSize, int rows) throws IOException {
    Path source = TestDatabase.create(folder.resolve("source"), saved, pageSize, rows, "new");
    Files.createFile(image);
    try (Snapshot snapshot = SqliteSource.of(source).open(Orders.PATIENCE)) {
      snapshot.copyTo(image, Progress.NONE);
    }
    assertThat(ImageFile.sameContent(source, image)).isTrue();
  }

  /** Returns whether there is a database now. */
  private boolean prepare(Before before, JournalMode mode, int pageSize, int rows)
      throws IOException {
    switch (before) {
      case NOTHING -> assertThat(target).doesNotExist();
      case EMPTY_FILE -> Files.createFile(target);
      case DATABASE, DATABASE_OPEN_HERE -> TestDatabase.create(target, mode, pageSize, rows, "old");
    }
    return before == Before.DATABASE || before == Before.DATABASE_OPEN_HERE;
  }

  private void writeWhileOpen(JournalMode saved, boolean forbidden, String old)
      throws IOException, SQLException {
    try (Connection user = TestDatabase.open(target)) {
      assertThat(TestDatabase.ask(user, TestDatabase.CONTENT)).isEqualTo(old);
      if (forbidden) {
        assertThatExceptionOfType(SourceBusyException.class).isThrownBy(() -> write(saved));
        assertThat(TestDatabase.ask(user, TestDatabase.CONTENT)).isEqualTo(old);
      } else {
        assertThat(write(saved)).isEqualTo(Written.WRITTEN_THROUGH);
        assertThat(TestDatabase.ask(user, TestDatabase.CONTENT))
            .isEqualTo(TestDatabase.content(image));
      }
    }
  }

  private Written write(JournalMode saved) throws IOException {
    Target target = SqliteSource.of(this.target).target();
    return target.write(
        Orders.order(image, this.target, saved, java.time.Duration.ofMillis(60), Progress.NONE));
  }
}
