package dev.backuphelper.internal.engine;

import dev.backuphelper.codec.Digest;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.internal.io.Interruption;
import dev.backuphelper.model.Check;
import dev.backuphelper.model.CheckLevel;
import dev.backuphelper.model.CheckStatus;
import dev.backuphelper.report.VerifyReport.VerifiedFile;
import dev.backuphelper.source.Inspection;
import dev.backuphelper.source.SourceUnreadableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Examines database files that this tool did not write, each by a copy of it. */
final class PlainCheck {
  private final Context context;
  private final CheckLevel level;

  PlainCheck(Context context, CheckLevel level) {
    this.context = context;
    this.level = level;
  }

  /**
   * Examines a file.
   *
   * @throws BackupException if it cannot be looked at, so that it is unknown whether it is good
   */
  VerifiedFile examine(Path file) throws IOException {
    try (TemporaryImage image = TemporaryImage.create()) {
      return examine(file, image.path());
    } catch (BackupException failure) {
      if (!isFinding(failure)) {
        throw failure;
      }
      return invalid(file, String.valueOf(failure.getMessage()));
    }
  }

  private VerifiedFile examine(Path file, Path image) throws IOException {
    PlainFile plain = new PlainFile(context, file);
    plain.stageTo(image, context.patience());
    ImageCheck check = ImageCheck.of(plain.source(), image, level);
    return verified(file, check.digests().image(), check.inspection());
  }

  private static boolean isFinding(BackupException failure) {
    return failure.code() == ErrorCode.CORRUPT || failure.code() == ErrorCode.SOURCE_UNREADABLE;
  }

  /** What a file is, by its content. */
  enum Nature {
    /** A database, good or damaged, as it is or compressed. */
    DATABASE,
    /** Something else, or nothing at all: it may be anybody's. */
    OTHER,
    /** It could not be looked at. */
    UNKNOWN
  }

  /**
   * What could be said of a file.
   *
   * @param file the finding; not valid unless it is a good database
   * @param nature what it is
   */
  record Finding(VerifiedFile file, Nature nature) {}

  /** Examines one of several files: if it cannot be looked at, that must not stop the others. */
  Finding examineOneOfSeveral(Path file) throws IOException {
    try (TemporaryImage image = TemporaryImage.create()) {
      return new Finding(examine(file, image.path()), Nature.DATABASE);
    } catch (BackupException failure) {
      if (isFinding(failure)) {
        VerifiedFile invalid = invalid(file, String.valueOf(failure.getMessage()));
        return new Finding(invalid, isOther(file, failure) ? Nature.OTHER : Nature.DATABASE);
      }
      return unknown(file, String.valueOf(failure.getMessage()));
    } catch (IOException unreadable) {
      if (Interruption.is(unreadable)) {
        throw unreadable;
      }
      return unknown(file, Failures.reason(unreadable));
    }
  }

  private static boolean isOther(Path file, BackupException failure) throws IOException {
    if (failure.getCause() instanceof SourceUnreadableException unreadable) {
      return unreadable.isForeign();
    }
    try {
      return Files.size(file) == 0;
    } catch (NoSuchFileException removedMeanwhile) {
      return true;
    }
  }

  private static Finding unknown(Path file, String reason) {
    return new Finding(invalid(file, "cannot be checked: " + reason), Nature.UNKNOWN);
  }

  private static VerifiedFile verified(Path file, Digest digest, Inspection inspection)
      throws IOException {
    Optional<String> problem =
        inspection.checks().stream()
            .filter(Check::isFailed)
            .findFirst()
            .map(check -> "validation failed: %s: %s".formatted(check.name(), check.detail()));
    // A backup of ours may be of a database without tables; a file that nobody vouches for is more
    // likely no backup at all.
    Optional<String> noTables =
        inspection.checks().stream()
            .filter(check -> check.name().equals("tables") && check.status() != CheckStatus.OK)
            .findFirst()
            .map(check -> "validation failed: " + check.detail());
    return new VerifiedFile(
        Optional.empty(),
        file.toString(),
        problem.or(() -> noTables),
        Files.size(file),
        Optional.of(digest.sha256()),
        inspection.checks(),
        Optional.empty());
  }

  private static VerifiedFile invalid(Path file, String problem) {
    return new VerifiedFile(
        Optional.empty(),
        file.toString(),
        Optional.of(problem),
        0,
        Optional.empty(),
        List.of(),
        Optional.empty());
  }
}
