package dev.backuphelper.catalog;

import dev.backuphelper.internal.io.JsonObject;
import dev.backuphelper.internal.io.MalformedDocumentException;
import dev.backuphelper.internal.io.ProcessOwner;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.store.Store;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a store knows of restores and migrations that are open: where their plans lie, and which
 * backups they need. The plans themselves lie beside the databases.
 */
public final class OpenPointers {
  /** The operation of a pointer to the plan of a restore. */
  public static final String RESTORE = "restore";

  /** The operation of a pointer to the marker of a migration. */
  public static final String MIGRATION = "migration";

  private static final int DOCUMENT_LIMIT = 1 << 20;

  private final Store store;

  /** Creates the view of a store. */
  public OpenPointers(Store store) {
    this.store = store;
  }

  /**
   * A pointer.
   *
   * @param id the id of the plan
   * @param operation what is open: {@link #RESTORE} or {@link #MIGRATION}
   * @param backups the backups that it needs
   * @param plans the files of the plan, beside the databases
   * @param begun whether a migration may have changed the databases; then its marker must be there
   */
  public record Pointer(
      BackupId id, String operation, List<BackupId> backups, List<String> plans, boolean begun) {
    /** Copies the lists. */
    public Pointer {
      backups = List.copyOf(backups);
      plans = List.copyOf(plans);
    }

    private Pointer withBegun(boolean value) {
      return new Pointer(id, operation, backups, plans, value);
    }
  }

  /** Returns the name of a pointer's file. */
  public static String name(BackupId id) {
    return StoreNames.pointer(id);
  }

  /** Writes a pointer, replacing one of that id. */
  public void put(Pointer pointer) throws IOException {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("format", 1);
    map.put("id", pointer.id().value());
    map.put("operation", pointer.operation());
    map.put("backups", pointer.backups().stream().map(BackupId::value).toList());
    map.put("plans", pointer.plans());
    map.put("begun", pointer.begun());
    store.put(StoreNames.pointer(pointer.id()), JsonObject.write(map));
  }

  /** Says in a pointer, if it is there, whether its migration may have changed the databases. */
  public void setBegun(BackupId id, boolean begun) throws IOException {
    Optional<Pointer> pointer = find(id);
    if (pointer.isPresent() && pointer.get().begun() != begun) {
      put(pointer.get().withBegun(begun));
    }
  }

  /** Removes a pointer. Idempotent. */
  public void remove(BackupId id) throws IOException {
    store.delete(StoreNames.pointer(id));
  }

  /**
   * Returns all pointers, in the order of their ids.
   *
   * @throws IOException if one cannot be read: then it is unknown which backups are needed
   */
  public List<Pointer> list() throws IOException {
    Listing listing = listing();
    if (!listing.problems().isEmpty()) {
      throw new UnusablePointerException(listing.problems().get(0));
    }
    return listing.pointers();
  }

  /**
   * What a store holds.
   *
   * @param pointers the pointers, in the order of their ids
   * @param problems what is wrong with those that cannot be read; each names its file
   */
  public record Listing(List<Pointer> pointers, List<String> problems) {
    /** Copies the lists. */
    public Listing {
      pointers = List.copyOf(pointers);
      problems = List.copyOf(problems);
    }
  }

  /** Returns all pointers that can be read, and what is wrong with the others. */
  public Listing listing() throws IOException {
    List<Pointer> pointers = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    for (BackupId id :
        store.list().stream()
            .flatMap(name -> StoreNames.pointerId(name).stream())
            .sorted()
            .toList()) {
      String name = StoreNames.pointer(id);
      try {
        pointers.add(read(id, store.read(name, DOCUMENT_LIMIT)));
      } catch (NoSuchFileException closedMeanwhile) {
        // It is no longer open.
      } catch (MalformedDocumentException unreadable) {
        problems.add(
            "the pointer %s in %s cannot be used: %s"
                .formatted(name, store.location(), unreadable.getMessage()));
      }
    }
    return new Listing(pointers, problems);
  }

  /** Returns the pointer of an id; empty when there is none. */
  public Optional<Pointer> find(BackupId id) throws IOException {
    try {
      return Optional.of(read(id, store.read(StoreNames.pointer(id), DOCUMENT_LIMIT)));
    } catch (NoSuchFileException none) {
      return Optional.empty();
    }
  }

  /**
   * Returns who is making something under the id of a pointer; empty when nobody is, or any more.
   *
   * @throws IOException if that cannot be told
   */
  public Optional<ProcessOwner> beginner(BackupId id) throws IOException {
    try {
      byte[] intent = store.read(StoreNames.intent(id), DOCUMENT_LIMIT);
      return Optional.of(Intent.read(id, intent).owner());
    } catch (NoSuchFileException nobody) {
      return Optional.empty();
    }
  }

  /** Returns the ids that open plans name. */
  public Set<BackupId> named() throws IOException {
    Set<BackupId> named = new HashSet<>();
    for (Pointer pointer : list()) {
      named.add(pointer.id());
      named.addAll(pointer.backups());
    }
    return named;
  }

  private static Pointer read(BackupId id, byte[] document) throws IOException {
    JsonObject json = JsonObject.parse(document);
    List<BackupId> backups = new ArrayList<>();
    for (String text : json.texts("backups")) {
      BackupId.tryParse(text).ifPresent(backups::add);
    }
    return new Pointer(
        id,
        json.text("operation"),
        backups,
        json.texts("plans"),
        json.has("begun") && json.flag("begun"));
  }
}
