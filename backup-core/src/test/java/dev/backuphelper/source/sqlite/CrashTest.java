package dev.backuphelper.source.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A process that dies while it restores leaves all of the old or all of the new, and can go on. */
@Timeout(120)
class CrashTest {
  private static final String OLD = "30000 old";
  private static final String NEW = "24000 new";
  private static final boolean THOROUGH = Boolean.getBoolean("backup.test.thorough");
  private static final int KILLS = THOROUGH ? 100 : 2;

  @TempDir private Path folder;
  private Path target;
  private Path image;

  @BeforeEach
  void prepare() throws IOException {
    target = folder.toRealPath().resolve("app.db");
    image = folder.resolve("image");
  }

  private static Stream<Arguments> steps() {
    return Stream.of(JournalMode.values())
        .flatMap(mode -> IntStream.of(1, 3).mapToObj(step -> Arguments.of(mode, step)));
  }

  @ParameterizedTest
  @MethodSource("steps")
  void write_haltedWhileItCopies_leavesTheOld(JournalMode mode, int step) throws Exception {
    TestDatabase.create(target, mode, 512, 30_000, "old");
    TestDatabase.create(image, JournalMode.DELETE, 512, 24_000, "new");

    Process process = RestoreProcess.start(target, image, mode, step);

    assertThat(process.waitFor()).as("it died where it should").isEqualTo(99);
    assertThat(DatabaseFile.hasSidecarContent(target)).as("half of it was written").isTrue();
    assertThat(content()).isEqualTo(OLD);
    restoreAndCheck(mode);
  }

  private static Stream<Arguments> kills() {
    return Stream.of(JournalMode.values())
        .flatMap(
            mode ->
                Stream.of(512, 1024)
                    .flatMap(
                        pageSize ->
                            IntStream.range(0, KILLS)
                                .mapToObj(kill -> Arguments.of(mode, pageSize, 1000 + kill))));
  }

  @ParameterizedTest
  @MethodSource("kills")
  void write_killedAnywhere_leavesOldOrNew(JournalMode mode, int pageSize, long seed)
      throws Exception {
    TestDatabase.create(target, mode, 512, 30_000, "old");
    TestDatabase.create(image, JournalMode.DELETE, pageSize, 24_000, "new");

    kill(RestoreProcess.start(target, image, mode, 0), seed);

    assertThat(content()).as("seed %d", seed).isIn(OLD, NEW);
    restoreAndCheck(JournalMode.valueOf(TestDatabase.journalMode(target).toUpperCase(Locale.ROOT)));
  }

  @ParameterizedTest
  @MethodSource("installations")
  void install_killedAnywhere_leavesOldOrNew(JournalMode recorded, long seed) throws Exception {
    Files.write(target, new byte[100_000]);
    TestDatabase.create(image, JournalMode.DELETE, 4096, 24_000, "new");

    kill(RestoreProcess.start(target, image, recorded, 0), seed);

    Path aside = Orders.aside(target);
    boolean old = Files.exists(target) && Files.size(target) == 100_000;
    assertThat(Files.exists(aside)).as("seed %d", seed).isEqualTo(!old);
    if (!old && Files.exists(target)) {
      assertThat(content()).isEqualTo(NEW);
    }
    restoreAndCheck(recorded);
    assertThat(aside).hasBinaryContent(new byte[100_000]);
  }

  private static Stream<Arguments> installations() {
    return Stream.of(JournalMode.values())
        .flatMap(
            mode -> IntStream.range(0, KILLS).mapToObj(kill -> Arguments.of(mode, 2000 + kill)));
  }

  private static void kill(Process process, long seed) throws IOException, InterruptedException {
    assertThat(process.inputReader().readLine()).isEqualTo("ready");
    process.getOutputStream().write('\n');
    process.getOutputStream().flush();
    long delay = TimeUnit.MICROSECONDS.toNanos(new Random(seed).nextInt(250_000));
    long end = System.nanoTime() + delay;
    while (process.isAlive() && System.nanoTime() < end) {
      LockSupport.parkNanos(100_000);
    }
    process.destroyForcibly().waitFor();
  }

  private String content() {
    assertThat(TestDatabase.ask(target, "PRAGMA integrity_check")).isEqualTo("ok");
    return TestDatabase.content(target);
  }

  /** The plan is still there: the same order is carried out again. */
  private void restoreAndCheck(JournalMode mode) throws IOException {
    SqliteSource.of(target).target().write(Orders.order(image, target, mode));
    assertThat(ImageFile.sameContent(target, image)).isTrue();
    assertThat(content()).isEqualTo(NEW);
    assertThat(TestDatabase.journalMode(target)).isEqualTo(mode.key());
    assertThat(TestDatabase.beside(target)).isEmpty();
    assertThat(Orders.staged(target)).doesNotExist();
  }
}
