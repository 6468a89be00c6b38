package dev.backuphelper.migration;

import dev.backuphelper.model.OnCrash;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What is migrated when a process dies. */
enum Trial {
  /** One database with a log. */
  ONE_WAL(false, false, "wal"),
  /** One database with a rollback journal. */
  ONE_ROLLBACK(false, false, "delete"),
  /** One database that is there for the first time after the migration. */
  ONE_MISSING(false, false, "missing"),
  /** Two databases of both journal modes. */
  TWO(false, false, "wal", "delete"),
  /** Two databases, of which one is missing at first. */
  TWO_ONE_MISSING(false, false, "missing", "wal"),
  /** One database whose journal mode is changed, and whose file is written anew. */
  ONE_TURNED(false, true, "wal"),
  /** A migration that fails after its last step. */
  FAILING_ONE_WAL(true, false, "wal"),
  /** A migration that fails, of a database that was missing. */
  FAILING_ONE_MISSING(true, false, "missing"),
  /** A migration that fails, of a database that was an empty file. */
  FAILING_ONE_EMPTY(true, false, "empty"),
  /** A migration that fails, of a database whose journal mode it changed. */
  FAILING_ONE_TURNED(true, true, "delete"),
  /** A migration that fails, of two databases. */
  FAILING_TWO(true, false, "delete", "wal"),
  /** A migration that fails, of two databases, of which one was missing. */
  FAILING_TWO_ONE_MISSING(true, false, "wal", "missing"),
  /** A migration that fails, of two databases; if the process dies, what is there is kept. */
  KEEPING_TWO(OnCrash.KEEP, "wal", "delete"),
  /** The same, of which one was missing. */
  KEEPING_TWO_ONE_MISSING(OnCrash.KEEP, "missing", "wal"),
  /** A migration that fails, of two databases; if the process dies, somebody has to decide. */
  STOPPING_TWO(OnCrash.STOP, "delete", "wal");

  private final boolean failing;
  private final boolean turning;
  private final OnCrash onCrash;

  @SuppressWarnings("ImmutableEnumChecker") // List.of makes lists that never change
  private final List<String> modes;

  Trial(boolean failing, boolean turning, String... modes) {
    this.failing = failing;
    this.turning = turning;
    this.onCrash = OnCrash.RESTORE;
    this.modes = List.of(modes);
  }

  Trial(OnCrash onCrash, String... modes) {
    this.failing = true;
    this.turning = false;
    this.onCrash = onCrash;
    this.modes = List.of(modes);
  }

  /** Returns those after whose crashes the former content is put back. */
  static List<Trial> restoring() {
    return Stream.of(values()).filter(trial -> trial.onCrash == OnCrash.RESTORE).toList();
  }

  /** Tells whether a crash leaves what is there. */
  boolean isKeeping() {
    return onCrash == OnCrash.KEEP;
  }

  GuardPolicy policy() {
    GuardPolicy standard = GuardPolicy.restoring();
    return new GuardPolicy(
        standard.onBackupFailure(),
        standard.onFailure(),
        onCrash,
        standard.checkStructure(),
        standard.patience());
  }

  /** Tells whether the migration fails at first. */
  boolean isFailing() {
    return failing;
  }

  SteppedMigration migration() {
    return new SteppedMigration(turning);
  }

  /** Returns the databases in a folder. */
  List<Path> databases(Path folder) {
    List<Path> databases = new ArrayList<>();
    for (int index = 0; index < modes.size(); index++) {
      databases.add(folder.resolve((char) ('a' + index) + ".db"));
    }
    return databases;
  }

  /** Makes the databases as they are before the migration. */
  void make(Path folder, int rows) {
    List<Path> databases = databases(folder);
    for (int index = 0; index < modes.size(); index++) {
      make(databases.get(index), modes.get(index), rows);
    }
  }

  private static void make(Path database, String mode, int rows) {
    if (mode.equals(State.EMPTY)) {
      try {
        Files.createFile(database);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    } else if (!mode.equals(State.MISSING)) {
      SteppedMigration.make(database, mode, rows);
    }
  }

  /** Returns the states of all databases, as somebody sees them who opens them. */
  static Map<String, String> states(List<Path> databases) throws Exception {
    Map<String, String> states = new LinkedHashMap<>();
    for (Path database : databases) {
      states.put(String.valueOf(database.getFileName()), State.of(database));
    }
    return states;
  }
}
