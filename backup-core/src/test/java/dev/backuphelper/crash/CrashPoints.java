package dev.backuphelper.crash;

import dev.backuphelper.event.BackupEvent;
import dev.backuphelper.event.BackupListener;
import dev.backuphelper.store.Store;
import dev.backuphelper.testing.ChildJvm;
import java.util.ArrayList;
import java.util.List;

/**
 * Counts the points at which a process may die: each step that the library tells of, each progress
 * of a long work, each change of the store. At one of them, if so wished, the process does die.
 */
final class CrashPoints implements BackupListener {
  /** No point is fatal. */
  static final String NONE = "none";

  private final String fatal;
  private final List<String> reached = new ArrayList<>();

  /** Creates the count; the process dies at the point of that number (from 1), or that name. */
  CrashPoints(String fatal) {
    this.fatal = fatal;
  }

  /** Returns the points in their order, with ids left out because they differ each time. */
  List<String> reached() {
    return List.copyOf(reached);
  }

  /** Returns the store, with its changes counted. */
  Store watch(Store store) {
    return new WatchedStore(store, this::reach);
  }

  @Override
  public void on(BackupEvent event) {
    if (event instanceof BackupEvent.Step step) {
      reach(step.operation() + ": " + step.step() + " " + lastName(step.subject()));
    } else if (event instanceof BackupEvent.Progressed progressed) {
      reach(progressed.operation() + ": progressed " + progressed.subject());
    }
  }

  private static String lastName(String subject) {
    return subject == null ? "" : subject.substring(subject.lastIndexOf('/') + 1);
  }

  private void reach(String point) {
    String name = point.replaceAll("\\d{8}-\\d{6}-\\d{3}", "ID");
    reached.add(name);
    if (name.equals(fatal) || String.valueOf(reached.size()).equals(fatal)) {
      Runtime.getRuntime().halt(ChildJvm.KILLED);
    }
  }
}
