package dev.backuphelper.fault;

import dev.backuphelper.testing.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** Makes what this process left in a store look like what one left that died. */
final class Burial {
  private static final Pattern PID = Pattern.compile("\"pid\" : \\d+");
  private static final Pattern STAGING = Pattern.compile("(\\.staging-[0-9a-f]{8}-)\\d+(-.*)");
  // Above the largest pid that Linux gives out.
  private static final String DEAD_PID = "99999999";

  private Burial() {}

  static void of(Path store) throws IOException {
    for (String name : Folders.names(store)) {
      Path file = store.resolve(name);
      var staging = STAGING.matcher(name);
      if (staging.matches()) {
        Files.move(file, store.resolve(staging.group(1) + DEAD_PID + staging.group(2)));
      } else if (name.startsWith(".intent-")) {
        String text = Files.readString(file);
        Files.writeString(file, PID.matcher(text).replaceAll("\"pid\" : " + DEAD_PID));
      }
    }
  }
}
