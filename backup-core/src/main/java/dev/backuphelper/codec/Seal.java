package dev.backuphelper.codec;

/**
 * What encrypts one file.
 *
 * @param key of its backup
 * @param name of the file, which is authenticated too
 */
public record Seal(DataKey key, String name) {}
