package dev.backuphelper.codec;

/**
 * What one pass over some bytes found.
 *
 * @param size how many they are
 * @param sha256 their SHA-256, lower-case hex
 */
public record Digest(long size, String sha256) {}
