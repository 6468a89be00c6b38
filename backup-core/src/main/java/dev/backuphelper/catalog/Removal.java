package dev.backuphelper.catalog;

import dev.backuphelper.internal.io.MalformedDocumentException;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.Manifest;
import dev.backuphelper.store.Store;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Removes what a store need not hold any more. Called while the store's exclusive lock is held.
 * Everything is done in an order that leaves each listed backup whole when the process dies: a
 * backup's manifest goes first, by a rename that leaves a list of the rest to be removed.
 */
public final class Removal {
  private static final int DOCUMENT_LIMIT = 16 << 20;

  private final Store store;

  /** Creates the removal from a store. */
  public Removal(Store store) {
    this.store = store;
  }

  /**
   * Removes a backup.
   *
   * @return the bytes freed
   */
  public long remove(BackupId id) throws IOException {
    store.rename(StoreNames.manifest(id), StoreNames.tombstone(id));
    return bury(id);
  }

  /** Finishes what the tombstone of a backup lists; returns the bytes freed. */
  private long bury(BackupId id) throws IOException {
    long freed = 0;
    for (String file : filesOf(id)) {
      freed += delete(file);
    }
    return freed + delete(StoreNames.tombstone(id));
  }

  private List<String> filesOf(BackupId id) throws IOException {
    List<String> files = new ArrayList<>();
    try {
      Manifest manifest =
          ManifestCodec.read(id, store.read(StoreNames.tombstone(id), DOCUMENT_LIMIT));
      files.addAll(BackupFiles.contentNames(manifest));
    } catch (MalformedDocumentException | UnknownFormatException unreadable) {
      // What the manifest would list is known by name too: every file of a backup holds its id.
      for (String name : store.list()) {
        if (StoreNames.owner(name).filter(id::equals).isPresent()
            && !name.equals(StoreNames.tombstone(id))) {
          files.add(name);
        }
      }
    }
    files.addAll(BackupFiles.besideManifest(id));
    return files;
  }

  private long delete(String name) throws IOException {
    try {
      long size = store.size(name);
      return store.delete(name) ? size : 0;
    } catch (NoSuchFileException gone) {
      return 0;
    }
  }

  /** Tells whether something may have been left by a process that died. */
  public boolean hasLeftovers() throws IOException {
    return store.list().stream()
        .anyMatch(
            name ->
                StoreNames.intentId(name).isPresent()
                    || StoreNames.tombstoneId(name).isPresent()
                    || name.startsWith(".staging-"));
  }

  /**
   * Removes what dead processes left half made: exactly what their intents, tombstones and staging
   * names list.
   *
   * @param named ids that an open plan names; what belongs to them stays
   * @return the names of the files removed
   */
  public List<String> sweep(Set<BackupId> named) throws IOException {
    List<String> swept = new ArrayList<>();
    Catalog catalog = new Catalog(store);
    for (String name : store.list()) {
      var tombstone = StoreNames.tombstoneId(name);
      if (tombstone.isPresent()) {
        // Beside a manifest, as when a store was copied while it was worked on, it says nothing.
        if (catalog.exists(tombstone.get())) {
          store.delete(name);
        } else {
          bury(tombstone.get());
        }
        swept.add(name);
      }
      var intent = StoreNames.intentId(name);
      if (intent.isPresent() && !named.contains(intent.get()) && sweepIntent(intent.get())) {
        swept.add(name);
      }
    }
    swept.addAll(store.sweepStaged());
    return swept;
  }

  private boolean sweepIntent(BackupId id) throws IOException {
    Intent intent;
    try {
      intent = Intent.read(id, store.read(StoreNames.intent(id), DOCUMENT_LIMIT));
    } catch (MalformedDocumentException torn) {
      // Its maker died while writing it, so before the first file it would have listed.
      return store.delete(StoreNames.intent(id));
    } catch (NoSuchFileException gone) {
      return false;
    }
    if (!intent.owner().isDead()) {
      return false;
    }
    if (!new Catalog(store).exists(id)) {
      for (String file : intent.files()) {
        if (StoreNames.owner(file).filter(id::equals).isPresent()) {
          store.delete(file);
        }
      }
    }
    return store.delete(StoreNames.intent(id));
  }

  /** Returns the files that belong to no backup and that no sweep may remove. */
  public List<String> orphans() throws IOException {
    List<String> orphans = orphans(store.list());
    if (orphans.isEmpty()) {
      return orphans;
    }
    // A backup that was published while the names were read may show its files alone.
    List<String> again = orphans(store.list());
    return orphans.stream().filter(again::contains).toList();
  }

  private static List<String> orphans(List<String> names) {
    Set<BackupId> owned = new HashSet<>();
    for (String name : names) {
      StoreNames.manifestId(name).ifPresent(owned::add);
      StoreNames.intentId(name).ifPresent(owned::add);
      StoreNames.tombstoneId(name).ifPresent(owned::add);
      StoreNames.pointerId(name).ifPresent(owned::add);
    }
    return names.stream()
        .filter(name -> StoreNames.owner(name).filter(id -> !owned.contains(id)).isPresent())
        .sorted()
        .toList();
  }
}
