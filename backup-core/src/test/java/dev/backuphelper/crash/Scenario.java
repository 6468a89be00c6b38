package dev.backuphelper.crash;

import com.google.common.collect.ImmutableList;
import dev.backuphelper.BackupHelper;
import dev.backuphelper.CreateRequest;
import dev.backuphelper.ExportedBackup;
import dev.backuphelper.RestoreRequest;
import dev.backuphelper.codec.TestEncryption;
import dev.backuphelper.error.RestoreFailedException;
import dev.backuphelper.model.BackupType;
import dev.backuphelper.model.CheckLevel;
import dev.backuphelper.model.Compression;
import dev.backuphelper.model.RestoreOutcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a process does when it dies. */
public enum Scenario {
  /** One database, with a log. */
  CREATE_ONE("a.db") {
    @Override
    public void prepare(World world) {
      LiveDatabase.make(world.database("a.db"), "wal", "old", world.rows());
      world.backups(databases()).create();
    }

    @Override
    void run(BackupHelper backups, World world) {
      backups.create();
    }
  },
  /** Two databases of both journal modes, with everything that a request can ask for. */
  CREATE_TWO("a.db", "b.db") {
    @Override
    public void prepare(World world) {
      LiveDatabase.make(world.database("a.db"), "wal", "old", world.rows());
      LiveDatabase.make(world.database("b.db"), "delete", "old", world.rows());
      world.backups(databases()).create();
    }

    @Override
    void run(BackupHelper backups, World world) {
      backups.create(CreateRequest.builder().pinned().checks(CheckLevel.FULL).build());
    }
  },
  /** Two databases, compressed by threads of the native library. */
  CREATE_COMPRESSED("a.db", "b.db") {
    @Override
    public void prepare(World world) {
      CREATE_TWO.prepare(world);
    }

    @Override
    void run(BackupHelper backups, World world) {
      backups.create(COMPRESSED);
    }
  },
  /** From compressed artifacts into databases of both journal modes. */
  RESTORE_COMPRESSED("a.db", "b.db") {
    @Override
    public void prepare(World world) {
      makeBoth(world);
      world.backups(databases()).create(COMPRESSED);
      fillBoth(world, "old", world.rows() * 2);
    }
  },
  /** Two databases, encrypted. */
  CREATE_ENCRYPTED("a.db", "b.db") {
    @Override
    public void prepare(World world) {
      CREATE_TWO.prepare(world);
    }

    @Override
    void run(BackupHelper backups, World world) {
      backups.create(ENCRYPTED);
    }
  },
  /** From encrypted artifacts; the safety backup is encrypted too. */
  RESTORE_ENCRYPTED("a.db", "b.db") {
    @Override
    public void prepare(World world) {
      makeBoth(world);
      world.backups(databases()).create(ENCRYPTED);
      fillBoth(world, "old", world.rows() * 2);
    }
  },
  /** Two databases with the hashes of their pages, because it is the first encrypted backup. */
  CREATE_AUTOMATIC("a.db", "b.db") {
    @Override
    public void prepare(World world) {
      CREATE_TWO.prepare(world);
    }

    @Override
    void run(BackupHelper backups, World world) {
      backups.create(ENCRYPTED_CHAIN);
    }
  },
  /** Two databases, of which only what changed is stored. */
  CREATE_INCREMENTAL("a.db", "b.db") {
    @Override
    public void prepare(World world) {
      makeBoth(world);
      world.backups(databases()).create();
      fillBoth(world, "old", world.rows() + 3);
    }

    @Override
    void run(BackupHelper backups, World world) {
      backups.create(INCREMENTAL);
    }
  },
  /** From a full backup and two that build on it. */
  RESTORE_CHAIN("a.db", "b.db") {
    @Override
    public void prepare(World world) {
      makeBoth(world);
      fillBoth(world, "first", world.rows() / 2);
      BackupHelper backups = world.backups(databases());
      backups.create();
      fillBoth(world, "second", world.rows() * 2);
      backups.create(ENCRYPTED_CHAIN);
      backups.create(ENCRYPTED_CHAIN);
      fillBoth(world, "new", world.rows());
      backups.create(ENCRYPTED_CHAIN);
      fillBoth(world, "old", world.rows() * 2);
    }

    @Override
    void run(BackupHelper backups, World world) {
      backups.restore(World.manual(backups).get(3));
    }
  },
  /** Removes a chain, and keeps what is newer. */
  CLEAN_CHAIN("a.db") {
    @Override
    public void prepare(World world) {
      LiveDatabase.make(world.database("a.db"), "delete", "old", world.rows());
      BackupHelper backups = world.backups(databases());
      backups.create();
      for (int count = 0; count < 2; count++) {
        LiveDatabase.fill(world.database("a.db"), "old", world.rows() + count);
        backups.create(INCREMENTAL);
      }
      backups.create();
      backups.create(INCREMENTAL);
    }

    @Override
    void run(BackupHelper backups, World world) {
      backups.cleanOld(2);
    }
  },
  /** From another store: a full backup, and one that builds on it. */
  IMPORT("a.db", "b.db") {
    @Override
    public void prepare(World world) {
      CREATE_TWO.prepare(world);
      elsewhere(world).create(ENCRYPTED_CHAIN);
      fillBoth(world, "old", world.rows() + 3);
      elsewhere(world).create(ENCRYPTED_CHAIN);
    }

    @Override
    void run(BackupHelper backups, World world) {
      BackupHelper elsewhere = elsewhere(world);
      try (ExportedBackup exported = elsewhere.export(elsewhere.list().get(0).id())) {
        backups.importFrom(exported);
      }
    }

    private BackupHelper elsewhere(World world) {
      return world.builder(databases()).directory(world.folder().resolve("elsewhere")).build();
    }
  },
  /** The key of some backups is changed. */
  REKEY("a.db") {
    @Override
    public void prepare(World world) {
      LiveDatabase.make(world.database("a.db"), "delete", "old", world.rows());
      BackupHelper former = world.builder(databases()).encryption(TestEncryption.of("old")).build();
      for (int count = 0; count < 3; count++) {
        former.create();
      }
    }

    @Override
    void run(BackupHelper backups, World world) {
      backups.rekey();
    }
  },
  /** Where nothing is. */
  RESTORE_MISSING("a.db") {
    @Override
    public void prepare(World world) {
      backUp(world, "wal");
      delete(world.database("a.db"));
    }
  },
  /** Into a database whose last transaction is still in its log. */
  RESTORE_WAL("a.db") {
    @Override
    public void prepare(World world) {
      backUp(world, "wal");
      LiveDatabase.leaveInLog(world.database("a.db"), LiveDatabase.refill("old", world.rows() * 2));
    }
  },
  /** Into a database with a rollback journal. */
  RESTORE_ROLLBACK("a.db") {
    @Override
    public void prepare(World world) {
      backUp(world, "delete");
      LiveDatabase.fill(world.database("a.db"), "old", world.rows() * 2);
    }
  },
  /** Into a database with a log and other pages, which takes a change of its journal mode. */
  RESTORE_OTHER_PAGES("a.db") {
    @Override
    public void prepare(World world) {
      backUp(world, "wal");
      LiveDatabase.run(
          world.database("a.db"),
          "PRAGMA journal_mode=delete",
          "PRAGMA page_size=1024",
          "VACUUM",
          "PRAGMA journal_mode=wal");
      LiveDatabase.fill(world.database("a.db"), "old", world.rows() * 2);
    }
  },
  /** Over a file that is no database, beside which lies a log. */
  RESTORE_GARBAGE("a.db") {
    @Override
    public void prepare(World world) {
      backUp(world, "delete");
      makeGarbage(world.database("a.db"));
    }
  },
  /** Over an empty file. */
  RESTORE_EMPTY("a.db") {
    @Override
    public void prepare(World world) {
      backUp(world, "delete");
      delete(world.database("a.db"));
      write(world.database("a.db"), "");
    }
  },
  /** Into two databases of both journal modes. */
  RESTORE_TWO("a.db", "b.db") {
    @Override
    public void prepare(World world) {
      backUp(world, "wal", "delete");
      LiveDatabase.fill(world.database("a.db"), "old", world.rows() * 2);
      LiveDatabase.fill(world.database("b.db"), "old", world.rows() * 2);
    }
  },
  /** Into a database, over garbage, and where nothing is. */
  RESTORE_THREE("a.db", "b.db", "c.db") {
    @Override
    public void prepare(World world) {
      backUp(world, "delete", "delete", "wal");
      LiveDatabase.fill(world.database("a.db"), "old", world.rows() * 2);
      makeGarbage(world.database("b.db"));
      delete(world.database("c.db"));
    }
  },
  /** Into two databases, of which somebody holds the second; so the first is put back. */
  RESTORE_IN_VAIN("a.db", "b.db") {
    @Override
    public void prepare(World world) {
      RESTORE_TWO.prepare(world);
    }

    @Override
    Connection disturb(World world) {
      Connection holder = LiveDatabase.open(world.database("b.db"));
      LiveDatabase.run(holder, "BEGIN IMMEDIATE");
      return holder;
    }

    @Override
    void run(BackupHelper backups, World world) {
      try {
        super.run(backups, world);
      } catch (RestoreFailedException failure) {
        if (failure.outcome() != RestoreOutcome.ROLLED_BACK) {
          throw failure;
        }
      }
    }
  },
  /** From a plain file into a database. */
  RESTORE_FILE("a.db") {
    @Override
    public void prepare(World world) {
      LiveDatabase.make(world.folder().resolve("plain.db"), "delete", "new", world.rows());
      LiveDatabase.make(world.database("a.db"), "wal", "old", world.rows() * 2);
      world.backups(databases()).create();
    }

    @Override
    void run(BackupHelper backups, World world) {
      backups.restore(
          RestoreRequest.ofFile(world.folder().resolve("plain.db"))
              .to(world.database("a.db"))
              .build());
    }
  },
  /** Removes the older half of what there is. */
  CLEAN("a.db") {
    @Override
    public void prepare(World world) {
      backUpOften(world);
    }

    @Override
    void run(BackupHelper backups, World world) {
      backups.cleanOld(2);
    }
  },
  /** Removes two backups that are named. */
  DELETE("a.db") {
    @Override
    public void prepare(World world) {
      backUpOften(world);
    }

    @Override
    void run(BackupHelper backups, World world) {
      backups.delete(World.manual(backups).subList(0, 2), false, false);
    }
  },
  /** Resolves what the crash of another scenario left open. */
  RECOVER {
    @Override
    public void prepare(World world) {
      // The other scenario did.
    }

    @Override
    void run(BackupHelper backups, World world) {
      backups.recover();
    }
  };

