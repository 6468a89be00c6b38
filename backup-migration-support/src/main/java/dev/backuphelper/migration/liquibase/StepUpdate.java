package dev.backuphelper.migration.liquibase;

import dev.backuphelper.migration.MigrationSession;
import dev.backuphelper.migration.PendingProbe;
import dev.backuphelper.migration.liquibase.ProtectedDatabases.Protection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Optional;
import liquibase.Scope;
import liquibase.command.CommandScope;
import liquibase.database.Database;
import liquibase.exception.LiquibaseException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One update that somebody else called: begun before the command's own steps, ended after them.
 * Used by one thread.
 */
final class StepUpdate {
  private static final Logger LOG = LoggerFactory.getLogger(StepUpdate.class);

  private final MigrationSession session;
  private final ActiveUpdates.Active active;
  private final FailureListener failures = new FailureListener();
  private final Question question;
  private final Runnable unlisten;

  private StepUpdate(
      MigrationSession session,
      Protection protection,
      CommandArguments arguments,
      Question question) {
    this.session = session;
    this.question = question;
    active =
        new ActiveUpdates.Active(protection.databases(), Scope.getCurrentScope(), this::leaveOpen);
    unlisten = arguments.listen(failures);
    Thread thread = Thread.currentThread();
    session.beatWhile(() -> isInCommand(thread));
  }

  // Of an Error Liquibase tells nobody, and the thread may go on with other work for days.
  private static boolean isInCommand(Thread thread) {
    return Arrays.stream(thread.getStackTrace())
        .anyMatch(frame -> frame.getClassName().equals(CommandScope.class.getName()));
  }

  private void leaveOpen() {
    unlisten.run();
    session.leaveOpen();
  }

  /**
   * Makes the safety backup.
   *
   * @return empty if nothing is pending
   */
  static Optional<StepUpdate> begin(CommandArguments arguments, Protection protection) {
    Question question = new Question(arguments);
    MigrationSession session =
        protection.guard().withRelease(question.log).withPending(question).open(arguments.label());
    if (!session.isPending()) {
      try (session) {
        session.succeed();
      }
      return Optional.empty();
    }
    try {
      StepUpdate update = new StepUpdate(session, protection, arguments, question);
      Leftovers.forgetUpToDate();
      ActiveUpdates.begin(update.active);
      return Optional.of(update);
    } catch (RuntimeException | Error failure) {
      session.close();
      throw failure;
    }
  }

  /** What was asked before the update, and what is remembered of that. */
  private static final class Question implements PendingProbe {
    private final CommandArguments arguments;
    private final LogOfUpdate log = new LogOfUpdate();
    private boolean lockedByUs;

    Question(CommandArguments arguments) {
      this.arguments = arguments;
      arguments.database().map(TargetDatabase::new).ifPresent(log::isOpenIn);
    }

    @Override
    public boolean isPending() throws Exception {
      Optional<Database> given = arguments.database();
      if (given.isPresent()) {
        return isPending(given.get());
      }
      Database own = arguments.openDatabase();
      try {
        return isPending(own);
      } finally {
        own.close();
      }
    }

    private boolean isPending(Database database) throws Exception {
      log.before(new TargetDatabase(database));
      UpdatePending pending = arguments.pending(database);
      boolean answer = pending.isPending();
      lockedByUs = pending.isLockedByUs();
      return answer;
    }
  }

  /**
   * Keeps what the update did.
   *
   * @throws RuntimeException if a check of the guard failed, after the restore
   */
  void succeed(Optional<Database> database) {
    database.map(TargetDatabase::new).ifPresent(question.log::isOpenIn);
    try {
      session.succeed();
    } catch (RuntimeException restored) {
      clearLeftovers(database, restored);
      throw restored;
    } finally {
      end();
    }
  }

  /** Undoes what the update did. */
  void fail(Optional<Database> database) {
    Optional<Exception> told = failures.failure();
    // Where it was not told, this takes what goes wrong beside it.
    Exception failure = told.orElseGet(StepUpdate::unknown);
    database.map(TargetDatabase::new).ifPresent(question.log::isOpenIn);
    try {
      rollback(database, failure);
      if (told.isPresent()) {
        session.fail(failure);
      } else {
        session.fail();
      }
      clearLeftovers(database, failure);
    } finally {
      end();
    }
    if (told.isEmpty() && failure.getSuppressed().length > 0) {
      LOG.warn("not all of it could be tidied", failure);
    }
  }

  private void end() {
    ActiveUpdates.end(active);
    unlisten.run();
    session.close();
  }

  private static void rollback(Optional<Database> database, Exception failure) {
    try {
      if (database.isPresent()) {
        new TargetDatabase(database.get()).rollback();
      }
    } catch (LiquibaseException | RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  private void clearLeftovers(Optional<Database> database, Exception failure) {
    try {
      if (database.isPresent()) {
        Leftovers.clear(new TargetDatabase(database.get()), question.lockedByUs);
      } else {
        Leftovers.forgetUpToDate();
      }
    } catch (SQLException | LiquibaseException | RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  private static Exception unknown() {
    return new LiquibaseException("the update failed outside of its change sets");
  }
}
