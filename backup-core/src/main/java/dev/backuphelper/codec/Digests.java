package dev.backuphelper.codec;

/**
 * The digests at both ends of the way between an image and its artifact.
 *
 * @param image of the plain bytes
 * @param stored of the bytes as they are stored; the same where nothing is transformed
 */
public record Digests(Digest image, Digest stored) {}
