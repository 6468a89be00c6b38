package dev.backuphelper.internal.engine;

import dev.backuphelper.report.Listing;
import dev.backuphelper.report.UsageReport;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.HashSet;
import java.util.Set;

/** Adds up what a store occupies. */
public final class UsageOperation {
  private final Context context;

  /** Creates the operation. */
  public UsageOperation(Context context) {
    this.context = context;
  }

  /** Adds it up. */
  public UsageReport run() {
    return Failures.translate("cannot look at " + context.store().location(), this::measure);
  }

  private UsageReport measure() throws IOException {
    Listing listing = context.catalog().list();
    Set<String> artifacts = new HashSet<>();
    listing.backups().forEach(b -> b.components().forEach(c -> artifacts.add(c.file())));
    long total = 0;
    long artifactBytes = 0;
    for (String name : context.store().list()) {
      long size = sizeOf(name);
      total += size;
      artifactBytes += artifacts.contains(name) ? size : 0;
    }
    return new UsageReport(total, listing.backups().size(), artifactBytes, total - artifactBytes);
  }

  private long sizeOf(String name) throws IOException {
    try {
      return context.store().size(name);
    } catch (NoSuchFileException | IllegalArgumentException notOurs) {
      // Removed meanwhile, a folder, or a name that no store makes.
      return 0;
    }
  }
}
