package dev.backuphelper.internal.engine;

import dev.backuphelper.catalog.OwnerCodec;
import dev.backuphelper.internal.io.AtomicFile;
import dev.backuphelper.internal.io.JsonObject;
import dev.backuphelper.internal.io.MalformedDocumentException;
import dev.backuphelper.internal.io.ProcessOwner;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.SourceName;
import dev.backuphelper.source.TargetState;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The plan of a restore, as it lies beside one of its targets while the restore is open. Each
 * target has a file of its own with its own phase; all name all targets. Immutable.
 *
 * @param id the plan's id
 * @param owner the process that restores
 * @param store the folder of the store that holds the pointer and the safety backup
 * @param source the folder of the store that holds the backup
 * @param backup the backup that is restored; null for a plain file
 * @param file the plain file that is restored; null for a backup
 * @param safetyBackup the backup of the state before; null when there is none
 * @param target the real path of the target
 * @param component the component that goes there
 * @param fileKey the identity of the file that was there; empty when there was none
 * @param before what was there
 * @param aside where an unreadable file that was there is kept
 * @param phase how far the work on this target is
 * @param fingerprint what the finished target looked like; empty before
 * @param targets the real paths of all targets
 * @param components what goes to each of the targets, in their order
 */
record PlanFile(
    BackupId id,
    ProcessOwner owner,
    String store,
    String source,
    @Nullable BackupId backup,
    @Nullable Path file,
    @Nullable BackupId safetyBackup,
    Path target,
    SourceName component,
    String fileKey,
    TargetState before,
    Path aside,
    Phase phase,
    String fingerprint,
    List<Path> targets,
    List<SourceName> components) {

  private static final String SUFFIX = ".backup-open.json";
  private static final int DOCUMENT_LIMIT = 1 << 20;
  private static final int FORMAT = 1;

  /** How far the work on a target is. */
  enum Phase {
    /** Not touched yet. */
    PENDING,
    /** Being written, or to be written at any moment. */
    WRITING,
    /** Written and verified. */
    DONE
  }

  /** Returns where the plan of a target lies. */
  static Path beside(Path target) {
    return target.resolveSibling(target.getFileName() + SUFFIX);
  }

  /** Tells whether a file has the name of a plan. */
  static boolean isPlan(Path file) {
    String name = String.valueOf(file.getFileName());
    return file.isAbsolute() && name.endsWith(SUFFIX) && name.length() > SUFFIX.length();
  }

  /** Returns the target of a plan's file. */
  static Path targetOf(Path planFile) {
    String name = String.valueOf(planFile.getFileName());
    return planFile.resolveSibling(name.substring(0, name.length() - SUFFIX.length()));
  }

  PlanFile in(Phase next, String finishedFingerprint) {
    return new PlanFile(
        id,
        owner,
        store,
        source,
        backup,
        file,
        safetyBackup,
        target,
        component,
        fileKey,
        before,
        aside,
        next,
        finishedFingerprint,
        targets,
        components);
  }

  /** Returns what is being restored, in words for people. */
  String what() {
    return backup != null ? "backup " + backup : String.valueOf(file);
  }

  void write() throws IOException {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("format", FORMAT);
    map.put("id", id.value());
    map.put("operation", "restore");
    map.put("store", store);
    map.put("source_store", source);
    map.put("backup", backup == null ? null : backup.value());
    map.put("file", file == null ? null : file.toString());
    map.put("safety_backup", safetyBackup == null ? null : safetyBackup.value());
    map.put("target", target.toString());
    map.put("component", component.value());
    map.put("file_key", fileKey);
    map.put("before", before.key());
    map.put("aside", aside.toString());
    map.put("phase", phase.name().toLowerCase(Locale.ROOT));
    map.put("fingerprint", fingerprint);
    map.put("targets", targets.stream().map(Path::toString).toList());
    map.put("components", components.stream().map(SourceName::value).toList());
    map.putAll(OwnerCodec.toMap(owner));
    AtomicFile.write(beside(target), JsonObject.write(map), scratch(target, "plan", id));
  }

  /**
   * Removes the plans of one restore. If the process dies meanwhile, those that are left ask for
   * nothing: a plan that is not done is made one of a target that was not touched before the first
   * of them goes.
   */
  static void removeAll(List<PlanFile> plans, Consumer<PlanFile> removed) throws IOException {
    if (plans.size() > 1 && plans.stream().anyMatch(plan -> plan.phase() == Phase.WRITING)) {
      for (PlanFile plan : plans) {
        plan.in(Phase.PENDING, "").write();
      }
    }
    for (PlanFile plan : plans) {
      plan.deleteScratch();
      Files.deleteIfExists(beside(plan.target()));
      removed.accept(plan);
    }
  }

  /** Returns the folder of the store that holds the pointer and the safety backup. */
  Path storeFolder() {
    return target.getFileSystem().getPath(store);
  }

  /** Returns the folder of the store that holds the backup. */
  Path sourceFolder() {
    return target.getFileSystem().getPath(source);
  }

  /** Says that the restore still goes on. */
  void beat() throws IOException {
    Files.setLastModifiedTime(beside(target), FileTime.from(Instant.now()));
  }

  /** Returns when the restore last said so. */
  Instant lastBeat() throws IOException {
    return Files.getLastModifiedTime(beside(target)).toInstant();
  }

  /**
   * Returns the plan that lies beside a target; empty when there is none.
   *
   * @throws MalformedDocumentException if it cannot be read
   */
  static Optional<PlanFile> find(Path target) throws IOException {
    Path file = beside(target);
    try {
      if (Files.size(file) > DOCUMENT_LIMIT) {
        throw new MalformedDocumentException("it is larger than any plan", null);
      }
      return Optional.of(read(JsonObject.parse(Files.readAllBytes(file)), target.getFileSystem()));
    } catch (NoSuchFileException none) {
      return Optional.empty();
    } catch (IllegalArgumentException malformed) {
      throw new MalformedDocumentException(String.valueOf(malformed.getMessage()), malformed);
    }
  }

  private static PlanFile read(JsonObject json, FileSystem files)
      throws MalformedDocumentException {
    if (json.size("format") != FORMAT || !json.text("operation").equals("restore")) {
      throw new MalformedDocumentException(
          "it is a plan that this version does not know: format %d, operation %s"
              .formatted(json.size("format"), json.text("operation")),
          null);
    }
    if (json.texts("targets").size() != json.texts("components").size()) {
      throw new MalformedDocumentException("it has not one component for each target", null);
    }
    return new PlanFile(
        new BackupId(json.text("id")),
        OwnerCodec.read(json),
        json.text("store"),
        json.text("source_store"),
        json.has("backup") ? new BackupId(json.text("backup")) : null,
        json.has("file") ? files.getPath(json.text("file")) : null,
        json.has("safety_backup") ? new BackupId(json.text("safety_backup")) : null,
        files.getPath(json.text("target")),
        new SourceName(json.text("component")),
        json.text("file_key"),
        TargetState.valueOf(json.text("before").toUpperCase(Locale.ROOT)),
        files.getPath(json.text("aside")),
        Phase.valueOf(json.text("phase").toUpperCase(Locale.ROOT)),
        json.text("fingerprint"),
        json.texts("targets").stream().map(path -> files.getPath(path)).toList(),
        json.texts("components").stream().map(SourceName::new).toList());
  }

  /** Returns the name of a file that a plan makes beside its target and removes again. */
  static Path scratch(Path target, String purpose, BackupId id) {
    return target.resolveSibling(target.getFileName() + ".backup-" + purpose + "-" + id);
  }

  /** Removes what the plans of this restore made beside its targets, be they not written yet. */
  void deleteScratch() throws IOException {
    for (Path each : targets) {
      deleteScratch(each, id);
    }
  }

  /** Removes what a plan of that id made beside a target. */
  static void deleteScratch(Path target, BackupId id) throws IOException {
    Files.deleteIfExists(scratch(target, "new", id));
    Files.deleteIfExists(scratch(target, "plan", id));
  }
}