  private static final CreateRequest COMPRESSED =
      CreateRequest.builder().compress(Compression.zstd()).build();
  private static final CreateRequest ENCRYPTED = CreateRequest.builder().encrypt(true).build();
  private static final CreateRequest INCREMENTAL =
      CreateRequest.builder().type(BackupType.INCREMENTAL).compress(Compression.zstd()).build();
  private static final CreateRequest ENCRYPTED_CHAIN =
      CreateRequest.builder().automaticType().encrypt(true).build();
  private static final String GARBAGE = "this is no database, but somebody may want it\n";

  private final ImmutableList<String> databases;

  Scenario(String... databases) {
    this.databases = ImmutableList.copyOf(databases);
  }

  /** Returns the databases concerned, by their names in the world. */
  List<String> databases() {
    return databases;
  }

  /** Makes the databases and the backups that it starts from. */
  public abstract void prepare(World world);

  /** Disturbs it, as long as what is returned stays open. */
  Connection disturb(World world) {
    return LiveDatabase.open(world.database(World.BYSTANDER));
  }

  /** Does it; unless a scenario says otherwise, a restore of the oldest backup. */
  void run(BackupHelper backups, World world) {
    backups.restore(World.manual(backups).get(0));
  }

  /** Returns the restores, after which a target holds all of the old or all of the new. */
  static List<Scenario> restores() {
    return List.of(values()).stream().filter(s -> s.name().startsWith("RESTORE_")).toList();
  }

