package dev.backuphelper.retention;

import dev.backuphelper.model.BackupKind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/**
 * One part of a policy.
 *
 * @param scope the backups that it is for
 * @param rules what stays of them and what goes
 */
record Part(Scope scope, Rules rules) {

  /** Returns the part that gives an age to one kind. */
  static Part ofAge(BackupKind kind, Duration age) {
    return new Part(
        new Scope(Set.of(kind), Scope.ALL_TYPES, Set.of()),
        new Rules(new TreeMap<>(), null, age, null, Rules.UTC));
  }

  List<String> reasonsOfLimits() {
    return rules.reasonsOfLimits(scope.subject());
  }

  String reasonToRemove(Instant time, Instant now) {
    return rules.reasonToRemove(scope.subject(), time, now);
  }

  String describe() {
    return scope.describe() + ": " + rules.describe();
  }
}
