package dev.backuphelper.source.sqlite;

import dev.backuphelper.error.RefusedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.sqlite.SQLiteJDBCLoader;

/**
 * The copies of SQLite that are mapped into this process, as far as Linux tells. Two copies do not
 * know of each other: when one closes a database that the other has open too, the other's locks are
 * gone. That happens when an application and this library load the driver in two class loaders.
 */
final class MappedDrivers {
  private static final Path MAPS = Path.of("/proc/self/maps");

  /** The columns of a map line before the path: addresses, permissions, offset, device, inode. */
  private static final int COLUMNS_BEFORE_PATH = 5;

  private MappedDrivers() {}

  /**
   * Refuses to touch a live database while more than one copy is mapped.
   *
   * @throws RefusedException if more than one is mapped
   */
  static void requireOne() throws IOException {
    loadOwn();
    if (Files.isReadable(MAPS)) {
      // Paths are bytes of any kind; what is wanted of them is ASCII.
      try (Stream<String> lines = Files.lines(MAPS, StandardCharsets.ISO_8859_1)) {
        requireOne(copies(lines));
      }
    }
  }

  /** Our own copy must be among those that are counted. */
  private static void loadOwn() throws IOException {
    try {
      SQLiteJDBCLoader.initialize();
    } catch (Exception e) {
      throw new IOException("the native library of sqlite-jdbc cannot be loaded", e);
    }
  }

  private static void requireOne(Collection<String> copies) {
    if (copies.size() > 1) {
      throw new RefusedException(
          copies.size()
              + " copies of SQLite are loaded in this process: "
              + String.join(", ", copies),
          "Load sqlite-jdbc in one class loader that the application and this library share; if the"
              + " database is opened through one of the copies alone, say so with"
              + " SqliteSource.builder(path).sharedDriver().");
    }
  }

  /** Returns the paths of the mapped copies, one for each file. */
  static Collection<String> copies(Stream<String> maps) {
    Map<String, String> byFile = new TreeMap<>();
    // This runs before each opening of a database, and a JVM has thousands of mappings.
    maps.filter(line -> line.contains("sqlite"))
        .map(line -> line.split("\\s+", COLUMNS_BEFORE_PATH + 1))
        .filter(columns -> columns.length > COLUMNS_BEFORE_PATH && isSqlite(columns[5]))
        .forEach(columns -> byFile.put(columns[3] + " " + columns[4], columns[5]));
    return byFile.values();
  }

  private static boolean isSqlite(String path) {
    String name = path.substring(path.lastIndexOf('/') + 1);
    return name.contains("sqlitejdbc") || name.startsWith("libsqlite3.so");
  }
}
