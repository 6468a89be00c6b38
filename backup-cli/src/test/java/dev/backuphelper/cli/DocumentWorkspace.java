package dev.backuphelper.cli;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;

/**
 * A folder with the files that documents work on, and a JVM of its own that runs a document there.
 *
 * @param folder the folder
 */
record DocumentWorkspace(Path folder) {
  private static final long LIMIT_SECONDS = 120;

  /**
   * Puts the files there: copies of the example database, and a program that migrates {@code
   * app.db}.
   */
  static DocumentWorkspace prepare(Path folder, Path example) throws IOException {
    Path real = folder.toRealPath();
    List<String> copies =
        List.of(
            "docs/example.db",
            "app.db",
            "memory.db",
            "data/one.db",
            "data/two.db",
            "dumps/monday.db",
            "dumps/tuesday.db");
    for (String copy : copies) {
      Path file = real.resolve(copy);
      Files.createDirectories(file.getParent());
      Files.copy(example, file);
    }
    Files.createDirectories(real.resolve("old"));
    try (OutputStream out =
        new GZIPOutputStream(Files.newOutputStream(real.resolve("old/app.db.gz")))) {
      Files.copy(example, out);
    }
    MigratingApp.jar(real.resolve("app.jar"));
    return new DocumentWorkspace(real);
  }

  /** Runs a document; returns how many examples it has, then the problems, one in a line. */
  List<String> run(Path document) throws IOException, InterruptedException {
    Path outcome = folder.resolve("outcome.txt");
    Path log = folder.resolve("log.txt");
    Path programs = Path.of(System.getProperty("java.home"), "bin");
    ProcessBuilder builder =
        new ProcessBuilder(
                programs.resolve("java").toString(),
                "-Xmx256m",
                // Short runs are done before the optimising compiler pays.
                "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
                "-cp",
                System.getProperty("java.class.path"),
                DocumentRunner.class.getName(),
                document.toAbsolutePath().toString(),
                outcome.toString())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    // Documents call this Java, as the command of a guard.
    builder
        .environment()
        .compute(
            "PATH", (name, path) -> programs + (path == null ? "" : File.pathSeparator + path));
    Process process = builder.start();
    boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
    process.destroyForcibly();
    if (!ended || process.exitValue() != 0) {
      throw new IOException(document + " could not be run: " + Files.readString(log));
    }
    return Files.readAllLines(outcome);
  }
}
