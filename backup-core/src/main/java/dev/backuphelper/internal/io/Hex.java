package dev.backuphelper.internal.io;

/** Lower-case hexadecimal digits. Stateless. */
public final class Hex {
  private Hex() {}

  /** Tells whether a text is so many digits, and nothing else. */
  public static boolean is(String text, int digits) {
    if (text.length() != digits) {
      return false;
    }
    for (int index = 0; index < digits; index++) {
      char found = text.charAt(index);
      if ((found < '0' || found > '9') && (found < 'a' || found > 'f')) {
        return false;
      }
    }
    return true;
  }
}
