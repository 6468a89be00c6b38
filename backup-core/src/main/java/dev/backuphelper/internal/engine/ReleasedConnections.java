package dev.backuphelper.internal.engine;

import dev.backuphelper.source.ConnectionRelease;
import java.io.IOException;

/** The connections that an application let go of, until this is closed. */
final class ReleasedConnections implements AutoCloseable {
  private final Runnable takeBack;
  private final Events events;

  private ReleasedConnections(Runnable takeBack, Events events) {
    this.takeBack = takeBack;
    this.events = events;
  }

  /** Has them let go. A restore can do without, so what goes wrong is a warning. */
  static ReleasedConnections of(ConnectionRelease connections, Events events) {
    try {
      return new ReleasedConnections(connections.release(), events);
    } catch (IOException | RuntimeException failure) {
      events.warning("open connections could not be let go: " + failure);
      return new ReleasedConnections(() -> {}, events);
    }
  }

  @Override
  public void close() {
    try {
      takeBack.run();
    } catch (RuntimeException failure) {
      events.warning("connections that were let go could not be taken back: " + failure);
    }
  }
}
