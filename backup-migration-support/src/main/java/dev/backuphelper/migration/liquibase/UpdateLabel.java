package dev.backuphelper.migration.liquibase;

import org.jspecify.annotations.Nullable;

/** The name under which an update is recorded. */
final class UpdateLabel {
  private static final int MAX_FILE_NAME = 90;

  private UpdateLabel() {}

  /** Returns a label that names the change log's file. */
  static String of(@Nullable String changeLogFile) {
    if (changeLogFile == null || changeLogFile.isBlank()) {
      return "liquibase";
    }
    String name = changeLogFile.substring(changeLogFile.lastIndexOf('/') + 1);
    int[] characters =
        name.codePoints()
            .map(character -> Character.isISOControl(character) ? '_' : character)
            .limit(MAX_FILE_NAME)
            .toArray();
    return "liquibase-" + new String(characters, 0, characters.length);
  }
}
