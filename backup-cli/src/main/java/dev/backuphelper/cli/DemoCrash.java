package dev.backuphelper.cli;

import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.StorageException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Lets another process migrate, and kills it half way. Stateless. */
final class DemoCrash {
  private static final long LIMIT_SECONDS = 60;

  private DemoCrash() {}

  /** Starts a {@link DemoWorker} with this program's own class path, and kills it when it asks. */
  static void of(DemoFolder folder, Path database, Path store, ShopDatabase.Narrator narrator)
      throws IOException {
    Process worker =
        new ProcessBuilder(words(folder, database, store)).redirectErrorStream(true).start();
    folder.usedBy(worker);
    // Whatever it does, it is dead in the end.
    CompletableFuture.delayedExecutor(LIMIT_SECONDS, TimeUnit.SECONDS)
        .execute(worker::destroyForcibly);
    List<String> unforeseen = new ArrayList<>();
    try (BufferedReader lines = worker.inputReader(Charset.defaultCharset())) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.equals(DemoWorker.HALF_WAY)) {
          kill(worker);
          return;
        }
        if (line.startsWith(DemoWorker.COMMITTED)) {
          narrator.committed(line.substring(DemoWorker.COMMITTED.length()));
        } else {
          unforeseen.add(line);
        }
      }
    }
    throw failed("it ended before it was killed: " + String.join("; ", unforeseen));
  }

  private static void kill(Process worker) {
    worker.destroyForcibly();
    worker.onExit().completeOnTimeout(worker, LIMIT_SECONDS, TimeUnit.SECONDS).join();
    if (worker.isAlive()) {
      throw failed("it cannot be killed");
    }
  }

  private static StorageException failed(String why) {
    return new StorageException(
        ErrorCode.IO_FAILED,
        "the process that was to migrate failed: " + why,
        DemoUndone.HINT,
        null);
  }

  private static List<String> words(DemoFolder folder, Path database, Path store) {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.add("-XX:+UseSerialGC");
    words.add("-XX:TieredStopAtLevel=1");
    // What a killed JVM leaves in temporary folders it leaves in that of the demo, or not at all.
    words.add("-XX:-UsePerfData");
    words.add("-Djava.io.tmpdir=" + folder.path());
    if (Runtime.version().feature() >= 22) {
      words.add("--enable-native-access=ALL-UNNAMED");
    }
    words.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            DemoWorker.class.getName(),
            database.toString(),
            store.toString()));
    return words;
  }
}
