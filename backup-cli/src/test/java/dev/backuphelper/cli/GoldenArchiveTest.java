package dev.backuphelper.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.cli.Cli.Run;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Archives as the first version wrote them that exported. Every later one verifies, restores and
 * imports them: neither they nor what is expected of them here may ever change. {@link
 * GoldenArchive} tells how they were made.
 */
@Timeout(60)
class GoldenArchiveTest {
  private static final List<String> CHAIN = List.of(GoldenArchive.FULL, GoldenArchive.INCREMENTAL);

  @TempDir private Path folder;

  static Stream<String> names() {
    return GoldenArchive.NAMES.stream();
  }

  private Path archive(String name) throws IOException, URISyntaxException {
    Path golden =
        Path.of(
            Objects.requireNonNull(GoldenArchiveTest.class.getResource("/golden/archive-1/" + name))
                .toURI());
    return Files.copy(golden, folder.resolve(name));
  }

  private Cli cli() {
    return Cli.of(folder.resolve("backups"));
  }

  @ParameterizedTest
  @MethodSource("names")
  void it_verifies(String name) throws Exception {
    Run run = cli().run("verify", archive(name), "--full");

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out()).contains("2 of 2 valid");
  }

  @ParameterizedTest
  @MethodSource("names")
  void it_is_restored(String name) throws Exception {
    Path target = folder.resolve("app.db");

    Run run = cli().run("restore", archive(name), "--target", target);

    assertThat(run.exit()).as(run.err()).isZero();
    assertTreasures(target, "1 under the old oak 3000", "2 behind the café 3");
  }

  @ParameterizedTest
  @MethodSource("names")
  void it_is_imported(String name) throws Exception {
    Run run = cli().run("import", archive(name), "--json");

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.json()).containsEntry("imported", CHAIN).containsEntry("verified", CHAIN);
    Path full = folder.resolve("full.db");
    Path last = folder.resolve("last.db");
    assertThat(cli().run("restore", GoldenArchive.FULL, "--target", full).exit()).isZero();
    assertThat(cli().run("restore", GoldenArchive.INCREMENTAL, "--target", last).exit()).isZero();
    assertTreasures(full, "1 under the old oak 3000");
    assertTreasures(last, "1 under the old oak 3000", "2 behind the café 3");
  }

  private static void assertTreasures(Path database, String... expected) throws SQLException {
    List<String> found = new ArrayList<>();
    try (Connection connection = Database.connect(database);
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT id || ' ' || place || ' ' || length(map) FROM treasure ORDER BY id")) {
      while (rows.next()) {
        found.add(rows.getString(1));
      }
    }
    assertThat(found).containsExactly(expected);
  }
}
