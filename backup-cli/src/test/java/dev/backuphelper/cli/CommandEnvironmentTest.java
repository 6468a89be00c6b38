package dev.backuphelper.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.internal.engine.OuterGuard;
import dev.backuphelper.internal.io.ProcessOwner;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CommandEnvironmentTest {
  private static final Path ONE = Path.of("one.db").toAbsolutePath();
  private static final Path TWO = Path.of("two.db").toAbsolutePath();

  @Test
  void databases_of_outer_guards_stay_guarded() {
    Map<String, String> variables = new HashMap<>();
    CommandEnvironment.of(Map.of()).guarding(List.of(ONE)).putInto(variables);
    CommandEnvironment.of(variables).guarding(List.of(TWO)).putInto(variables);

    assertThat(variables).containsOnlyKeys("BACKUP_GUARDED");
    ProcessOwner self = ProcessOwner.current();
    String guard = self.pid() + " " + self.startedMillis() + " ";
    assertThat(variables.get("BACKUP_GUARDED")).isEqualTo(guard + ONE + "\n" + guard + TWO);
    assertThat(OuterGuard.in(variables).guards(ONE)).isTrue();
    assertThat(OuterGuard.in(variables).guards(TWO)).isTrue();
    assertThat(OuterGuard.in(variables).guards(Path.of("other"))).isFalse();
    assertThat(OuterGuard.in(Map.of()).guards(ONE)).isFalse();
  }

  /** A process that the command left behind may wait for the database: nobody holds it any more. */
  @Test
  void what_a_guard_that_has_ended_guarded_is_guarded_no_more() throws Exception {
    Process ended =
        new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(), "-version")
            .start();
    ProcessOwner owner = ProcessOwner.of(ended.toHandle());
    assertThat(ended.waitFor()).isZero();

    OuterGuard outer =
        OuterGuard.in(
            Map.of("BACKUP_GUARDED", owner.pid() + " " + owner.startedMillis() + " " + ONE));

    assertThat(outer.guards(ONE)).isFalse();
    assertThat(outer.names(ONE)).isTrue();
    assertThat(OuterGuard.in(Map.of("BACKUP_GUARDED", "1 x " + ONE + "\njunk")).entries())
        .isEmpty();
  }

  @Test
  void the_locale_is_given_back() {
    Map<String, String> variables = new HashMap<>(Map.of("LC_ALL", "C.UTF-8"));

    new CommandEnvironment(new OuterGuard(List.of()), null).putInto(variables);
    assertThat(variables).containsEntry("LC_ALL", "C.UTF-8");
    new CommandEnvironment(new OuterGuard(List.of()), "POSIX").putInto(variables);
    assertThat(variables).containsEntry("LC_ALL", "POSIX");
    new CommandEnvironment(new OuterGuard(List.of()), "unset").putInto(variables);
    assertThat(variables).doesNotContainKey("LC_ALL");
  }
}
