package dev.backuphelper.internal.engine;

import dev.backuphelper.catalog.Removal;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.Component;
import dev.backuphelper.model.GroupId;
import dev.backuphelper.report.Listing;
import dev.backuphelper.report.OpenPlan;
import dev.backuphelper.report.StatusReport;
import dev.backuphelper.report.StatusReport.Code;
import dev.backuphelper.report.StatusReport.Database;
import dev.backuphelper.report.StatusReport.Group;
import dev.backuphelper.report.StatusReport.Reason;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Judges a store. It reads alone: it takes no lock, sweeps nothing, and looks into no database, so
 * that it can be asked at any time. Whatever it cannot read is part of its answer.
 */
public final class StatusOperation {
  private final Context context;
  private final List<Reason> reasons = new ArrayList<>();
  private Set<String> stored = Set.of();
  private Set<BackupId> broken = Set.of();
  private List<Group> groups = List.of();
  private List<OpenPlan> open = List.of();

  /** Creates the operation. */
  public StatusOperation(Context context) {
    this.context = context;
  }

  /** Judges; what is wrong is reported, not thrown. */
  public StatusReport run() {
    String store = context.store().location();
    try {
      Failures.translate("cannot read the store " + store, this::judge);
    } catch (BackupException unreadable) {
      add(Code.STORE_UNREADABLE, String.valueOf(unreadable.getMessage()));
    }
    return new StatusReport(reasons, groups, open);
  }

  private List<Reason> judge() throws IOException {
    if (context.store().exists()) {
      judge(context.catalog().list());
    } else {
      add(Code.STORE_MISSING, "there is no store at " + context.store().location());
    }
    judgeOpen();
    return reasons;
  }

  private void judge(Listing listing) throws IOException {
    stored = Set.copyOf(context.store().list());
    broken = listing.broken();
    groups = groups(listing.backups());
    for (Group group : groups) {
      if (group.lastGood().isEmpty()) {
        add(
            Code.NO_GOOD_BACKUP,
            "none of %d backups of %s is verified and good"
                .formatted(group.backups(), paths(group)));
      }
    }
    if (groups.isEmpty()) {
      add(Code.NO_BACKUP, "there is no backup in " + context.store().location());
    } else {
      judgeSources();
    }
    for (Backup backup : listing.backups()) {
      judgeFiles(backup);
    }
    for (Listing.Unreadable manifest : listing.unreadable()) {
      add(Code.UNREADABLE_MANIFEST, manifest.file() + " cannot be used: " + manifest.reason());
    }
    for (String orphan : new Removal(context.store()).orphans()) {
      add(Code.MISSING_MANIFEST, orphan + " is there, and the manifest of its backup is not");
    }
  }

  // What is removed in this moment loses its manifest first.
  private void judgeFiles(Backup backup) throws IOException {
    for (String file : files(backup)) {
      if (!stored.contains(file) && context.catalog().exists(backup.id())) {
        add(Code.MISSING_FILE, "%s of backup %s is not there".formatted(file, backup.id()));
      }
    }
    if (broken.contains(backup.id()) && context.catalog().exists(backup.id())) {
      add(
          Code.BROKEN_CHAIN,
          "something that backup %s builds on is missing or bad".formatted(backup.id()));
    }
  }

  private static List<String> files(Backup backup) {
    return backup.components().stream().flatMap(part -> part.files().stream()).toList();
  }

  private List<Group> groups(List<Backup> newestFirst) {
    Map<GroupId, List<Backup>> backups =
        newestFirst.stream()
            .collect(Collectors.groupingBy(Backup::group, LinkedHashMap::new, Collectors.toList()));
    return backups.entrySet().stream()
        .map(entry -> group(entry.getKey(), entry.getValue()))
        .toList();
  }

  private Group group(GroupId id, List<Backup> newestFirst) {
    Map<BackupId, Backup> group =
        newestFirst.stream().collect(Collectors.toMap(Backup::id, Function.identity()));
    Optional<Backup> lastGood =
        newestFirst.stream()
            .filter(backup -> backup.verified() && !backup.leftByFailure())
            .filter(backup -> isRestorable(backup, group))
            .findFirst();
    return new Group(
        id,
        newestFirst.get(0).components().stream()
            .map(component -> new Database(component.name(), component.source()))
            .toList(),
        newestFirst.size(),
        lastGood,
        lastGood.map(this::age));
  }

  // As far as records and names tell. A page map is not needed for that.
  private boolean isRestorable(Backup backup, Map<BackupId, Backup> group) {
    Backup link = backup;
    while (link != null) {
      if (!link.components().stream().map(Component::file).allMatch(stored::contains)) {
        return false;
      }
      link = link.parent().map(group::get).orElse(null);
    }
    return !broken.contains(backup.id());
  }

  // Not the moment of its id: after a clock that stood ahead, all later ids do too. One that was
  // set
  // back does not make a backup younger than new.
  private Duration age(Backup backup) {
    Duration age = Duration.between(backup.manifest().date(), context.clock().instant());
    return age.isNegative() ? Duration.ZERO : age;
  }

  private void judgeSources() throws IOException {
    if (context.sources().isEmpty()) {
      return;
    }
    Set<String> named = new TreeSet<>();
    for (NamedSource source : NamedSource.ofConfigured(context.sources())) {
      named.add(source.path().toString());
    }
    if (groups.stream().noneMatch(group -> paths(group).equals(named))) {
      add(Code.NO_BACKUP, "there is no backup of " + named);
    }
  }

  private static Set<String> paths(Group group) {
    return group.databases().stream()
        .map(Database::source)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private void judgeOpen() {
    open = new OpenPlans(context).describe();
    if (open.stream().anyMatch(plan -> !plan.atWork())) {
      // What ended in this moment may have left its pointer, but not its plan, to the first look.
      open = new OpenPlans(context).describe();
    }
    for (OpenPlan plan : open) {
      if (!plan.atWork()) {
        add(code(plan.kind()), plan.sentence());
      }
    }
  }

  private static Code code(OpenPlan.Kind kind) {
    return switch (kind) {
      case RESTORE -> Code.OPEN_RESTORE;
      case MIGRATION -> Code.OPEN_MIGRATION;
      case UNREADABLE -> Code.UNREADABLE_PLAN;
    };
  }

  private void add(Code code, String message) {
    reasons.add(new Reason(code, message));
  }
}
