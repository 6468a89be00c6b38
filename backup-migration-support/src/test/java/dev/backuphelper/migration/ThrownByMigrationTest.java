package dev.backuphelper.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.backuphelper.error.BackupException;
import dev.backuphelper.event.BackupEvent;
import dev.backuphelper.event.BackupListener;
import dev.backuphelper.migration.MigrationReport.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a migration throws, the caller gets that very object, with the report attached. */
@Timeout(120)
class ThrownByMigrationTest {
  private static final String HALF = "CREATE TABLE half(a)";

  @TempDir private Path folder;
  private GuardedDatabase app;
  private String before;

  @BeforeEach
  void prepare() {
    app = GuardedDatabase.create(folder, "wal");
    before = app.state();
  }

  /** An exception that takes no suppressed ones, as the JVM's own of an exhausted memory. */
  private static final class Unwritable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Unwritable() {
      super("takes nothing", null, false, false);
    }
  }

  static Stream<Throwable> thrown() {
    return Stream.of(
        new IllegalStateException("unchecked"),
        new IOException("checked"),
        new TimeoutException(),
        new AssertionError("an error"),
        new OutOfMemoryError("pretended"),
        new LinkageError("not there"),
        new dev.backuphelper.error.RefusedException("one of ours", null));
  }

  private Throwable failWith(Throwable failure) {
    return catchThrowable(
        () ->
            app.guard()
                .<Exception>run(
                    GuardedDatabase.LABEL,
                    () -> {
                      app.sql(HALF);
                      sneak(failure);
                    }));
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> void sneak(Throwable failure) throws E {
    throw (E) failure;
  }

  private void requireUndone() {
    assertThat(app.state()).isEqualTo(before);
    assertThat(app.beside()).isEmpty();
    assertThat(app.backups().openPlans()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("thrown")
  void anything_isThrownOn_withTheReport(Throwable failure) {
    String message = failure.getMessage();

    assertThat(failWith(failure)).isSameAs(failure);

    MigrationReport report = MigrationReport.of(failure).orElseThrow();
    assertThat(report.outcome()).isEqualTo(Outcome.RESTORED);
    assertThat(report.label()).isEqualTo(GuardedDatabase.LABEL);
    assertThat(report.backup()).isPositive();
    assertThat(report.migration()).isPositive();
    assertThat(report.restore()).isPositive();
    assertThat(failure.getMessage()).isEqualTo(message);
    assertThat(failure.getSuppressed()).hasSize(1);
    assertThat(failure.getSuppressed()[0])
        .hasMessageContaining("migration version-2 failed")
        .hasMessageContaining(app.database() + "] hold again what they held before")
        .hasMessageContaining(report.safetyBackup().orElseThrow().value())
        .hasMessageContaining(
            "to restore by hand: backup restore %s --dir %s --force"
                .formatted(report.safetyBackup().orElseThrow(), app.store()));
    requireUndone();
  }

  /** The JVM makes this error in a way that leaves it no room for suppressed ones. */
  @Test
  void stackOverflow_isUndone() {
    List<MigrationReport> reports = new ArrayList<>();

    Throwable thrown =
        catchThrowable(
            () ->
                app.guard()
                    .withReports(reports::add)
                    .run(
                        GuardedDatabase.LABEL,
                        () -> {
                          app.sql(HALF);
                          dig(0);
                        }));

    assertThat(thrown).isInstanceOf(StackOverflowError.class);
    assertThat(reports).extracting(MigrationReport::outcome).containsExactly(Outcome.RESTORED);
    requireUndone();
  }

  @SuppressWarnings("InfiniteRecursion")
  private static int dig(int depth) {
    return dig(depth + 1) + 1;
  }

  @Test
  void exceptionThatTakesNothing_isUndone_andTheReportIsHandedOver() {
    List<MigrationReport> reports = new ArrayList<>();
    Unwritable failure = new Unwritable();

    Throwable thrown =
        catchThrowable(
            () ->
                app.guard()
                    .withReports(reports::add)
                    .run(
                        GuardedDatabase.LABEL,
                        () -> {
                          app.sql(HALF);
                          throw failure;
                        }));

    assertThat(thrown).isSameAs(failure);
    assertThat(MigrationReport.of(thrown)).isEmpty();
    assertThat(reports).extracting(MigrationReport::outcome).containsExactly(Outcome.RESTORED);
    requireUndone();
  }

  @Test
  void sameExceptionTwice_hasBothReports() {
    IllegalStateException failure = new IllegalStateException("one and the same");

    assertThat(failWith(failure)).isSameAs(failure);
    assertThat(failWith(failure)).isSameAs(failure);

    assertThat(failure.getSuppressed()).hasSize(2);
    requireUndone();
  }

  @Test
  void callerCheckThatFails_isAFailedMigration() {
    IOException wrong = new IOException("too few orders");

    Throwable thrown =
        catchThrowable(
            () ->
                app.guard()
                    .withCheck("enough orders", () -> sneak(wrong))
                    .run(GuardedDatabase.LABEL, () -> app.sql(HALF)));

    assertThat(thrown)
        .isInstanceOf(MigrationFailedException.class)
        .hasCause(wrong)
        .hasMessageContaining("migration version-2 failed its checks: too few orders")
        .hasMessageContaining("hold again what they held before");
    assertThat(MigrationReport.of(thrown).orElseThrow().checks()).isPositive();
    requireUndone();
  }

  @ParameterizedTest
  @MethodSource("thrown")
  void callerCheckThatThrowsAnything_isAFailedMigration(Throwable wrong) {
    Throwable thrown =
        catchThrowable(
            () ->
                app.guard()
                    .withCheck("always wrong", () -> sneak(wrong))
                    .run(GuardedDatabase.LABEL, () -> app.sql(HALF)));

    assertThat(thrown).isInstanceOf(MigrationFailedException.class).hasCause(wrong);
    assertThat(MigrationReport.of(thrown).orElseThrow().outcome()).isEqualTo(Outcome.RESTORED);
    requireUndone();
  }

  @Test
  void callerChecks_runInTheirOrder_andTheFirstThatFailsEndsThem() {
    List<String> called = new ArrayList<>();

    Throwable thrown =
        catchThrowable(
            () ->
                app.guard()
                    .withCheck("first", () -> called.add("first"))
                    .withCheck(
                        "second",
                        () -> {
                          called.add("second");
                          throw new IllegalStateException("no");
                        })
                    .withCheck("third", () -> called.add("third"))
                    .run(GuardedDatabase.LABEL, () -> app.sql(HALF)));

    assertThat(thrown).isInstanceOf(MigrationFailedException.class);
    assertThat(called).containsExactly("first", "second");
    requireUndone();
  }

  @Test
  void brokenReceiverOfReports_hidesNothing() {
    IllegalStateException failure = new IllegalStateException("the cause");

    Throwable thrown =
        catchThrowable(
            () ->
                app.guard()
                    .withReports(
                        report -> {
                          throw new AssertionError("a broken receiver");
                        })
                    .run(
                        GuardedDatabase.LABEL,
                        () -> {
                          app.sql(HALF);
                          throw failure;
                        }));

    assertThat(thrown).isSameAs(failure);
    requireUndone();
  }

  private Throwable failUnderListener(BackupListener listener, Throwable failure) {
    MigrationGuard guard = MigrationGuard.of(app.builder().listener(listener).build());
    return catchThrowable(
        () ->
            guard.<Exception>run(
                GuardedDatabase.LABEL,
                () -> {
                  app.sql(HALF);
                  sneak(failure);
                }));
  }

  @Test
  void brokenListener_hidesNothing_andBreaksNothing() {
    IllegalStateException failure = new IllegalStateException("the cause");

    Throwable thrown =
        failUnderListener(
            event -> {
              throw new IllegalArgumentException("a broken listener");
            },
            failure);

    assertThat(thrown).isSameAs(failure);
    requireUndone();
  }

  /** An error of the program may end a restore, but never hides why the migration failed. */
  @Test
  void listenerThatThrowsErrors_hidesNothing_andItsTraceIsFollowedLater() {
    IllegalStateException failure = new IllegalStateException("the cause");

    Throwable thrown =
        failUnderListener(
            event -> {
              if (event instanceof BackupEvent.Step step && step.operation().equals("restore")) {
                throw new AssertionError("a broken program");
              }
            },
            failure);

    assertThat(thrown).isSameAs(failure);
    assertThat(MigrationReport.of(thrown).orElseThrow().outcome())
        .isEqualTo(Outcome.RESTORE_FAILED);
    assertThat(app.backups().openPlans()).isNotEmpty();
    assertThat(app.guard().recover().open()).isEmpty();
    requireUndone();
  }

  @Test
  void probeThatFails_isNoMigration() {
    IOException unknown = new IOException("cannot ask");
    List<MigrationReport> reports = new ArrayList<>();

    Throwable thrown =
        catchThrowable(
            () ->
                app.guard()
                    .withPending(() -> sneakFlag(unknown))
                    .withReports(reports::add)
                    .run("v2", () -> app.sql(HALF)));

    assertThat(thrown)
        .isInstanceOf(BackupException.class)
        .hasCause(unknown)
        .hasMessage("cannot tell whether migration v2 is pending: cannot ask");
    assertThat(MigrationReport.of(thrown).map(MigrationReport::outcome))
        .hasValue(Outcome.NOT_BEGUN);
    assertThat(reports).extracting(MigrationReport::outcome).containsExactly(Outcome.NOT_BEGUN);
    assertThat(app.store()).doesNotExist();
    requireUndone();
  }

  private static boolean sneakFlag(Throwable failure) throws IOException {
    sneak(failure);
    return true;
  }

  /** A tool that has nothing to do may find fault with its scripts all the same. */
  @Test
  void failureWhereNothingWasPending_tellsSo() {
    IllegalStateException failure = new IllegalStateException("checksum mismatch");

    Throwable thrown =
        catchThrowable(
            () ->
                app.guard()
                    .withPending(() -> false)
                    .call(
                        "idle",
                        () -> {
                          throw failure;
                        }));

    assertThat(thrown).isSameAs(failure);
    assertThat(MigrationReport.of(thrown).orElseThrow().outcome())
        .isEqualTo(Outcome.NOTHING_PENDING);
    assertThat(thrown.getSuppressed()[0])
        .hasMessage("migration idle failed; nothing was pending, so nothing was backed up");
  }

  @Test
  void sessionThatIsClosedWithoutAnEnd_isUndone() {
    try (MigrationSession session = app.guard().open(GuardedDatabase.LABEL)) {
      assertThat(session.isPending()).isTrue();
      app.sql(HALF);
    }

    requireUndone();
  }

  @Test
  void sessionWithNothingPending_thatIsClosedWithoutAnEnd_hadNothingPending() {
    List<MigrationReport> reports = new ArrayList<>();

    app.guard().withPending(() -> false).withReports(reports::add).open("idle").close();

    assertThat(reports)
        .extracting(MigrationReport::outcome)
        .containsExactly(Outcome.NOTHING_PENDING);
  }
}
