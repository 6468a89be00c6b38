package dev.backuphelper.model;

import java.time.Instant;

/**
 * The last examination of a backup, kept beside its manifest.
 *
 * @param level how thorough it was
 * @param at when it ended
 * @param good whether every digest and every check was good
 */
public record Verification(CheckLevel level, Instant at, boolean good) {}
