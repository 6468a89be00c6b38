package dev.backuphelper.retention;

import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.BackupKind;
import dev.backuphelper.model.BackupType;
import dev.backuphelper.model.CheckLevel;
import dev.backuphelper.model.Component;
import dev.backuphelper.model.GroupId;
import dev.backuphelper.model.Manifest;
import dev.backuphelper.model.SourceName;
import dev.backuphelper.model.Verification;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An invented backup; its id is the moment so long before {@link #NOW}. */
record Sample(
    Duration age,
    String group,
    BackupKind kind,
    Duration parentAge,
    long size,
    boolean damaged,
    Boolean found,
    boolean pinned,
    BackupType type) {
  static final Instant NOW = Instant.parse("2025-06-30T12:00:00Z");

  /** A full backup if it has no parent, else an incremental one. */
  Sample(
      Duration age,
      String group,
      BackupKind kind,
      Duration parentAge,
      long size,
      boolean damaged,
      Boolean found,
      boolean pinned) {
    this(
        age,
        group,
        kind,
        parentAge,
        size,
        damaged,
        found,
        pinned,
        parentAge == null ? BackupType.FULL : BackupType.INCREMENTAL);
  }

  /** The same as {@link #daysOld}, made at a moment. */
  static Sample at(Instant moment) {
    return hoursOld(0).aged(Duration.between(moment, NOW));
  }

  static Sample hoursOld(long hours) {
    return daysOld(0).aged(Duration.ofHours(hours));
  }

  /** A verified full backup of the group {@code a}, one byte in size. */
  static Sample daysOld(long days) {
    return new Sample(
        Duration.ofDays(days), "a", BackupKind.SCHEDULED, null, 1, false, true, false);
  }

  Sample inGroup(String newGroup) {
    return new Sample(age, newGroup, kind, parentAge, size, damaged, found, pinned, type);
  }

  Sample ofKind(BackupKind newKind) {
    return new Sample(age, group, newKind, parentAge, size, damaged, found, pinned, type);
  }

  Sample on(Sample parent) {
    return new Sample(age, group, kind, parent.age, size, damaged, found, pinned);
  }

  Sample asDifferential() {
    return new Sample(
        age, group, kind, parentAge, size, damaged, found, pinned, BackupType.DIFFERENTIAL);
  }

  private Sample aged(Duration newAge) {
    return new Sample(newAge, group, kind, parentAge, size, damaged, found, pinned, type);
  }

  Sample ofSize(long newSize) {
    return new Sample(age, group, kind, parentAge, newSize, damaged, found, pinned, type);
  }

  Sample asDamaged() {
    return new Sample(age, group, kind, parentAge, size, true, found, pinned, type);
  }

  Sample foundBad() {
    return new Sample(age, group, kind, parentAge, size, damaged, false, pinned, type);
  }

  Sample neverExamined() {
    return new Sample(age, group, kind, parentAge, size, damaged, null, pinned, type);
  }

  Sample asPinned() {
    return new Sample(age, group, kind, parentAge, size, damaged, found, true, type);
  }

  BackupId id() {
    return BackupId.of(NOW.minus(age));
  }

  Backup backup() {
    Optional<Verification> verification =
        Optional.ofNullable(found).map(good -> new Verification(CheckLevel.QUICK, NOW, good));
    return new Backup(manifest(), pinned, verification);
  }

  private Manifest manifest() {
    Component component =
        new Component(
            new SourceName("app.db"),
            "sqlite",
            "3",
            "/" + group + "/app.db",
            NOW,
            "artifact",
            size,
            "",
            size,
            "",
            List.of(),
            Map.of(),
            null,
            null);
    return new Manifest(
        id(),
        id().instant(),
        kind,
        type,
        parentAge == null ? null : BackupId.of(NOW.minus(parentAge)),
        GroupId.of(List.of(component)),
        null,
        null,
        Map.of(),
        new Manifest.Origin(null, "host", "user", null, null, "test"),
        null,
        null,
        damaged,
        1,
        List.of(component));
  }
}
