package dev.backuphelper.catalog;

import dev.backuphelper.codec.Encryption;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.SourceName;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The names of a store's files, as format 1 fixes them. Stateless. */
public final class StoreNames {
  /** Follows the id in the name of an artifact that holds what changed. */
  public static final String DELTA_SUFFIX = ".delta";

  /** Ends the name of a checksum file. */
  public static final String CHECKSUM_SUFFIX = ".sha256";

  private static final String ID = "(\\d{8}-\\d{6}-\\d{3})";
  private static final String MANIFEST_PREFIX = "backup-metadata.";
  private static final String JSON_SUFFIX = ".json";
  private static final Pattern INTENT = Pattern.compile("\\.intent-" + ID + "\\.json");
  private static final Pattern TOMBSTONE = Pattern.compile("\\.deleted-" + ID + "\\.json");
  private static final Pattern POINTER = Pattern.compile("\\.open-" + ID + "\\.json");
  private static final Pattern KEYS = Pattern.compile("backup-keys\\." + ID + "\\.json");
  private static final Pattern CODEC_SUFFIXES = Pattern.compile("(?:\\.[a-z0-9]+)*");
  private static final Pattern OWNED =
      Pattern.compile(
          "backup-metadata\\."
              + ID
              + "\\.json(?:\\.sha256)?|backup-(?:checks|keys)\\."
              + ID
              + "\\.json|backup-pin\\."
              + ID
              + "|[A-Za-z0-9_][A-Za-z0-9._-]*\\.(?:backup|pages)\\."
              + ID
              + "(?:\\.[a-z0-9]+)*|\\.(?:intent|deleted|open)-"
              + ID
              + "\\.json");

  // Of any case, because some file systems take one for the other.
  private static final Pattern RESERVED =
      Pattern.compile(
          "\\.lock(?:\\.holder)?|\\.(?:staging|intent|deleted|open)-.*"
              + "|backup-(?:metadata|checks|pin|keys)\\..*|.*\\.sha256|.+\\.(?:backup|pages)\\."
              + ID
              + ".*",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  private StoreNames() {}

  /** Tells whether a name is kept for a store's own files, so that no other file should have it. */
  public static boolean isReserved(String name) {
    return RESERVED.matcher(name).matches();
  }

  /** Returns the name of a source's artifact that is stored as it is. */
  public static String artifact(SourceName source, BackupId id) {
    return source + ".backup." + id;
  }

  /**
   * Returns the name of a source's artifact.
   *
   * @param suffix what codecs add to it; empty for none
   */
  public static String artifact(SourceName source, BackupId id, String suffix) {
    return artifact(source, id) + suffix;
  }

  /** Tells whether a file may be a source's artifact: its name, and what codecs add to it. */
  static boolean isArtifact(String file, SourceName source, BackupId id) {
    String plain = artifact(source, id);
    return file.startsWith(plain)
        && CODEC_SUFFIXES.matcher(file.substring(plain.length())).matches()
        && !file.endsWith(CHECKSUM_SUFFIX);
  }

  /**
   * Returns the name of the page map of a source.
   *
   * @param suffix what encryption adds to it; empty for none
   */
  public static String pageMap(SourceName source, BackupId id, String suffix) {
    return source + ".pages." + id + suffix;
  }

  /** Tells whether a file may be the page map of a source. */
  static boolean isPageMap(String file, SourceName source, BackupId id) {
    String plain = pageMap(source, id, "");
    return file.equals(plain) || file.equals(plain + Encryption.SUFFIX);
  }

  /** Returns the name of the checksum file of a file. */
  public static String checksum(String file) {
    return file + CHECKSUM_SUFFIX;
  }

  /** Returns the name of a manifest. */
  public static String manifest(BackupId id) {
    return "backup-metadata." + id + ".json";
  }

  /** Returns the name of the file that records the last verification. */
  public static String checks(BackupId id) {
    return "backup-checks." + id + ".json";
  }

  /** Returns the name of the file that holds the wrapped key of an encrypted backup. */
  public static String keys(BackupId id) {
    return "backup-keys." + id + ".json";
  }

  /** Returns the name of the file that pins a backup. */
  public static String pin(BackupId id) {
    return "backup-pin." + id;
  }

  static String intent(BackupId id) {
    return ".intent-" + id + ".json";
  }

  static String tombstone(BackupId id) {
    return ".deleted-" + id + ".json";
  }

  static String pointer(BackupId id) {
    return ".open-" + id + ".json";
  }

  static Optional<BackupId> manifestId(String name) {
    return isManifest(name)
        ? BackupId.tryParse(
            name.substring(MANIFEST_PREFIX.length(), name.length() - JSON_SUFFIX.length()))
        : Optional.empty();
  }

  /** Tells whether a file is an intent. */
  public static boolean isIntent(String name) {
    return intentId(name).isPresent();
  }

  static Optional<BackupId> intentId(String name) {
    return hiddenId(INTENT, name);
  }

  static Optional<BackupId> tombstoneId(String name) {
    return hiddenId(TOMBSTONE, name);
  }

  static Optional<BackupId> pointerId(String name) {
    return hiddenId(POINTER, name);
  }

  static Optional<BackupId> keysId(String name) {
    return name.startsWith("backup-keys.") ? id(KEYS, name) : Optional.empty();
  }

  /** Tells whether a name is a manifest's, be it a predecessor's. */
  static boolean isManifest(String name) {
    return name.length() >= MANIFEST_PREFIX.length() + JSON_SUFFIX.length()
        && name.startsWith(MANIFEST_PREFIX)
        && name.endsWith(JSON_SUFFIX);
  }

  /** Returns the backup that a file of the store belongs to, by its name alone. */
  public static Optional<BackupId> owner(String name) {
    return id(OWNED, name);
  }

  // A listing of thousands need not ask the pattern for each of them.
  private static Optional<BackupId> hiddenId(Pattern pattern, String name) {
    return name.startsWith(".") ? id(pattern, name) : Optional.empty();
  }

  private static Optional<BackupId> id(Pattern pattern, String name) {
    Matcher matcher = pattern.matcher(name);
    if (matcher.matches()) {
      for (int group = 1; group <= matcher.groupCount(); group++) {
        String text = matcher.group(group);
        if (text != null) {
          return BackupId.tryParse(text);
        }
      }
    }
    return Optional.empty();
  }
}
