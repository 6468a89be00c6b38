package dev.backuphelper.source.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.backuphelper.error.RefusedException;
import dev.backuphelper.source.Snapshot;
import dev.backuphelper.source.Target;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Driver;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;

/** Safety rule 9: a second copy of SQLite in the process is noticed and refused. */
@Timeout(60)
class MappedDriversTest {
  @Test
  void requireOne_withTheDriverOfTheTests_passes() {
    assertThatCode(MappedDrivers::requireOne).doesNotThrowAnyException();
  }

  @Test
  void copies_countsFilesNotMappings() {
    Stream<String> maps =
        Stream.of(
            "7f00-7f01 r-xp 00000000 fe:00 11 /tmp/sqlite-3.53.4-1-libsqlitejdbc.so",
            "7f02-7f03 rw-p 00001000 fe:00 11 /tmp/sqlite-3.53.4-1-libsqlitejdbc.so",
            "7f04-7f05 r-xp 00000000 fe:00 12 /tmp/sqlite-3.53.4-2-libsqlitejdbc.so (deleted)",
            "7f06-7f07 r-xp 00000000 fe:00 13 /usr/lib/x86_64-linux-gnu/libsqlite3.so.0.8.6",
            "7f08-7f09 r-xp 00000000 fe:00 14 /usr/lib/libc.so.6",
            "7f0a-7f0b rw-p 00000000 00:00 0");

    assertThat(MappedDrivers.copies(maps))
        .containsExactly(
            "/tmp/sqlite-3.53.4-1-libsqlitejdbc.so",
            "/tmp/sqlite-3.53.4-2-libsqlitejdbc.so (deleted)",
            "/usr/lib/x86_64-linux-gnu/libsqlite3.so.0.8.6");
  }

  @Test
  void open_withTwoClassLoaders_isRefusedUnlessVouchedFor(@TempDir Path folder) throws Exception {
    assumeThat(Path.of("/proc/self/maps")).isReadable();
    Path file = TestDatabase.create(folder.resolve("app.db"), JournalMode.WAL);

    Process process = SqlProcess.java(MappedDriversTest.class, file.toString());

    assertThat(answers(process))
        .containsExactly(
            "one driver: opened",
            "two drivers: 2 copies of SQLite are loaded in this process",
            "hint: true",
            "target: refused",
            "vouched for: opened");
  }

  private static List<String> answers(Process process) throws IOException {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      return reader.lines().toList();
    }
  }

  /** The other process: two class loaders, each with a driver. */
  @SuppressWarnings("SystemOut")
  public static void main(String[] arguments) throws Exception {
    Path file = Path.of(arguments[0]);
    System.out.println("one driver: " + open(SqliteSource.of(file)));
    URL driver = org.sqlite.JDBC.class.getProtectionDomain().getCodeSource().getLocation();
    URL logging = Logger.class.getProtectionDomain().getCodeSource().getLocation();
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {driver, logging}, ClassLoader.getPlatformClassLoader())) {
      Driver other =
          (Driver) loader.loadClass("org.sqlite.JDBC").getDeclaredConstructor().newInstance();
      other.connect("jdbc:sqlite::memory:", new Properties()).close();
      try {
        System.out.println("two drivers: " + open(SqliteSource.of(file)));
      } catch (RefusedException e) {
        System.out.println("two drivers: " + e.getMessage().replaceFirst(":.*", ""));
        System.out.println("hint: " + e.hint().isPresent());
      }
      try {
        Target target = SqliteSource.of(file).target();
        System.out.println("target: " + target.probe(Duration.ZERO));
      } catch (RefusedException e) {
        System.out.println("target: refused");
      }
      System.out.println("vouched for: " + open(SqliteSource.builder(file).sharedDriver().build()));
    }
  }

  private static String open(SqliteSource source) throws IOException {
    try (Snapshot snapshot = source.open(Duration.ofSeconds(1))) {
      return snapshot.size() > 0 ? "opened" : "empty";
    }
  }
}
