package dev.backuphelper.internal.engine;

import dev.backuphelper.catalog.OpenPointers;
import dev.backuphelper.catalog.Removal;
import dev.backuphelper.error.RefusedException;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.GroupId;
import dev.backuphelper.model.Verification;
import dev.backuphelper.report.CleanReport;
import dev.backuphelper.retention.RetentionPlan;
import dev.backuphelper.store.LockMode;
import dev.backuphelper.store.StoreLock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Applies retention. Before anything of a group is removed, the newest restorable backup that stays
 * of it was read and found good; if none is, nothing of that group is removed.
 */
public final class CleanOperation {
  private final Context context;
  private final CleanOrder order;
  private final Events events;
  // What this run read itself. It is planned with that rather than with what is recorded, so that a
  // dry run, which records nothing, comes to the same plan.
  private final Proof proof;
  // Groups of which this run did not find one good: it goes on until it has found a good one, even
  // if
  // nothing of them would be removed any more.
  private final Set<GroupId> doubtful = new HashSet<>();

  /** Creates the operation. */
  public CleanOperation(Context context, CleanOrder order) {
    this.context = context;
    this.order = order;
    this.events = context.events("clean");
    this.proof = new Proof(context, events, !order.dryRun());
  }

  /** Removes what the policy lets go. */
  public CleanReport run() {
    return Failures.translate("cannot clean " + context.store().location(), this::clean);
  }

  private CleanReport clean() throws IOException {
    if (!context.store().exists()) {
      return CleanReport.nothing(order.dryRun());
    }
    LockMode mode = order.dryRun() ? LockMode.SHARED : LockMode.EXCLUSIVE;
    try (StoreLock lock = context.lock(mode, "clean")) {
      if (!order.dryRun()) {
        new Leftovers(context).sweep();
      }
      CleanReport rehearsed = rehearse();
      if (!order.allows(rehearsed)) {
        return rehearsed;
      }
      Removal removal = new Removal(context.store());
      return PlannedRemoval.carryOut(
          rehearsed, planned -> removal.remove(new BackupId(planned.id())), events);
    }
  }

  // Reading a backup may show that it is bad, which changes what the policy keeps: so the plan is
  // made anew until the newest kept of each group that loses something was read and found good.
  private CleanReport rehearse() throws IOException {
    Set<BackupId> named = new OpenPointers(context.store()).named();
    List<Backup> listed = context.catalog().list().backups();
    while (true) {
      List<Backup> backups = listed.stream().map(this::asRead).toList();
      RetentionPlan<Backup> plan = order.policy().plan(backups, named, context.clock().instant());
      refuseFuture(plan);
      if (!findsBad(plan)) {
        return report(plan, backups);
      }
    }
  }

  private Backup asRead(Backup backup) {
    Optional<Verification> found = proof.found(backup.id());
    return found.isEmpty() ? backup : new Backup(backup.manifest(), backup.pinned(), found);
  }

  /**
   * Reads what must be known before the plan may be carried out; tells whether some of it is bad.
   */
  private boolean findsBad(RetentionPlan<Backup> plan) throws IOException {
    boolean bad = false;
    for (GroupId group : groupsToProve(plan)) {
      Optional<Backup> next = nextToRead(group, plan);
      if (next.isPresent() && !proof.prove(next.get())) {
        doubtful.add(group);
        bad = true;
      }
    }
    return bad;
  }

  private Set<GroupId> groupsToProve(RetentionPlan<Backup> plan) {
    Set<GroupId> groups = new HashSet<>(doubtful);
    plan.removed().forEach(gone -> groups.add(gone.item().group()));
    return groups;
  }

  /** Returns the newest kept that may prove a group and was not read; empty if one proves it. */
  private Optional<Backup> nextToRead(GroupId group, RetentionPlan<Backup> plan) {
    for (Backup backup : kept(group, plan)) {
      if (!proof.isRead(backup.id())) {
        return Optional.of(backup);
      }
      if (proof.isGood(backup.id())) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  private boolean isProven(GroupId group, RetentionPlan<Backup> plan) {
    return kept(group, plan).stream().anyMatch(backup -> proof.isGood(backup.id()));
  }

  private static List<Backup> kept(GroupId group, RetentionPlan<Backup> plan) {
    return plan.kept().stream()
        .map(RetentionPlan.Kept::item)
        .filter(backup -> backup.group().equals(group) && !backup.damaged())
        .toList();
  }

  private static void refuseFuture(RetentionPlan<Backup> plan) {
    if (!plan.futureDated().isEmpty()) {
      throw new RefusedException(
          "not cleaned: %s is dated more than a day in the future"
              .formatted(plan.futureDated().get(0).id()),
          "Check the clock; if the backup's date is wrong, remove it with delete.");
    }
  }

  private CleanReport report(RetentionPlan<Backup> plan, List<Backup> backups) {
    List<CleanReport.Removed> removed = new ArrayList<>();
    List<CleanReport.Kept> kept = new ArrayList<>();
    plan.kept().forEach(keep -> kept.add(kept(keep.item(), keep.reasons())));
    Set<GroupId> unproven = new LinkedHashSet<>();
    for (RetentionPlan.Removed<Backup> remove : plan.removed()) {
      Backup backup = remove.item();
      if (isProven(backup.group(), plan)) {
        removed.add(new CleanReport.Removed(backup.id().value(), remove.reason(), backup.size()));
      } else {
        unproven.add(backup.group());
        kept.add(kept(backup, List.of("no backup that would stay was found good")));
      }
    }
    return CleanReport.rehearsed(removed, kept, unproven(backups, unproven));
  }

  private static CleanReport.Kept kept(Backup backup, List<String> reasons) {
    return new CleanReport.Kept(backup.id().value(), reasons);
  }

  /**
   * Returns the databases of the groups without a good backup, those included that lose nothing.
   */
  private static List<String> unproven(List<Backup> backups, Set<GroupId> known) {
    Map<GroupId, List<Backup>> groups =
        backups.stream()
            .collect(Collectors.groupingBy(Backup::group, LinkedHashMap::new, Collectors.toList()));
    return groups.entrySet().stream()
        .filter(group -> known.contains(group.getKey()) || !hasGood(group.getValue()))
        .map(group -> databases(group.getValue().get(0)))
        .toList();
  }

  private static boolean hasGood(List<Backup> group) {
    return group.stream().anyMatch(backup -> !backup.damaged() && !backup.knownBad());
  }

  private static String databases(Backup backup) {
    return backup.components().stream()
        .map(component -> component.name().value())
        .collect(Collectors.joining(", "));
  }
}
