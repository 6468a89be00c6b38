package dev.backuphelper.internal.engine;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import dev.backuphelper.catalog.OwnerCodec;
import dev.backuphelper.internal.io.AtomicFile;
import dev.backuphelper.internal.io.JsonObject;
import dev.backuphelper.internal.io.MalformedDocumentException;
import dev.backuphelper.internal.io.PrivateFiles;
import dev.backuphelper.internal.io.ProcessOwner;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.OnCrash;
import dev.backuphelper.model.SourceName;
import dev.backuphelper.source.TargetState;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A plan as it lies beside one of its targets while it is open. Each target has a file of its own
 * with its own phase; all hold the whole plan. Immutable.
 *
 * @param plan the plan
 * @param target the real path of the target that this file lies beside
 * @param fileKey the identity of the file that was there; empty when there was none
 * @param before what was there
 * @param phase how far the work on this target is
 * @param fingerprint what the target looked like when this phase began; empty if that is not known
 * @param since when this phase began
 */
record PlanFile(
    Plan plan,
    Path target,
    String fileKey,
    TargetState before,
    Phase phase,
    String fingerprint,
    Instant since) {

  private static final Logger LOG = LoggerFactory.getLogger(PlanFile.class);
  private static final String SUFFIX = ".backup-open.json";
  // What lies beside a database goes aside with it, under the same ending.
  private static final List<String> SIDECARS = List.of("-wal", "-shm", "-journal");
  private static final int DOCUMENT_LIMIT = 1 << 20;
  private static final int FORMAT = 1;
  private static final String RESTORE = "restore";
  private static final String MIGRATION = "migration";

  /** How far the work on a target is. */
  enum Phase {
    /** Not touched yet. */
    PENDING,
    /** Being written, or to be written at any moment; by the migration itself, if it is one. */
    WRITING,
    /** Written and verified. */
    DONE;

    String key() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  BackupId id() {
    return plan.id();
  }

  /** Returns where a file that was there and could not be read is kept. */
  Path aside() {
    return aside(target, plan.id());
  }

  /** Returns where a restore keeps a file that was at a target and cannot be read. */
  static Path aside(Path target, BackupId id) {
    return target.resolveSibling(target.getFileName() + ".broken-" + id);
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

  /** Returns a plan's file at its begin. */
  static PlanFile of(Plan plan, Path target, String fileKey, TargetState before, Phase phase) {
    return new PlanFile(plan, target, fileKey, before, phase, "", now());
  }

  PlanFile in(Phase next, String fingerprintNow) {
    return new PlanFile(plan, target, fileKey, before, next, fingerprintNow, now());
  }

  // Compared with the times of files, which the system's clock gives.
  private static Instant now() {
    return Instant.now();
  }

  PlanFile with(Plan changed) {
    return new PlanFile(changed, target, fileKey, before, phase, fingerprint, since);
  }

  void write() throws IOException {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("format", FORMAT);
    map.put("id", plan.id().value());
    map.put("operation", plan.purpose().isMigration() ? MIGRATION : RESTORE);
    map.put("label", plan.purpose().label());
    map.put("on_crash", plan.purpose().onCrash().key());
    map.put("engine", plan.engine());
    map.put("store", plan.store());
    map.put("source_store", plan.source());
    map.put("backup", text(plan.backup()));
    map.put("file", text(plan.file()));
    map.put("file_sha256", plan.fileSha256());
    map.put("safety_backup", text(plan.safetyBackup()));
    map.put("verified", plan.verified());
    map.put("target", target.toString());
    map.put("file_key", fileKey);
    map.put("before", before.key());
    map.put("aside", aside().toString());
    map.put("phase", phase.key());
    map.put("fingerprint", fingerprint);
    map.put("since", since.toString());
    map.put("targets", plan.targets().stream().map(Path::toString).toList());
    map.put("components", plan.goals().stream().map(goal -> goal.component().value()).toList());
    map.put("contents", plan.goals().stream().map(goal -> goal.content().key()).toList());
    map.putAll(OwnerCodec.toMap(plan.owner()));
    map.put("workers", plan.purpose().workers().stream().map(OwnerCodec::toMap).toList());
    map.put("worker_starting", plan.purpose().starting());
    AtomicFile.write(beside(target), JsonObject.write(map), scratch(target, "plan", plan.id()));
  }

  private static @Nullable String text(@Nullable Object value) {
    return value == null ? null : value.toString();
  }

  /**
   * Removes the plans of one work. If the process dies meanwhile, those that are left ask for
   * nothing: a plan that is not done is made one of a target that was not touched before the first
   * of them goes. On a full disk that cannot be said, but removed they must be.
   */
  static void removeAll(List<PlanFile> plans, Consumer<PlanFile> removed) throws IOException {
    if (plans.size() > 1 && plans.stream().anyMatch(plan -> plan.phase() == Phase.WRITING)) {
      try {
        for (PlanFile plan : plans) {
          plan.in(Phase.PENDING, "").write();
        }
      } catch (IOException fullDisk) {
        LOG.warn("{} is closed all the same", plans.get(0).plan().title(), fullDisk);
      }
    }
    for (PlanFile plan : plans) {
      plan.deleteScratch();
      Files.deleteIfExists(beside(plan.target()));
      // If a power cut brought it back, a recovery would undo what is closed.
      PrivateFiles.syncDirectory(PrivateFiles.parent(plan.target()));
      removed.accept(plan);
    }
  }

  /** Says that the work still goes on. */
  void beat() throws IOException {
    Files.setLastModifiedTime(beside(target), FileTime.from(now()));
  }

  /** Returns how long ago the work last said so; negative if the clock was set back since. */
  Duration sinceLastBeat() throws IOException {
    return Duration.between(lastBeat(), now());
  }

  /** Returns when the work last said so. */
  Instant lastBeat() throws IOException {
    return Files.getLastModifiedTime(beside(target)).toInstant();
  }

  /**
   * Returns the plan that lies beside a target and is about it; empty when there is none. A plan
   * that names another path came there with a copied database, and says nothing.
   *
   * @throws UnusablePlanException if it cannot be read
   */
  static Optional<PlanFile> find(Path target) throws IOException {
    return read(target).filter(plan -> plan.target().equals(target));
  }

  /** Returns the plan that lies beside a target, whatever it is about. */
  static Optional<PlanFile> read(Path target) throws IOException {
    Path file = beside(target);
    try {
      return Optional.of(read(JsonObject.parse(content(file)), target.getFileSystem()));
    } catch (NoSuchFileException none) {
      return Optional.empty();
    } catch (FileSystemException failure) {
      if (FileName.isTooLong(file)) {
        return Optional.empty();
      }
      throw failure;
    } catch (MalformedDocumentException | IllegalArgumentException malformed) {
      throw new UnusablePlanException(file, malformed);
    }
  }

  // Beside a database anything may lie: neither a link nor a pipe is followed.
  private static byte[] content(Path file) throws IOException {
    BasicFileAttributes attributes =
        Files.readAttributes(file, BasicFileAttributes.class, NOFOLLOW_LINKS);
    if (!attributes.isRegularFile()) {
      throw new MalformedDocumentException("it is no regular file", null);
    }
    try (InputStream in = Files.newInputStream(file, NOFOLLOW_LINKS)) {
      byte[] content = in.readNBytes(DOCUMENT_LIMIT + 1);
      if (content.length > DOCUMENT_LIMIT) {
        throw new MalformedDocumentException("it is larger than any plan", null);
      }
      return content;
    }
  }

  private static PlanFile read(JsonObject json, FileSystem files)
      throws MalformedDocumentException {
    boolean migration = json.text("operation").equals(MIGRATION);
    boolean known = migration || json.text("operation").equals(RESTORE);
    if (json.size("format") != FORMAT || !known) {
      throw new MalformedDocumentException(
          "this version does not know format %d, operation %s"
              .formatted(json.size("format"), json.text("operation")),
          null);
    }
    Path target = absolute(json.text("target"), files);
    Plan plan =
        new Plan(
            new BackupId(json.text("id")),
            OwnerCodec.read(json),
            migration ? readPurpose(json) : Purpose.RESTORE,
            json.text("engine"),
            location(json.text("store"), files),
            location(json.text("source_store"), files),
            json.has("backup") ? new BackupId(json.text("backup")) : null,
            json.has("file") ? absolute(json.text("file"), files) : null,
            json.optionalText("file_sha256"),
            json.has("safety_backup") ? new BackupId(json.text("safety_backup")) : null,
            !json.has("verified") || json.flag("verified"),
            readGoals(json, files));
    requireSense(plan, target);
    return new PlanFile(
        plan,
        target,
        json.text("file_key"),
        TargetState.valueOf(json.text("before").toUpperCase(Locale.ROOT)),
        Phase.valueOf(json.text("phase").toUpperCase(Locale.ROOT)),
        json.text("fingerprint"),
        instant(json.text("since")));
  }

  private static Instant instant(String text) throws MalformedDocumentException {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException noTime) {
      throw new MalformedDocumentException("since is no time: " + text, noTime);
    }
  }

  private static Purpose readPurpose(JsonObject json) throws MalformedDocumentException {
    List<ProcessOwner> workers = new ArrayList<>();
    for (JsonObject worker : json.objects("workers")) {
      workers.add(OwnerCodec.read(worker));
    }
    return new Purpose(
        json.text("label"),
        OnCrash.valueOf(json.text("on_crash").toUpperCase(Locale.ROOT)),
        workers,
        json.flag("worker_starting"));
  }

  private static List<Goal> readGoals(JsonObject json, FileSystem files)
      throws MalformedDocumentException {
    List<String> targets = json.texts("targets");
    List<String> components = json.texts("components");
    List<String> contents = json.texts("contents");
    if (targets.size() != components.size() || targets.size() != contents.size()) {
      throw new MalformedDocumentException(
          "it has not one component and one content for each target", null);
    }
    List<Goal> goals = new ArrayList<>();
    for (int index = 0; index < targets.size(); index++) {
      goals.add(
          new Goal(
              absolute(targets.get(index), files),
              new SourceName(components.get(index)),
              TargetState.valueOf(contents.get(index).toUpperCase(Locale.ROOT))));
    }
    return goals;
  }

  private static Path absolute(String text, FileSystem files) throws MalformedDocumentException {
    Path path = files.getPath(text);
    if (!path.isAbsolute()) {
      throw new MalformedDocumentException("a path in it is not absolute: " + text, null);
    }
    return path;
  }

  // A store is opened there later: what is no path at all makes the plan unusable now.
  private static String location(String text, FileSystem files) throws MalformedDocumentException {
    if (files.getPath(text).toString().isEmpty()) {
      throw new MalformedDocumentException("a store in it has no location", null);
    }
    return text;
  }

  // What it asks for must be possible, and about the file that it lies beside.
  private static void requireSense(Plan plan, Path target) throws MalformedDocumentException {
    if (!plan.targets().contains(target)) {
      throw new MalformedDocumentException("its target is not among its targets", null);
    }
    if (plan.targets().stream().distinct().count() < plan.goals().size()) {
      throw new MalformedDocumentException("it names a target twice", null);
    }
    boolean content = plan.goals().stream().anyMatch(Goal::isDatabase);
    int origins = (plan.backup() == null ? 0 : 1) + (plan.file() == null ? 0 : 1);
    if (origins != (content ? 1 : 0)) {
      throw new MalformedDocumentException("it says not where its content comes from", null);
    }
    boolean unknown =
        plan.goals().stream().anyMatch(goal -> goal.content() == TargetState.UNREADABLE);
    boolean severalFromOneFile = plan.file() != null && plan.goals().size() > 1;
    if (unknown || severalFromOneFile) {
      throw new MalformedDocumentException("it asks for what no plan asks for", null);
    }
  }

  /** Returns the name of a file that a plan makes beside its target and removes again. */
  static Path scratch(Path target, String purpose, BackupId id) {
    return target.resolveSibling(target.getFileName() + ".backup-" + purpose + "-" + id);
  }

  /** Removes what the plans of this work made beside its targets, be they not written yet. */
  void deleteScratch() throws IOException {
    for (Path each : plan.targets()) {
      deleteScratch(each, plan.id());
    }
  }

  /** Removes what a plan of that id made beside a target. */
  static void deleteScratch(Path target, BackupId id) throws IOException {
    delete(scratch(target, "new", id));
    delete(scratch(target, "plan", id));
  }

  // A pointer may name a target beside which no file of a plan can be: then none is.
  private static void delete(Path scratch) throws IOException {
    try {
      Files.deleteIfExists(scratch);
    } catch (FileSystemException failure) {
      if (!FileName.isTooLong(scratch)) {
        throw failure;
      }
    }
  }

  /** Returns the longest name that a restore may give to a file beside a target. */
  static Path longestBeside(Path target, BackupId id) {
    return withSidecars(aside(target, id)).get(SIDECARS.size());
  }

  /** Returns those of a file and its sidecars that are there. */
  static List<Path> present(Path file) {
    return withSidecars(file).stream().filter(PrivateFiles::isTaken).toList();
  }

  private static List<Path> withSidecars(Path file) {
    List<Path> files = new ArrayList<>();
    files.add(file);
    for (String sidecar : SIDECARS) {
      files.add(file.resolveSibling(file.getFileName() + sidecar));
    }
    return files;
  }
}
