package dev.backuphelper.migration;

import dev.backuphelper.GuardedSection;
import dev.backuphelper.model.Check;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells whether a migration that did not fail left the databases as they should be. */
final class MigrationVerdict {
  private static final Logger LOG = LoggerFactory.getLogger(MigrationVerdict.class);

  private final Map<String, MigrationCheck> checks;
  private final MigrationNotes notes;

  /**
   * Creates it.
   *
   * @param checks the application's own
   */
  MigrationVerdict(Map<String, MigrationCheck> checks, MigrationNotes notes) {
    this.checks = checks;
    this.notes = notes;
  }

  /**
   * Runs the checks.
   *
   * @param structure what is examined as well; empty for nothing
   * @return what is wrong; empty when nothing is
   */
  Optional<Throwable> wrong(Optional<GuardedSection> structure) {
    try {
      for (Map.Entry<String, MigrationCheck> check : checks.entrySet()) {
        LOG.debug("migration {}: check {}", notes.label(), check.getKey());
        check.getValue().check();
      }
      structure.ifPresent(section -> requireSound(Interrupts.insist(section::check)));
      return Optional.empty();
    } catch (InterruptedException failure) {
      Thread.currentThread().interrupt();
      return Optional.of(failure);
    } catch (Throwable failure) {
      return Optional.of(failure);
    }
  }

  private void requireSound(Map<Path, List<Check>> found) {
    List<String> faults = new ArrayList<>();
    found.forEach(
        (database, made) -> {
          for (Check check : made) {
            String text = "%s: %s: %s".formatted(database, check.name(), check.detail());
            if (check.isFailed()) {
              faults.add(text);
            } else if (!check.detail().isEmpty()) {
              notes.warn(text);
            }
          }
        });
    if (!faults.isEmpty()) {
      throw new IllegalStateException(String.join("; ", faults));
    }
  }
}
