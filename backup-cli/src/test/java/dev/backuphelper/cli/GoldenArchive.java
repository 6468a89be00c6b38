package dev.backuphelper.cli;

import dev.backuphelper.cli.Cli.Run;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;

/**
 * Makes the archives that {@link GoldenArchiveTest} reads. It is no part of the tests: the archives
 * in the resources were made once, by the first version that exported, and must never be made anew.
 *
 * <p>To make some of a later format, run it where nothing tells of your machine. As root on Linux,
 * with CLASSPATH set:
 *
 * <pre>{@code
 * unshare -m -u sh -c 'mount -t tmpfs tmpfs /srv && mkdir /srv/app && hostname server &&
 *     cd /srv/app && LC_ALL=C.UTF-8 java -Duser.name=app dev.backuphelper.cli.GoldenArchive && cp /srv/app/*.tar* FOLDER'
 * }</pre>
 */
final class GoldenArchive {
  static final List<String> NAMES = List.of("chain.tar", "chain.tar.gz", "chain.tar.zst");
  static final String FULL = "20261118-070000-000";
  static final String INCREMENTAL = "20261119-070000-000";

  private static final Path FOLDER = Path.of("/srv/app");

  private GoldenArchive() {}

  /** Makes them in {@code /srv/app}. */
  public static void main(String[] arguments) {
    Path database = FOLDER.resolve("app.db");
    Database.execute(
        database,
        "PRAGMA page_size=512",
        "CREATE TABLE treasure(id INTEGER PRIMARY KEY, place TEXT, map BLOB)",
        "INSERT INTO treasure VALUES (1, 'under the old oak', zeroblob(3000))");
    create("2026-11-18T07:00:00Z", FULL);
    Database.execute(database, "INSERT INTO treasure VALUES (2, 'behind the café', x'00ff10')");
    create("2026-11-19T07:00:00Z", INCREMENTAL);
    for (String name : NAMES) {
      run(Cli.of(FOLDER.resolve("backups")), "export", INCREMENTAL, FOLDER.resolve(name));
    }
  }

  private static void create(String date, String id) {
    Run made =
        run(
            Cli.of(FOLDER.resolve("backups")).at(Clock.fixed(Instant.parse(date), ZoneOffset.UTC)),
            "create",
            FOLDER.resolve("app.db"),
            "--type=auto",
            "--compress",
            "--quiet");
    if (!made.out().strip().equals(id)) {
      throw new IllegalStateException("not " + id + ": " + made.out());
    }
  }

  private static Run run(Cli cli, Object... words) {
    Run run = cli.run(words);
    if (run.exit() != 0) {
      throw new IllegalStateException(run.err());
    }
    return run;
  }
}
