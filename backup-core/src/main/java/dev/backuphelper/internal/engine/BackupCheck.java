package dev.backuphelper.internal.engine;

import dev.backuphelper.catalog.Catalog;
import dev.backuphelper.codec.CodecUnavailableException;
import dev.backuphelper.codec.Inflated;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.CorruptBackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.KeyException;
import dev.backuphelper.error.StorageException;
import dev.backuphelper.internal.io.Interruption;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.Check;
import dev.backuphelper.model.CheckLevel;
import dev.backuphelper.model.Component;
import dev.backuphelper.model.Verification;
import dev.backuphelper.report.VerifyReport.VerifiedFile;
import dev.backuphelper.source.Inspection;
import dev.backuphelper.source.Source;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Examines a backup as it is stored: manifest, checksum files, artifacts, databases in them. */
final class BackupCheck {
  private static final Logger LOG = LoggerFactory.getLogger(BackupCheck.class);

  private final Context context;
  private final Catalog catalog;
  private final StoredBytes stored;
  private final boolean staging;

  BackupCheck(Context context) {
    this(context, true);
  }

  private BackupCheck(Context context, boolean staging) {
    this.context = context;
    this.catalog = context.catalog();
    this.stored = new StoredBytes(context);
    this.staging = staging;
  }

  /**
   * Returns the same for a full disk: where an image would have to be staged, its digest alone is
   * looked at. If that is right, what was found of the image when it was backed up is so still.
   */
  BackupCheck withoutStaging() {
    return new BackupCheck(context, false);
  }

  /**
   * Examines a backup and records the outcome if it tells something of the backup; one entry for
   * each artifact.
   */
  List<VerifiedFile> examine(Backup backup, CheckLevel level) throws IOException {
    List<VerifiedFile> found = look(backup, level);
    verdict(backup, found)
        .ifPresent(
            good -> record(backup, new Verification(level, context.clock().instant(), good)));
    return found;
  }

  /** Examines a backup and records nothing. */
  List<VerifiedFile> look(Backup backup, CheckLevel level) throws IOException {
    List<VerifiedFile> found = new ArrayList<>();
    try {
      Optional<String> manifestProblem = catalog.manifestProblem(backup.id());
      for (Component component : backup.components()) {
        found.add(examine(backup, component, level, manifestProblem).file());
      }
      for (Component component : backup.components()) {
        examinePageMap(backup, component).ifPresent(found::add);
      }
    } catch (AccessDeniedException denied) {
      for (Component component : backup.components()) {
        found.add(denied(backup, component, denied).file());
      }
    }
    return found;
  }

  /**
   * Tells whether a backup is good; empty when that is not known. A page map does not matter for
   * that: only the next incremental backup needs it.
   */
  static Optional<Boolean> verdict(Backup backup, List<VerifiedFile> all) {
    List<VerifiedFile> found = all.stream().filter(file -> isArtifact(file, backup)).toList();
    if (found.stream().anyMatch(file -> !file.valid() && file.obstacle().isEmpty())) {
      return Optional.of(false);
    }
    return found.stream().allMatch(VerifiedFile::valid) ? Optional.of(true) : Optional.empty();
  }

  private static boolean isArtifact(VerifiedFile file, Backup backup) {
    return backup.components().stream().anyMatch(component -> component.file().equals(file.path()));
  }

  private Optional<VerifiedFile> examinePageMap(Backup backup, Component component)
      throws IOException {
    Component.PageMapFile map = component.pageMap();
    Optional<String> problem = map == null ? Optional.empty() : stored.problem(map);
    return problem.map(
        text ->
            new VerifiedFile(
                Optional.of(backup.id()),
                Objects.requireNonNull(map).file(),
                Optional.of(text + "; the backup can be restored without it"),
                map.size(),
                Optional.empty(),
                List.of(),
                Optional.empty()));
  }

  /**
   * What was found of one artifact.
   *
   * @param file the finding
   * @param intact whether the artifact is stored as it was made, be the database in it damaged
   * @param exact whether the image is the one that was backed up, whatever is wrong with what it
   *     builds on
   */
  record Finding(VerifiedFile file, boolean intact, boolean exact) {}

