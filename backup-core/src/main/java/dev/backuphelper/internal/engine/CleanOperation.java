package dev.backuphelper.internal.engine;

import dev.backuphelper.catalog.OpenPointers;
import dev.backuphelper.catalog.Removal;
import dev.backuphelper.error.RefusedException;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.CheckLevel;
import dev.backuphelper.model.GroupId;
import dev.backuphelper.report.CleanReport;
import dev.backuphelper.report.VerifyReport.VerifiedFile;
import dev.backuphelper.retention.RetentionPlan;
import dev.backuphelper.retention.RetentionPolicy;
import dev.backuphelper.store.LockMode;
import dev.backuphelper.store.StoreLock;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Applies retention. Before anything of a group is removed, the newest restorable backup that stays
 * of it was read and found good; if none is, nothing of that group is removed.
 */
public final class CleanOperation {
  private final Context context;
  private final RetentionPolicy policy;
  private final boolean dryRun;
  private final Events events;

  /** Creates the operation. */
  public CleanOperation(Context context, RetentionPolicy policy, boolean dryRun) {
    this.context = context;
    this.policy = policy;
    this.dryRun = dryRun;
    this.events = context.events("clean");
  }

  /** Removes what the policy lets go. */
  public CleanReport run() {
    return Failures.translate("cannot clean " + context.store().location(), this::clean);
  }

  private CleanReport clean() throws IOException {
    LockMode mode = dryRun ? LockMode.SHARED : LockMode.EXCLUSIVE;
    try (StoreLock lock = context.lock(mode, "clean")) {
      if (!dryRun) {
        new Leftovers(context).sweep();
      }
      Decision decision = decide();
      return apply(decision);
    } catch (NoSuchFileException noStore) {
      return new CleanReport(dryRun, List.of(), List.of(), 0, List.of());
    }
  }

  /** A plan, and the groups of which nothing may be removed because nothing good was found. */
  private record Decision(RetentionPlan<Backup> plan, Set<GroupId> unproven) {}

  // Reading a backup may show that it is bad, which changes what the policy keeps: so the plan is
  // made anew until the newest kept of each group that loses something was read and found good.
  private Decision decide() throws IOException {
    Set<BackupId> named = new OpenPointers(context.store()).named();
    Map<BackupId, Boolean> read = new HashMap<>();
    while (true) {
      List<Backup> backups = context.catalog().list().backups();
      RetentionPlan<Backup> plan = policy.plan(backups, named, context.clock().instant());
      refuseFuture(plan);
      Set<GroupId> unproven = new HashSet<>();
      boolean changed = false;
      for (GroupId group : groupsLosing(plan)) {
        Proof proof = prove(group, plan, read);
        changed |= proof == Proof.FOUND_BAD;
        if (proof == Proof.NONE_GOOD) {
          unproven.add(group);
        }
      }
      if (!changed) {
        return new Decision(plan, unproven);
      }
    }
  }

  private static Set<GroupId> groupsLosing(RetentionPlan<Backup> plan) {
    Set<GroupId> groups = new HashSet<>();
    plan.removed().forEach(removed -> groups.add(removed.item().group()));
    return groups;
  }

  private enum Proof {
    GOOD,
    FOUND_BAD,
    NONE_GOOD
  }

  private Proof prove(GroupId group, RetentionPlan<Backup> plan, Map<BackupId, Boolean> read)
      throws IOException {
    for (RetentionPlan.Kept<Backup> kept : plan.kept()) {
      Backup backup = kept.item();
      if (!backup.group().equals(group) || backup.damaged()) {
        continue;
      }
      Boolean known = read.get(backup.id());
      if (known == null) {
        boolean good = isGood(backup);
        read.put(backup.id(), good);
        // A dry run records nothing, so it cannot plan anew; it looks further for a good one.
        if (good) {
          return Proof.GOOD;
        }
        if (!dryRun) {
          return Proof.FOUND_BAD;
        }
      } else if (known) {
        return Proof.GOOD;
      }
    }
    return Proof.NONE_GOOD;
  }

  private boolean isGood(Backup backup) throws IOException {
    events.step("proving", backup.id());
    CheckLevel level =
        backup
            .verification()
            .map(v -> v.level())
            .filter(l -> l != CheckLevel.NONE)
            .orElse(CheckLevel.QUICK);
    BackupCheck check = new BackupCheck(context);
    return (dryRun ? check.look(backup, level) : check.examine(backup, level))
        .stream().allMatch(VerifiedFile::valid);
  }

  private void refuseFuture(RetentionPlan<Backup> plan) {
    if (!plan.futureDated().isEmpty()) {
      throw new RefusedException(
          "not cleaned: %s is dated more than a day in the future"
              .formatted(plan.futureDated().get(0).id()),
          "Check the clock; if the backup's date is wrong, remove it with delete.");
    }
  }

  private CleanReport apply(Decision decision) {
    List<CleanReport.Removed> removed = new ArrayList<>();
    List<CleanReport.Kept> kept = new ArrayList<>();
    List<String> errors = new ArrayList<>();
    long freed = 0;
    for (RetentionPlan.Kept<Backup> keep : decision.plan().kept()) {
      kept.add(new CleanReport.Kept(keep.item().id().value(), keep.reasons()));
    }
    Removal removal = new Removal(context.store());
    for (RetentionPlan.Removed<Backup> remove : decision.plan().removed()) {
      Backup backup = remove.item();
      if (decision.unproven().contains(backup.group())) {
        kept.add(
            new CleanReport.Kept(
                backup.id().value(), List.of("no backup that would stay was found good")));
        continue;
      }
      try {
        long bytes = dryRun ? backup.size() : removal.remove(backup.id());
        freed += bytes;
        removed.add(new CleanReport.Removed(backup.id().value(), remove.reason(), bytes));
        events.step("removed", backup.id());
      } catch (IOException failure) {
        errors.add(backup.id() + ": " + failure.getMessage());
      }
    }
    return new CleanReport(dryRun, removed, kept, freed, errors);
  }
}
