package dev.backuphelper.cli;

import dev.backuphelper.error.RefusedException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Asks before databases are overwritten, and remembers why not. Used once, by one thread. */
final class Confirmation implements Predicate<List<Path>> {
  private final Session session;
  private final boolean given;
  private @Nullable RefusedException refusal;

  Confirmation(Session session, boolean given) {
    this.session = session;
    this.given = given;
  }

  @Override
  public boolean test(List<Path> existing) {
    if (given) {
      return true;
    }
    String names = existing.stream().map(Path::toString).collect(Collectors.joining(", "));
    if (!session.canAsk()) {
      refusal =
          new RefusedException(
              "it would overwrite " + names,
              "Give --force to overwrite it; a safety backup is taken first. --dry-run shows what"
                  + " would happen.");
    } else if (!session.ask("overwrite " + names + "?")) {
      refusal = new RefusedException("declined; nothing was changed", null);
    }
    return refusal == null;
  }

  /** Returns why it was not agreed to, if it was asked and was not. */
  Optional<RefusedException> refusal() {
    return Optional.ofNullable(refusal);
  }
}
