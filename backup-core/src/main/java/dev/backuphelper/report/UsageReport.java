package dev.backuphelper.report;

/**
 * What a store occupies.
 *
 * @param totalBytes everything in it
 * @param backups how many backups there are
 * @param artifactBytes the artifacts
 * @param metadataBytes everything else
 */
public record UsageReport(long totalBytes, int backups, long artifactBytes, long metadataBytes) {}
