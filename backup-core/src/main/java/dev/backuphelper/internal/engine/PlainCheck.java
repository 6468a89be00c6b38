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
import java.io.IOException;
import java.nio.file.Files;
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
      PlainFile plain = new PlainFile(context, file);
      plain.stageTo(image.path(), context.patience());
      ImageCheck check = ImageCheck.of(plain.source(), image.path(), level);
      return verified(file, check.digests().image(), check.inspection());
    } catch (BackupException failure) {
      if (failure.code() != ErrorCode.CORRUPT && failure.code() != ErrorCode.SOURCE_UNREADABLE) {
        throw failure;
      }
      return invalid(file, String.valueOf(failure.getMessage()));
    }
  }

  /**
   * What could be said of a file.
   *
   * @param file the finding; not valid if the file could not be looked at
   * @param known whether it could be looked at
   */
  record Finding(VerifiedFile file, boolean known) {}

  /** Examines one of several files: if it cannot be looked at, that must not stop the others. */
  Finding examineOneOfSeveral(Path file) throws IOException {
    try {
      return new Finding(examine(file), true);
    } catch (IOException unreadable) {
      if (Interruption.is(unreadable)) {
        throw unreadable;
      }
      return unknown(file, Failures.reason(unreadable));
    } catch (BackupException unreadable) {
      return unknown(file, String.valueOf(unreadable.getMessage()));
    }
  }

  private static Finding unknown(Path file, String reason) {
    return new Finding(invalid(file, "cannot be checked: " + reason), false);
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
