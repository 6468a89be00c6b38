package dev.backuphelper.internal.engine;

import dev.backuphelper.catalog.Removal;
import dev.backuphelper.catalog.StoreNames;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.BackupKind;
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
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
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
      Map<Backup, List<VerifiedFile>> examined = new LinkedHashMap<>();
      for (Backup backup : selected(listing)) {
        examined.put(backup, check.examine(backup, order.level()));
        events.step("verified", backup.id());
      }
      Collection<Backup> newestGood = newestGood(examined);
      // Not the moment of its id: after a clock that stood ahead, all later ids do too.
      examined.forEach(
          (backup, found) ->
              found.forEach(
                  file ->
                      files.add(
                          withinLimits(
                              file,
                              newestGood.contains(backup) ? backup.manifest().date() : null))));
      files.addAll(unreadable(listing));
      if (order.ids().isEmpty()) {
        files.addAll(withoutManifest());
      }
    }
    return files;
  }

  /**
   * Returns the newest good backup of each group, whose age tells whether backups are made as they
   * should be. What was made before something dangerous does not tell that, unless there is nothing
   * else; what a failed migration left never does.
   */
  private static Collection<Backup> newestGood(Map<Backup, List<VerifiedFile>> newestFirst) {
    Map<GroupId, Backup> newest = new LinkedHashMap<>();
    List<Predicate<Backup>> preferences =
        List.of(backup -> backup.kind() != BackupKind.SAFETY, backup -> !backup.leftByFailure());
    for (Predicate<Backup> preferred : preferences) {
      newestFirst.forEach(
          (backup, found) -> {
            if (preferred.test(backup) && BackupCheck.verdict(backup, found).orElse(false)) {
              newest.putIfAbsent(backup.group(), backup);
            }
          });
    }
    return newest.values();
  }

  /** Returns the files of backups whose manifest is gone: without it they are no backups. */
  private List<VerifiedFile> withoutManifest() throws IOException {
    Map<BackupId, String> first = new TreeMap<>();
    for (String orphan : new Removal(context.store()).orphans()) {
      StoreNames.owner(orphan).ifPresent(id -> first.putIfAbsent(id, orphan));
    }
    List<VerifiedFile> files = new ArrayList<>();
    first.forEach(
        (id, orphan) ->
            files.add(
                new VerifiedFile(
                    Optional.of(id),
                    orphan,
                    Optional.of(
                        "validation failed: backup %s has no manifest, and %s lies there"
                            .formatted(id, orphan)),
                    0,
                    Optional.empty(),
                    List.of(),
                    Optional.empty())));
    return files;
  }

  /** Newest first, whatever the order in which they were named. */
  private List<Backup> selected(Listing listing) {
    Set<BackupId> ids = Set.copyOf(order.ids());
    if (ids.isEmpty()) {
      return listing.backups();
    }
    List<Backup> selected =
        listing.backups().stream().filter(backup -> ids.contains(backup.id())).toList();
    for (BackupId id : ids) {
      boolean found = selected.stream().anyMatch(backup -> backup.id().equals(id));
      if (!found && listing.unreadable(id).isEmpty()) {
        throw Lookup.notFound(context, id.value(), listing);
      }
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
