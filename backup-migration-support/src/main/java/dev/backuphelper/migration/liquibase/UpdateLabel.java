package dev.backuphelper.migration.liquibase;

import org.jspecify.annotations.Nullable;

/** The name under which an update is recorded. */
final class UpdateLabel {
  private static final int MAX_FILE_NAME = 100;

  private UpdateLabel() {}

  /** Returns a label that names the change log's file. */
  static String of(@Nullable String changeLogFile) {
    if (changeLogFile == null || changeLogFile.isBlank()) {
      return "liquibase";
    }
    String name = changeLogFile.substring(changeLogFile.lastIndexOf('/') + 1);
    String plain = name.replaceAll("\\p{Cntrl}", "_");
    return "liquibase-" + plain.substring(0, Math.min(plain.length(), MAX_FILE_NAME));
  }
}