  /** Returns what each database of a restore holds when it is done. */
  Map<String, String> restored(World world) {
    Map<String, String> contents = new LinkedHashMap<>();
    databases.forEach(name -> contents.put(name, LiveDatabase.described("new", world.rows())));
    return contents;
  }

  /** Returns what each database holds now; a database that nobody opened stays as it is. */
  Map<String, String> contents(World world) {
    Map<String, String> contents = new LinkedHashMap<>();
    databases.forEach(name -> contents.put(name, content(world.database(name))));
    return contents;
  }

  private static String content(Path file) {
    try {
      if (!Files.exists(file)) {
        return "missing";
      }
      if (Files.size(file) == 0) {
        return "empty";
      }
      return isGarbage(file) ? "garbage" : LiveDatabase.contentUntouched(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static boolean isGarbage(Path file) throws IOException {
    return Files.size(file) == GARBAGE.length() && Files.readString(file).equals(GARBAGE);
  }

  static void makeBoth(World world) {
    LiveDatabase.make(world.database("a.db"), "wal", "new", world.rows());
    LiveDatabase.make(world.database("b.db"), "delete", "new", world.rows());
  }

  static void fillBoth(World world, String content, int rows) {
    LiveDatabase.fill(world.database("a.db"), content, rows);
    LiveDatabase.fill(world.database("b.db"), content, rows);
  }

  void backUp(World world, String... modes) {
    for (int index = 0; index < modes.length; index++) {
      LiveDatabase.make(world.database(databases.get(index)), modes[index], "new", world.rows());
    }
    world.backups(databases).create();
  }

  void backUpOften(World world) {
    LiveDatabase.make(world.database("a.db"), "delete", "old", world.rows());
    for (int count = 0; count < 4; count++) {
      world.backups(databases).create();
    }
  }

  static void makeGarbage(Path database) {
    delete(database);
    write(database, GARBAGE);
    write(LiveDatabase.sidecar(database, "-wal"), GARBAGE);
  }

  static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
