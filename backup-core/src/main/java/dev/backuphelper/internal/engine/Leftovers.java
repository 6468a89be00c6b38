package dev.backuphelper.internal.engine;

import dev.backuphelper.catalog.OpenPointers;
import dev.backuphelper.catalog.Removal;
import dev.backuphelper.store.LockHeldException;
import dev.backuphelper.store.LockMode;
import dev.backuphelper.store.StoreFeature;
import dev.backuphelper.store.StoreLock;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What processes that died left half made in a store. */
final class Leftovers {
  private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);

  private final Context context;

  Leftovers(Context context) {
    this.context = context;
  }

  /**
   * Removes it, if nobody else uses the store at this moment; otherwise a later call will. Fails
   * never: what is left does no harm to what is listed.
   */
  void sweepIfIdle() {
    Removal removal = new Removal(context.store());
    try {
      if (mayRemove() && removal.hasLeftovers()) {
        try (StoreLock lock = context.store().lock(LockMode.EXCLUSIVE, "sweep", Duration.ZERO)) {
          sweep();
        }
      }
    } catch (LockHeldException inUse) {
      LOG.debug("not swept: {}", inUse.getMessage());
    } catch (NoSuchFileException gone) {
      LOG.debug("nothing to sweep: {}", gone.getMessage());
    } catch (IOException failure) {
      LOG.warn("leftovers in {} could not be swept", context.store().location(), failure);
    }
  }

  private boolean mayRemove() {
    return context.store().features().contains(StoreFeature.PROCESS_LOCKS);
  }

  /** Removes it, while the caller holds the exclusive lock; returns the names of the files. */
  List<String> sweep() throws IOException {
    Removal removal = new Removal(context.store());
    if (!mayRemove() || !removal.hasLeftovers()) {
      return List.of();
    }
    List<String> swept = removal.sweep(new OpenPointers(context.store()).named());
    if (!swept.isEmpty()) {
      LOG.info("swept from {}: {}", context.store().location(), swept);
    }
    return swept;
  }
}
