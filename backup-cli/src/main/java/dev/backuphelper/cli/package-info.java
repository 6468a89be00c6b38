/**
 * The {@code backup} command: it parses, calls the library and prints. {@link
 * dev.backuphelper.cli.Main} is its only door; exit codes, options and JSON keys are its contract.
 */
@NullMarked
package dev.backuphelper.cli;

import org.jspecify.annotations.NullMarked;
