package dev.backuphelper.internal.engine;

import dev.backuphelper.event.BackupEvent;
import dev.backuphelper.event.BackupListener;
import dev.backuphelper.source.Progress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the listener what happens in one operation; the listener can never break it. */
final class Events {
  private static final Logger LOG = LoggerFactory.getLogger(Events.class);

  private final BackupListener listener;
  private final String operation;

  Events(BackupListener listener, String operation) {
    this.listener = listener;
    this.operation = operation;
  }

  void step(String step, @Nullable Object subject) {
    LOG.debug("{}: {} {}", operation, step, subject);
    tell(new BackupEvent.Step(operation, step, subject == null ? null : subject.toString()));
  }

  void warning(String message) {
    LOG.warn("{}: {}", operation, message);
    tell(new BackupEvent.Warning(operation, message));
  }

  Progress progress(Object subject) {
    String name = subject.toString();
    return (done, total) -> tell(new BackupEvent.Progressed(operation, name, done, total));
  }

  private void tell(BackupEvent event) {
    try {
      listener.on(event);
    } catch (RuntimeException broken) {
      LOG.warn("a listener failed at {}", event, broken);
    }
  }
}