  /**
   * An artifact that was examined, and its image, which is gone when this is closed.
   *
   * @param finding what was found
   * @param image null if there is none
   */
  record Examined(Finding finding, @Nullable LocalImage image) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      if (image != null) {
        image.close();
      }
    }
  }

  /** Examines one artifact; {@code outer} is what is wrong with its backup already. */
  Finding examine(Backup backup, Component component, CheckLevel level, Optional<String> outer)
      throws IOException {
    try (Examined examined = open(backup, component, level, outer)) {
      return examined.finding();
    }
  }

  /** Examines one artifact, and keeps its image. */
  Examined open(Backup backup, Component component, CheckLevel level, Optional<String> outer)
      throws IOException {
    Optional<String> unknown = StoredForm.unknown(backup);
    if (outer.isEmpty() && unknown.isPresent()) {
      return none(
          notExamined(
              backup,
              component,
              ErrorCode.UNSUPPORTED_FORMAT,
              "it is in a format that this version does not read: " + unknown.get()));
    }
    try {
      return open(backup, context.open(backup).artifact(component.name()), level, outer);
    } catch (KeyException locked) {
      return none(
          notExamined(backup, component, locked.code(), "cannot be read: " + locked.getMessage()));
    } catch (CodecUnavailableException unavailable) {
      return none(
          notExamined(
              backup,
              component,
              ErrorCode.UNSUPPORTED_FORMAT,
              "cannot be read: " + unavailable.getMessage()));
    } catch (CorruptBackupException unusable) {
      String problem = outer.orElse(String.valueOf(unusable.getMessage()));
      return none(
          unusable.code() == ErrorCode.UNSUPPORTED_FORMAT
              ? notExamined(backup, component, unusable.code(), "cannot be read: " + problem)
              : unreadable(backup, component, problem));
    } catch (NoSuchFileException missing) {
      return none(
          unreadable(backup, component, outer.orElse(component.file() + " does not exist")));
    } catch (AccessDeniedException denied) {
      return none(denied(backup, component, denied));
    } catch (FileSystemException unreadable) {
      return none(
          unreadable(
              backup, component, outer.orElse("cannot be read: " + unreadable.getMessage())));
    }
  }

  private static Examined none(Finding finding) {
    return new Examined(finding, null);
  }

  private Examined open(Backup backup, Artifact artifact, CheckLevel level, Optional<String> outer)
      throws IOException {
    LocalImage image =
        staging
            ? LocalImage.of(context.store(), context.store(), artifact)
            : LocalImage.unstaged(context.store(), artifact);
    try {
      return new Examined(examine(backup, artifact, level, outer, image), image);
    } catch (IOException | RuntimeException failure) {
      image.close();
      throw failure;
    }
  }

  private Finding examine(
      Backup backup, Artifact artifact, CheckLevel level, Optional<String> outer, LocalImage image)
      throws IOException {
    Component component = artifact.component();
    Optional<Inflated> inflated = image.inflated();
    if (inflated.isPresent() && inflated.get().problem().isPresent()) {
      return notInflated(backup, component, outer, inflated.get());
    }
    ImageCheck check;
    try {
      check = check(component, level, image);
    } catch (AccessDeniedException denied) {
      return denied(backup, component, denied);
    } catch (IOException unreadable) {
      if (Interruption.is(unreadable)) {
        throw unreadable;
      }
      // One artifact on a bad sector says nothing of the others.
      return unreadable(
          backup, component, outer.orElse("cannot be read: " + unreadable.getMessage()));
    } catch (CorruptBackupException unknownEngine) {
      return notExamined(
          backup, component, unknownEngine.code(), "cannot be read: " + unknownEngine.getMessage());
    }
    Optional<String> problem = outer.isPresent() ? outer : problem(artifact, check, image);
    VerifiedFile file =
        new VerifiedFile(
            Optional.of(backup.id()),
            component.file(),
            problem.or(() -> databaseProblem(backup, check)),
            check.digests().stored().size(),
            Optional.of(check.digests().stored().sha256()),
            checks(component, check),
            Optional.empty());
    boolean exact =
        problem.isPresent()
            && outer.isEmpty()
            && artifact.base() != null
            && ownProblem(component, check, image).isEmpty()
            && databaseProblem(backup, check).isEmpty();
    return new Finding(file, problem.isEmpty(), exact);
  }

  private ImageCheck check(Component component, CheckLevel level, LocalImage image)
      throws IOException {
    Source engine = context.engine(component.engine(), image.path(), component.source());
    Optional<Inflated> inflated = image.inflated();
    if (inflated.isEmpty()) {
      return ImageCheck.of(engine, image.path(), level);
    }
    Inspection inspection =
        staging
            ? engine.inspect(image.path(), level)
            : new Inspection(component.checks(), component.facts());
    return new ImageCheck(inflated.get().digests(), inspection);
  }

  // What is wrong with the stored bytes says more than what became of them.
  private Finding notInflated(
      Backup backup, Component component, Optional<String> outer, Inflated inflated)
      throws IOException {
    String broken =
        "validation failed: %s: %s".formatted(component.file(), inflated.problem().orElseThrow());
    Optional<String> bytes = stored.problem(component, inflated.digests().stored());
    return unreadable(backup, component, outer.or(() -> bytes).orElse(broken));
  }

  private Optional<String> problem(Artifact artifact, ImageCheck check, LocalImage image)
      throws IOException {
    Component component = artifact.component();
    Optional<String> problem =
        image.flaw().map(text -> "validation failed: %s: %s".formatted(component.file(), text));
    if (problem.isEmpty()) {
      problem = ownProblem(component, check, image);
    }
    return problem.isPresent() ? problem : stored.baseProblem(artifact);
  }

  private Optional<String> ownProblem(Component component, ImageCheck check, LocalImage image)
      throws IOException {
    Optional<String> problem = stored.problem(component, check.digests().stored());
    return problem.isPresent()
        ? problem
        : image
            .inflated()
            .flatMap(found -> LocalImage.difference(component, found))
            .map(text -> "validation failed: %s: %s".formatted(component.file(), text));
  }

  private static Finding unreadable(Backup backup, Component component, String problem) {
    return unusable(backup, component, problem, Optional.empty());
  }

  private static Finding denied(Backup backup, Component component, AccessDeniedException denied) {
    return notExamined(
        backup, component, ErrorCode.ACCESS_DENIED, "cannot be read: " + Failures.reason(denied));
  }

  private static Finding notExamined(
      Backup backup, Component component, ErrorCode obstacle, String problem) {
    return unusable(backup, component, problem, Optional.of(obstacle));
  }

  private static Finding unusable(
      Backup backup, Component component, String problem, Optional<ErrorCode> obstacle) {
    return new Finding(
        new VerifiedFile(
            Optional.of(backup.id()),
            component.file(),
            Optional.of(problem),
            0,
            Optional.empty(),
            List.of(),
            obstacle),
        false,
        false);
  }

  /** Returns what to throw when an artifact that is needed cannot be used. */
  static BackupException refusal(VerifiedFile found, String message, String hint) {
    ErrorCode code = found.obstacle().orElse(ErrorCode.CORRUPT);
    if (code == ErrorCode.KEY_UNUSABLE) {
      return new KeyException(message, hint);
    }
    return code == ErrorCode.ACCESS_DENIED
        ? new StorageException(code, message, "Give this user access to it.")
        : new CorruptBackupException(code, message, hint);
  }

  private static Optional<String> databaseProblem(Backup backup, ImageCheck check) {
    return check.inspection().checks().stream()
        .filter(Check::isFailed)
        .findFirst()
        .map(
            failed ->
                "validation failed: %s: %s%s"
                    .formatted(
                        failed.name(),
                        failed.detail(),
                        backup.damaged() ? " (the source was damaged when it was backed up)" : ""));
  }

  private static List<Check> checks(Component component, ImageCheck check) {
    List<Check> checks = new ArrayList<>();
    checks.add(
        check.digests().stored().sha256().equals(component.sha256())
            ? Check.ok("sha256")
            : Check.failed("sha256", "not the one in the manifest"));
    checks.addAll(check.inspection().checks());
    return checks;
  }

  private void record(Backup backup, Verification verification) {
    try {
      catalog.putVerification(backup.id(), verification);
    } catch (IOException readOnly) {
      LOG.warn(
          "the verification of {} could not be recorded: {}", backup.id(), readOnly.getMessage());
    }
  }
}
