package dev.backuphelper.internal.engine;

import dev.backuphelper.catalog.Catalog;
import dev.backuphelper.codec.CodecUnavailableException;
import dev.backuphelper.codec.Digest;
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
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Examines a backup as it is stored: manifest, checksum files, artifacts, databases in them. */
final class BackupCheck {
  private static final Logger LOG = LoggerFactory.getLogger(BackupCheck.class);

  private final Context context;
  private final Catalog catalog;
  private final boolean staging;

  BackupCheck(Context context) {
    this(context, true);
  }

  private BackupCheck(Context context, boolean staging) {
    this.context = context;
    this.catalog = context.catalog();
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
    verdict(found)
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
    } catch (AccessDeniedException denied) {
      for (Component component : backup.components()) {
        found.add(denied(backup, component, denied).file());
      }
    }
    return found;
  }

  /** Tells whether a backup is good; empty when that is not known. */
  static Optional<Boolean> verdict(List<VerifiedFile> found) {
    if (found.stream().anyMatch(file -> !file.valid() && file.obstacle().isEmpty())) {
      return Optional.of(false);
    }
    return found.stream().allMatch(VerifiedFile::valid) ? Optional.of(true) : Optional.empty();
  }

  /**
   * What was found of one artifact.
   *
   * @param file the finding
   * @param intact whether the artifact is stored as it was made, be the database in it damaged
   */
  record Finding(VerifiedFile file, boolean intact) {}

  /** Examines one artifact; {@code outer} is what is wrong with its backup already. */
  Finding examine(Backup backup, Component component, CheckLevel level, Optional<String> outer)
      throws IOException {
    Optional<String> unknown = StoredForm.unknown(backup);
    if (outer.isEmpty() && unknown.isPresent()) {
      return notExamined(
          backup,
          component,
          ErrorCode.UNSUPPORTED_FORMAT,
          "it is in a format that this version does not read: " + unknown.get());
    }
    Artifact artifact;
    try {
      artifact = context.open(backup).artifact(component.name());
    } catch (KeyException locked) {
      return notExamined(
          backup, component, locked.code(), "cannot be read: " + locked.getMessage());
    } catch (CorruptBackupException tampered) {
      return unreadable(backup, component, outer.orElse(String.valueOf(tampered.getMessage())));
    }
    try (LocalImage image =
        staging
            ? LocalImage.of(context.store(), context.store(), artifact)
            : LocalImage.unstaged(context.store(), artifact)) {
      return examine(backup, artifact.component(), level, outer, image);
    } catch (CodecUnavailableException unavailable) {
      return notExamined(
          backup,
          component,
          ErrorCode.UNSUPPORTED_FORMAT,
          "cannot be read: " + unavailable.getMessage());
    } catch (NoSuchFileException missing) {
      return unreadable(backup, component, outer.orElse(component.file() + " does not exist"));
    } catch (AccessDeniedException denied) {
      return denied(backup, component, denied);
    } catch (FileSystemException unreadable) {
      return unreadable(
          backup, component, outer.orElse("cannot be read: " + unreadable.getMessage()));
    }
  }

  private Finding examine(
      Backup backup,
      Component component,
      CheckLevel level,
      Optional<String> outer,
      LocalImage image)
      throws IOException {
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
    Optional<String> stored = outer.isPresent() ? outer : problem(component, check, inflated);
    Optional<String> problem = stored.or(() -> databaseProblem(backup, check));
    VerifiedFile file =
        new VerifiedFile(
            Optional.of(backup.id()),
            component.file(),
            problem,
            check.digests().stored().size(),
            Optional.of(check.digests().stored().sha256()),
            checks(component, check),
            Optional.empty());
    return new Finding(file, stored.isEmpty());
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
    Optional<String> stored = storedProblem(component, inflated.digests().stored());
    return unreadable(backup, component, outer.or(() -> stored).orElse(broken));
  }

  private Optional<String> problem(
      Component component, ImageCheck check, Optional<Inflated> inflated) throws IOException {
    Optional<String> stored = storedProblem(component, check.digests().stored());
    return stored.isPresent()
        ? stored
        : inflated
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

  private Optional<String> storedProblem(Component component, Digest stored) throws IOException {
    if (stored.size() != component.size()) {
      return Optional.of(
          "validation failed: %s has %d bytes, the manifest says %d"
              .formatted(component.file(), stored.size(), component.size()));
    }
    if (!stored.sha256().equals(component.sha256())) {
      return Optional.of(
          "validation failed: the SHA-256 of %s is not the one in the manifest"
              .formatted(component.file()));
    }
    return catalog
        .checksumProblem(component.file(), component.sha256())
        .map(text -> "validation failed: " + text);
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
