package dev.backuphelper.internal.engine;

import dev.backuphelper.codec.Encryption;
import dev.backuphelper.model.BackupKind;
import dev.backuphelper.model.BackupType;
import dev.backuphelper.model.CheckLevel;
import dev.backuphelper.model.Compression;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How to make a backup.
 *
 * @param kind why it is made
 * @param type what it is to hold; null for what pays
 * @param operation what a safety backup protects from; null for other kinds
 * @param description free text to record, or null
 * @param tags labels to record
 * @param level how thoroughly the images are checked before they are published
 * @param compression how to compress the artifacts, or null
 * @param encrypted whether to encrypt the artifacts; null for what the keys at hand do by default
 * @param pinned whether it is pinned at once
 * @param actor who asks for it, or null
 * @param gitCommit the commit to record, or null
 * @param gitBranch the branch to record, or null
 */
public record CreateOrder(
    BackupKind kind,
    @Nullable BackupType type,
    @Nullable String operation,
    @Nullable String description,
    Map<String, String> tags,
    CheckLevel level,
    @Nullable Compression compression,
    @Nullable Boolean encrypted,
    boolean pinned,
    @Nullable String actor,
    @Nullable String gitCommit,
    @Nullable String gitBranch) {

  /** Copies the tags. */
  public CreateOrder {
    tags = Collections.unmodifiableMap(new LinkedHashMap<>(tags));
  }

  /** Returns the order of a safety backup. */
  public static CreateOrder safety(
      String operation, @Nullable Boolean encrypted, @Nullable String actor) {
    return new CreateOrder(
        BackupKind.SAFETY,
        BackupType.FULL,
        operation,
        null,
        Map.of(),
        CheckLevel.QUICK,
        null,
        encrypted,
        false,
        actor,
        null,
        null);
  }

  /** Tells whether the artifacts are encrypted, given the keys at hand. */
  boolean isEncrypted(@Nullable Encryption keys) {
    return encrypted == null ? keys != null && keys.encryptsByDefault() : encrypted;
  }
}
