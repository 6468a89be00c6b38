package dev.backuphelper.retention;

import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupKind;
import dev.backuphelper.model.BackupType;
import dev.backuphelper.model.GroupId;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Which backups rules are for: those of any of the kinds, any of the types and any of the groups.
 *
 * @param kinds at least one
 * @param types at least one
 * @param groups empty for all
 */
record Scope(Set<BackupKind> kinds, Set<BackupType> types, Set<GroupId> groups) {
  static final Set<BackupType> ALL_TYPES = Set.copyOf(EnumSet.allOf(BackupType.class));

  Scope {
    kinds = Set.copyOf(kinds);
    types = Set.copyOf(types);
    groups = Set.copyOf(groups);
  }

  boolean contains(Backup backup) {
    return kinds.contains(backup.kind())
        && types.contains(backup.type())
        && (groups.isEmpty() || groups.contains(backup.group()));
  }

  /** Tells whether it has all backups of a kind and type, of whatever group. */
  boolean containsAll(BackupKind kind, BackupType type) {
    return groups.isEmpty() && kinds.contains(kind) && types.contains(type);
  }

  /** Returns what to put before a reason: {@code safety backup } if that is the only kind. */
  String subject() {
    return kinds.size() == 1 ? kinds.iterator().next().key() + " backup " : "";
  }

  /** Returns it in words: {@code full scheduled and archive backups}. */
  String describe() {
    String ofTypes =
        types.equals(ALL_TYPES) ? "" : keys(BackupType.values(), BackupType::key, types) + " ";
    String ofGroups =
        groups.isEmpty()
            ? ""
            : (groups.size() == 1 ? " of database group " : " of database groups ")
                + Words.list(new TreeSet<>(groups).stream().map(GroupId::value).toList(), "and");
    return ofTypes + keys(BackupKind.values(), BackupKind::key, kinds) + " backups" + ofGroups;
  }

  private static <E> String keys(E[] all, Function<E, String> key, Set<E> chosen) {
    List<String> keys = Arrays.stream(all).filter(chosen::contains).map(key).toList();
    return Words.list(keys, "and");
  }
}
