package dev.backuphelper.internal.engine;

import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.GroupId;
import dev.backuphelper.report.Listing;
import dev.backuphelper.report.VerifyReport;
import dev.backuphelper.report.VerifyReport.VerifiedFile;
import dev.backuphelper.retention.RetentionPlan;
import dev.backuphelper.store.LockMode;
import dev.backuphelper.store.StoreLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Verifies backups of the store and plain files; never stops at the first bad one. */
public final class VerifyOperation {
  private final Context context;
  private final VerifyOrder order;
  private final Events events;

  /** Creates the operation. */
  public VerifyOperation(Context context, VerifyOrder order) {
    this.context = context;
    this.order = order;
    this.events = context.events("verify");
  }

  /** Verifies, newest first. */
  public VerifyReport run() {
    return Failures.translate(
        "cannot verify",
        () -> {
          List<VerifiedFile> files = new ArrayList<>();
          if (!order.ids().isEmpty() || order.files().isEmpty()) {
            files.addAll(verifyStore());
          }
          for (Path file : order.files()) {
            files.addAll(Files.isDirectory(file) ? verifyFolder(file) : List.of(verifyFile(file)));
          }
          return new VerifyReport(files);
        });
  }

  private List<VerifiedFile> verifyStore() throws IOException {
    List<VerifiedFile> files = new ArrayList<>();
    if (!order.ids().isEmpty()) {
      new Lookup(context).requireStore(order.ids().get(0));
    } else if (!context.store().exists()) {
      return files;
    }
    new Leftovers(context).sweepIfIdle();
    try (StoreLock lock = context.lock(LockMode.SHARED, "verify")) {
      Listing listing = context.catalog().list();
      BackupCheck check = new BackupCheck(context);
      Set<GroupId> groupsWithGoodBackup = new HashSet<>();
      for (Backup backup : selected(listing)) {
        List<VerifiedFile> found = check.examine(backup, order.level());
        boolean good = found.stream().allMatch(VerifiedFile::valid);
        boolean newestGood = good && groupsWithGoodBackup.add(backup.group());
        // Not the moment of its id: after a clock that stood ahead, all later ids do too.
        for (VerifiedFile file : found) {
          files.add(withinLimits(file, newestGood ? backup.manifest().date() : null));
        }
        events.step("verified", backup.id());
      }
      files.addAll(unreadable(listing));
    }
    return files;
  }

  private List<Backup> selected(Listing listing) {
    if (order.ids().isEmpty()) {
      return listing.backups();
    }
    List<Backup> selected = new ArrayList<>();
    for (BackupId id : order.ids()) {
      Optional<Backup> named =
          listing.backups().stream().filter(backup -> backup.id().equals(id)).findFirst();
      if (named.isEmpty() && listing.unreadable(id).isEmpty()) {
        throw Lookup.notFound(context, id.value(), listing);
      }
      named.ifPresent(selected::add);
    }
    return selected;
  }

  private List<VerifiedFile> unreadable(Listing listing) {
    if (order.ids().isEmpty()) {
      return listing.unreadable().stream()
          .map(manifest -> unreadable(manifest, Optional.empty()))
          .toList();
    }
    List<VerifiedFile> files = new ArrayList<>();
    for (BackupId id : order.ids()) {
      listing
          .unreadable(id)
          .ifPresent(manifest -> files.add(unreadable(manifest, Optional.of(id))));
    }
    return files;
  }

  private List<VerifiedFile> verifyFolder(Path folder) throws IOException {
    List<VerifiedFile> files = new ArrayList<>();
    PlainCheck check = new PlainCheck(context, order.level());
    boolean newestGood = true;
    for (PlainFolder.Entry entry : new PlainFolder(folder, order.patterns()).files()) {
      VerifiedFile file = check.examineOneOfSeveral(entry.path()).file();
      boolean decides = newestGood && file.valid();
      files.add(withinLimits(file, decides ? entry.modified().toInstant() : null));
      newestGood &= !decides;
    }
    return files;
  }

  private VerifiedFile verifyFile(Path file) throws IOException {
    VerifiedFile found = new PlainCheck(context, order.level()).examine(file);
    return withinLimits(
        found, Files.exists(file) ? Files.getLastModifiedTime(file).toInstant() : null);
  }

  private VerifiedFile withinLimits(VerifiedFile file, @Nullable Instant newestGood) {
    if (!file.valid()) {
      return file;
    }
    Optional<String> problem = Optional.empty();
    Long minSize = order.minSize();
    Long maxSize = order.maxSize();
    Duration maxAge = order.maxAge();
    if (minSize != null && file.size() < minSize) {
      problem =
          Optional.of("too small: %d bytes, at least %d asked".formatted(file.size(), minSize));
    } else if (maxSize != null && file.size() > maxSize) {
      problem =
          Optional.of("too large: %d bytes, at most %d asked".formatted(file.size(), maxSize));
    } else if (maxAge != null && newestGood != null) {
      problem = ageProblem(newestGood, maxAge);
    }
    return new VerifiedFile(
        file.id(),
        file.path(),
        problem,
        file.size(),
        file.sha256(),
        file.checks(),
        Optional.empty());
  }

  private Optional<String> ageProblem(Instant newestGood, Duration maxAge) {
    Duration age = Duration.between(newestGood, context.clock().instant());
    if (age.compareTo(RetentionPlan.FUTURE_TOLERANCE.negated()) < 0) {
      return Optional.of(
          "of unknown age: the newest good one is dated %s, more than a day ahead"
              .formatted(newestGood));
    }
    return age.compareTo(maxAge) <= 0
        ? Optional.empty()
        : Optional.of(
            "too old: the newest good one is %d minutes old, at most %d asked"
                .formatted(age.toMinutes(), maxAge.toMinutes()));
  }

  private static VerifiedFile unreadable(Listing.Unreadable manifest, Optional<BackupId> id) {
    ErrorCode code = Lookup.codeOf(manifest);
    Optional<ErrorCode> obstacle = code == ErrorCode.CORRUPT ? Optional.empty() : Optional.of(code);
    String problem = "the manifest cannot be used: " + manifest.reason();
    return new VerifiedFile(
        id,
        manifest.file(),
        Optional.of(obstacle.isEmpty() ? "validation failed: " + problem : problem),
        0,
        Optional.empty(),
        List.of(),
        obstacle);
  }
}
