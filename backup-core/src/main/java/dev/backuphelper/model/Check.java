package dev.backuphelper.model;

/**
 * One check of a backup and what it found.
 *
 * @param name what was checked, such as {@code sha256} or {@code quick_check}
 * @param status the outcome
 * @param detail what was found, or the reason of a limit; empty when there is nothing to say
 */
public record Check(String name, CheckStatus status, String detail) {
  /** Returns a check that found nothing wrong. */
  public static Check ok(String name) {
    return new Check(name, CheckStatus.OK, "");
  }

  /** Returns a check that found damage. */
  public static Check failed(String name, String detail) {
    return new Check(name, CheckStatus.FAILED, detail);
  }

  /** Tells whether this check found damage. */
  public boolean isFailed() {
    return status == CheckStatus.FAILED;
  }
}
