package dev.backuphelper.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.internal.engine.OuterGuard;
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
    assertThat(variables.get("BACKUP_GUARDED")).isEqualTo(ONE + "\n" + TWO);
    assertThat(OuterGuard.in(variables).guards(ONE)).isTrue();
    assertThat(OuterGuard.in(variables).guards(TWO)).isTrue();
    assertThat(OuterGuard.in(variables).guards(Path.of("other"))).isFalse();
    assertThat(OuterGuard.in(Map.of()).guards(ONE)).isFalse();
  }

  @Test
  void the_locale_is_given_back() {
    Map<String, String> variables = new HashMap<>(Map.of("LC_ALL", "C.UTF-8"));

    new CommandEnvironment(List.of(), null).putInto(variables);
    assertThat(variables).containsEntry("LC_ALL", "C.UTF-8");
    new CommandEnvironment(List.of(), "POSIX").putInto(variables);
    assertThat(variables).containsEntry("LC_ALL", "POSIX");
    new CommandEnvironment(List.of(), "unset").putInto(variables);
    assertThat(variables).doesNotContainKey("LC_ALL");
  }
}
