package dev.backuphelper.catalog;

import dev.backuphelper.internal.io.ProcessOwner;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.store.Store;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * An id that is taken in a store, by an intent that names the files to come.
 *
 * @param store the store
 * @param id the id
 * @param now the clock's own reading
 * @param behind the newest id of the store, if the clock stood well behind it
 */
public record Reservation(Store store, BackupId id, Instant now, Optional<BackupId> behind) {
  // Ids run ahead of the clock by some milliseconds when many are taken at once.
  private static final Duration CROWDING_TOLERANCE = Duration.ofSeconds(1);

  /**
   * Takes the next free id: the clock's moment, or one millisecond after the newest id of the
   * store, whichever is later.
   *
   * @param files returns the names of the files to come for an id
   */
  public static Reservation take(Store store, Instant now, Function<BackupId, List<String>> files)
      throws IOException {
    BackupId wanted = BackupId.of(now);
    Optional<BackupId> newest = newest(store);
    Optional<BackupId> behind =
        newest.filter(id -> id.instant().isAfter(now.plus(CROWDING_TOLERANCE)));
    BackupId candidate =
        newest.isPresent() && newest.get().compareTo(wanted) >= 0 ? after(newest.get()) : wanted;
    while (true) {
      Intent intent = new Intent(candidate, ProcessOwner.current(), files.apply(candidate));
      if (!store.createNew(StoreNames.intent(candidate), intent.write())) {
        candidate = after(candidate);
        continue;
      }
      // Another process may have taken a later id between the look and the reservation. Whoever
      // holds the latest one sees no later one, so somebody always succeeds.
      BackupId latest = newest(store).orElse(candidate);
      if (latest.equals(candidate)) {
        return new Reservation(store, candidate, now, behind);
      }
      store.delete(StoreNames.intent(candidate));
      candidate = after(latest);
    }
  }

  /**
   * Takes a certain id, that of a backup of another store.
   *
   * @param files the names of the files to come
   * @return empty if somebody has taken it
   */
  public static Optional<Reservation> claim(
      Store store, BackupId id, Instant now, List<String> files) throws IOException {
    Intent intent = new Intent(id, ProcessOwner.current(), files);
    return store.createNew(StoreNames.intent(id), intent.write())
        ? Optional.of(new Reservation(store, id, now, Optional.empty()))
        : Optional.empty();
  }

  /** Removes the intent: the backup is published, or nothing is left of it. */
  public void close() throws IOException {
    store.delete(StoreNames.intent(id));
  }

  private static BackupId after(BackupId id) throws IOException {
    try {
      return id.next();
    } catch (IllegalArgumentException endOfTime) {
      throw new IOException("the store holds the last id that there is: " + id, endOfTime);
    }
  }

  private static Optional<BackupId> newest(Store store) throws IOException {
    return store.list().stream()
        .flatMap(name -> StoreNames.owner(name).stream())
        .max(BackupId::compareTo);
  }
}
