package dev.backuphelper.event;

/**
 * Hears what happens while the library works. Called in the thread that works, so it should return
 * soon. It can never break a backup: what it throws is logged and dropped.
 */
@FunctionalInterface
public interface BackupListener {
  /** Hears nothing. */
  BackupListener NONE = event -> {};

  /** Called for each event, in order within one operation. */
  void on(BackupEvent event);
}
