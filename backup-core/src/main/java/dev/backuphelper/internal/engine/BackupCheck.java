package dev.backuphelper.internal.engine;

import dev.backuphelper.catalog.Catalog;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.CorruptBackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.StorageException;
import dev.backuphelper.internal.io.Interruption;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.Check;
import dev.backuphelper.model.CheckLevel;
import dev.backuphelper.model.Component;
import dev.backuphelper.model.Verification;
import dev.backuphelper.report.VerifyReport.VerifiedFile;
import dev.backuphelper.store.StagedFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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

  BackupCheck(Context context) {
    this.context = context;
    this.catalog = context.catalog();
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
    try (LocalImage image = LocalImage.of(context, component)) {
      return examine(backup, component, level, outer, image.path());
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
      Backup backup, Component component, CheckLevel level, Optional<String> outer, Path image)
      throws IOException {
    ImageCheck check;
    try {
      check = ImageCheck.of(context.engine(component.engine(), image), image, level);
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
    Optional<String> stored = outer.isPresent() ? outer : storedProblem(component, check);
    Optional<String> problem = stored.or(() -> databaseProblem(backup, check));
    VerifiedFile file =
        new VerifiedFile(
            Optional.of(backup.id()),
            component.file(),
            problem,
            check.digest().size(),
            Optional.of(check.digest().sha256()),
            checks(component, check),
            Optional.empty());
    return new Finding(file, stored.isEmpty());
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
    return code == ErrorCode.ACCESS_DENIED
        ? new StorageException(code, message, "Give this user access to it.")
        : new CorruptBackupException(code, message, hint);
  }

  private Optional<String> storedProblem(Component component, ImageCheck check) throws IOException {
    if (check.digest().size() != component.size()) {
      return Optional.of(
          "validation failed: %s has %d bytes, the manifest says %d"
              .formatted(component.file(), check.digest().size(), component.size()));
    }
    if (!check.digest().sha256().equals(component.sha256())) {
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
        check.digest().sha256().equals(component.sha256())
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

  /** An artifact as a local file: the stored one itself, or a staged copy of it. */
  record LocalImage(Path path, Optional<StagedFile> copy) implements AutoCloseable {

    static LocalImage of(Context context, Component component) throws IOException {
      Optional<Path> local = context.store().path(component.file());
      if (local.isPresent()) {
        // A link in the store is not followed: it could lead to a live database.
        if (!Files.isRegularFile(local.get(), java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
          throw new NoSuchFileException(component.file());
        }
        return new LocalImage(local.get(), Optional.empty());
      }
      StagedFile staged = context.store().stage();
      try (InputStream in = context.store().open(component.file())) {
        Files.copy(in, staged.path(), StandardCopyOption.REPLACE_EXISTING);
        return new LocalImage(staged.path(), Optional.of(staged));
      } catch (IOException | RuntimeException failure) {
        staged.close();
        throw failure;
      }
    }

    @Override
    public void close() throws IOException {
      if (copy.isPresent()) {
        copy.get().close();
      }
    }
  }
}
