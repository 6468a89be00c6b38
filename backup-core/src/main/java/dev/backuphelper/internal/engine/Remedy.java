package dev.backuphelper.internal.engine;

import dev.backuphelper.model.BackupId;
import dev.backuphelper.store.Store;
import java.util.Collection;
import java.util.stream.Collectors;

/** Commands that messages tell people to give. Stateless. */
final class Remedy {
  private Remedy() {}

  /** Returns the command that resolves an open plan. */
  static String recover(Store store, BackupId id) {
    return "backup recover %s --dir %s".formatted(id, word(store.location()));
  }

  /** Returns the command that closes an open plan and keeps what is there. */
  static String keep(Store store, BackupId id) {
    return recover(store, id) + " --keep";
  }

  /** Returns the command that resolves whatever is open. */
  static String recover(Store store) {
    return "backup recover --dir " + word(store.location());
  }

  /** Returns the command that restores a backup. */
  static String restore(Store store, BackupId id) {
    return "backup restore %s --dir %s --force".formatted(id, word(store.location()));
  }

  /** Returns the command that removes backups, whatever else there is. */
  static String delete(Store store, Collection<BackupId> ids) {
    String words = ids.stream().map(BackupId::value).collect(Collectors.joining(" "));
    return "backup delete %s --dir %s --force".formatted(words, word(store.location()));
  }

  // As shells quote: within single quotes everything is itself, but for the single quote.
  static String word(String text) {
    return text.matches("[A-Za-z0-9_./:=@%+,-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}
