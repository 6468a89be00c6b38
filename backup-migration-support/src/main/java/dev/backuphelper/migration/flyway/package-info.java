/**
 * Flyway under a {@link dev.backuphelper.migration.MigrationGuard}. Most users need only {@link
 * dev.backuphelper.migration.flyway.FlywayGuard}, or {@link
 * dev.backuphelper.migration.flyway.GuardedFlyway} where a {@code Flyway} is handed to other code.
 *
 * <p>Needs Flyway 11.7 or newer on the class path, which this library does not bring.
 */
@NullMarked
package dev.backuphelper.migration.flyway;

import org.jspecify.annotations.NullMarked;
