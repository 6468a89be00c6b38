package dev.backuphelper.report;

import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.Check;
import java.util.List;
import java.util.Optional;

/**
 * What a verification found.
 *
 * @param files one entry for each artifact or file that was looked at, newest first
 */
public record VerifyReport(List<VerifiedFile> files) {
  /** Copies the list. */
  public VerifyReport {
    files = List.copyOf(files);
  }

  /** Returns how many entries are valid. */
  public long valid() {
    return files.stream().filter(VerifiedFile::valid).count();
  }

  /** Returns how many entries are not valid. */
  public long invalid() {
    return files.size() - valid();
  }

  /** Tells whether there is an entry and every one is valid. */
  public boolean allValid() {
    return !files.isEmpty() && invalid() == 0;
  }

  /**
   * One artifact or file.
   *
   * @param id the backup it belongs to; empty for a plain file
   * @param path where it is, in words for people
   * @param error what is wrong with it; empty when it is valid
   * @param size its stored size in bytes; 0 when it is missing
   * @param sha256 the digest of what is stored, lower-case hex; of a plain database, of its image
   *     as read through its engine; empty when it could not be read
   * @param checks what was checked
   * @param obstacle why it could not be examined, so that it is not known whether it is good:
   *     {@link ErrorCode#ACCESS_DENIED} or {@link ErrorCode#UNSUPPORTED_FORMAT}; empty when it was
   *     examined
   */
  public record VerifiedFile(
      Optional<BackupId> id,
      String path,
      Optional<String> error,
      long size,
      Optional<String> sha256,
      List<Check> checks,
      Optional<ErrorCode> obstacle) {
    /** Copies the list. */
    public VerifiedFile {
      checks = List.copyOf(checks);
    }

    /** Tells whether nothing is wrong with it. */
    public boolean valid() {
      return error.isEmpty();
    }
  }
}
