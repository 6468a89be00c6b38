import dev.backuphelper.BackupHelper;
import dev.backuphelper.event.BackupEvent;
import dev.backuphelper.migration.MigrationGuard;
import dev.backuphelper.migration.MigrationReport;
import dev.backuphelper.migration.flyway.FlywayGuard;
import dev.backuphelper.migration.liquibase.LiquibaseGuard;
import dev.backuphelper.source.sqlite.SqliteSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import liquibase.Contexts;
import liquibase.LabelExpression;
import liquibase.Liquibase;
import liquibase.Scope;
import liquibase.UpdateSummaryEnum;
import liquibase.database.Database;
import liquibase.database.DatabaseFactory;
import liquibase.database.jvm.JdbcConnection;
import liquibase.exception.LiquibaseException;
import liquibase.resource.DirectoryResourceAccessor;
import liquibase.resource.ResourceAccessor;
import liquibase.ui.LoggerUIService;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.Configuration;
import org.flywaydb.core.api.output.MigrateResult;

/**
 * What a guard costs. Run by {@code guard.sh}. Ends with 1 if a target is missed.
 *
 * <p>Arguments: an empty folder, the size of the database in MiB, how often each thing is measured.
 */
final class GuardCost {
  private static final int IDLE_RUNS = 300;
  private static final int IDLE_WARM_UP = 50;
  private static final double IDLE_LIMIT_MILLIS = 10;
  private static final double LIMIT = 1.10;

  private final Path folder;
  private final Path template;
  private final Path database;
  private final Path store;
  private long lockedAt;
  private long calledAt;
  private boolean missed;

  private GuardCost(Path folder) {
    this.folder = folder;
    template = folder.resolve("template.db");
    database = folder.resolve("app.db");
    store = folder.resolve("backups");
  }

  /** Something that takes time. */
  private interface Work {
    void run() throws Exception;
  }

  public static void main(String[] arguments) throws Exception {
    GuardCost cost = new GuardCost(Path.of(arguments[0]));
    int mebibytes = Integer.parseInt(arguments[1]);
    cost.makeTemplate(mebibytes);
    System.out.printf("database of %d MiB, %s runs%n", mebibytes, arguments[2]);
    cost.measureIdle();
    cost.measureIdleFlyway();
    cost.measureIdleLiquibase();
    cost.measureMigration(Integer.parseInt(arguments[2]));
    System.exit(cost.missed ? 1 : 0);
  }

  // Rows of about 200 bytes with one index, as applications have them.
  private void makeTemplate(int mebibytes) throws SQLException {
    sql(
        template,
        "PRAGMA journal_mode=off",
        "PRAGMA synchronous=off",
        "CREATE TABLE customer(id INTEGER PRIMARY KEY, name TEXT)",
        "CREATE TABLE orders(id INTEGER PRIMARY KEY, customer REFERENCES customer(id), note TEXT)",
        "BEGIN",
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99999)"
            + " INSERT INTO customer SELECT i, 'customer ' || i FROM n",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
            + mebibytes * 4700L
            + ") INSERT INTO orders SELECT i, abs(random() % 100000), hex(randomblob(90)) FROM n",
        "CREATE INDEX by_customer ON orders(customer)",
        "COMMIT",
        "PRAGMA user_version=1",
        "PRAGMA journal_mode=wal");
  }

  private static void sql(Path file, String... statements) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private boolean isPending() throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement();
        ResultSet version = statement.executeQuery("PRAGMA user_version")) {
      return version.getInt(1) < 2;
    }
  }

  private void migrate() throws SQLException {
    sql(
        database,
        "ALTER TABLE orders ADD COLUMN state TEXT",
        "UPDATE orders SET state = 'sent' WHERE id % 5 = 0",
        "CREATE INDEX by_state ON orders(state)",
        "PRAGMA user_version=2");
  }

  private void check() throws SQLException {
    sql(database, "PRAGMA quick_check", "PRAGMA foreign_key_check");
  }

  private BackupHelper backups() {
    return BackupHelper.builder()
        .source(SqliteSource.of(database))
        .directory(store)
        .listener(this::hear)
        .build();
  }

  // What is pending is asked when the databases are locked.
  private void hear(BackupEvent event) {
    if (event instanceof BackupEvent.Step step && step.step().equals("locked")) {
      lockedAt = System.nanoTime();
    }
  }

  private void measureIdle() throws Exception {
    renew();
    sql(database, "PRAGMA user_version=2");
    MigrationGuard guard = MigrationGuard.of(backups());
    measureIdle(
        "a probe of its own",
        () -> {},
        () ->
            guard
                .withPending(
                    () -> {
                      boolean pending = isPending();
                      calledAt = System.nanoTime();
                      return pending;
                    })
                .run("idle", this::migrate));
  }

  /** Says when it is called: until then the adapter has asked what is pending. */
  private final class TimedFlyway extends Flyway {
    TimedFlyway(Configuration configuration) {
      super(configuration);
    }

    @Override
    public MigrateResult migrate() {
      calledAt = System.nanoTime();
      return super.migrate();
    }
  }

  private void measureIdleFlyway() throws Exception {
    renew();
    Path scripts = Files.createDirectories(folder.resolve("flyway"));
    Files.writeString(scripts.resolve("V1__one.sql"), "CREATE TABLE by_flyway(a);");
    Flyway flyway =
        new TimedFlyway(
            Flyway.configure()
                .dataSource("jdbc:sqlite:" + database, null, null)
                .locations("filesystem:" + scripts)
                .baselineOnMigrate(true)
                .baselineVersion("0"));
    flyway.migrate();
    MigrationGuard guard = MigrationGuard.of(backups());
    measureIdle("Flyway", flyway::migrate, () -> FlywayGuard.migrate(flyway, guard));
  }

  /** Says when it is called: until then the adapter has asked what is pending. */
  private final class TimedLiquibase extends Liquibase {
    TimedLiquibase(ResourceAccessor files, Database target) {
      super("changes.sql", files, target);
      setShowSummary(UpdateSummaryEnum.OFF);
    }

    @Override
    public void update(Contexts contexts, LabelExpression labels) throws LiquibaseException {
      calledAt = System.nanoTime();
      super.update(contexts, labels);
    }
  }

  private void measureIdleLiquibase() throws Exception {
    renew();
    // Kept, or else the level that was set would be lost with the logger.
    Logger logger = Logger.getLogger("liquibase");
    logger.setLevel(Level.OFF);
    Scope.enter(Map.of(Scope.Attr.ui.name(), new LoggerUIService()));
    Files.writeString(
        folder.resolve("changes.sql"),
        "--liquibase formatted sql\n--changeset me:1\nCREATE TABLE by_liquibase(a);\n");
    MigrationGuard guard = MigrationGuard.of(backups());
    Work bare = () -> liquibase(liquibase -> liquibase.update(new Contexts()));
    bare.run();
    measureIdle(
        "Liquibase",
        bare,
        () -> liquibase(liquibase -> LiquibaseGuard.update(liquibase, guard)));
    logger.setLevel(null);
  }

  /** Something that is done with Liquibase. */
  private interface Use {
    void of(Liquibase liquibase) throws LiquibaseException;
  }

  // A new one each time, as applications have it: it remembers what it found up to date.
  private void liquibase(Use use) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database)) {
      use.of(
          new TimedLiquibase(
              new DirectoryResourceAccessor(folder),
              DatabaseFactory.getInstance()
                  .findCorrectDatabaseImplementation(new JdbcConnection(connection))));
    }
  }

  private void measureIdle(String what, Work bare, Work guarded) throws Exception {
    List<Double> alone = new ArrayList<>();
    List<Double> probes = new ArrayList<>();
    List<Double> whole = new ArrayList<>();
    for (int run = 0; run < IDLE_WARM_UP + IDLE_RUNS; run++) {
      double working = millis(bare);
      double guarding = millis(guarded);
      if (run >= IDLE_WARM_UP) {
        alone.add(working);
        probes.add((calledAt - lockedAt) / 1e6);
        whole.add(guarding);
      }
    }
    double more = median(whole) - median(alone) - median(probes);
    System.out.printf(
        "nothing pending, %s: alone %.2f ms, probe %.2f ms, guarded %.2f ms:"
            + " %.2f ms more than both (at most %.0f: %s)%n",
        what,
        median(alone),
        median(probes),
        median(whole),
        more,
        IDLE_LIMIT_MILLIS,
        verdict(more <= IDLE_LIMIT_MILLIS));
  }

  private void measureMigration(int runs) throws Exception {
    List<Double> migrations = new ArrayList<>();
    List<Double> creates = new ArrayList<>();
    List<Double> checks = new ArrayList<>();
    List<Double> guarded = new ArrayList<>();
    List<MigrationReport> reports = new ArrayList<>();
    // The first is for warming up.
    for (int run = 0; run <= runs; run++) {
      renew();
      creates.add(millis(() -> backups().create()));
      migrations.add(millis(this::migrate));
      checks.add(millis(this::check));
      renew();
      MigrationGuard guard = MigrationGuard.of(backups()).withPending(this::isPending);
      guarded.add(millis(() -> reports.add(guard.run("version-2", this::migrate))));
    }
    for (List<?> list : List.of(migrations, creates, checks, guarded, reports)) {
      list.remove(0);
    }
    double sum = median(migrations) + median(creates) + median(checks);
    double ratio = median(guarded) / sum;
    System.out.printf(
        "alone: migration %.0f ms, create %.0f ms, checks %.0f ms: sum %.0f ms%n",
        median(migrations), median(creates), median(checks), sum);
    System.out.printf(
        "guarded: %.0f ms (safety backup %.0f, migration %.0f, checks %.0f)%n",
        median(guarded),
        median(reports.stream().map(report -> report.backup().toNanos() / 1e6).toList()),
        median(reports.stream().map(report -> report.migration().toNanos() / 1e6).toList()),
        median(reports.stream().map(report -> report.checks().toNanos() / 1e6).toList()));
    System.out.printf(
        "guarded / sum: %.2f (at most %.2f: %s)%n", ratio, LIMIT, verdict(ratio <= LIMIT));
  }

  private String verdict(boolean met) {
    missed |= !met;
    return met ? "met" : "missed";
  }

  /** Makes database and store what they were at first. */
  private void renew() throws IOException, InterruptedException {
    for (String suffix : List.of("", "-wal", "-shm")) {
      Files.deleteIfExists(folder.resolve("app.db" + suffix));
    }
    if (Files.exists(store)) {
      try (Stream<Path> files = Files.list(store)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
    }
    Files.copy(template, database, StandardCopyOption.REPLACE_EXISTING);
    new ProcessBuilder("sync").inheritIO().start().waitFor();
  }

  private static double millis(Work work) throws Exception {
    long begun = System.nanoTime();
    work.run();
    return (System.nanoTime() - begun) / 1e6;
  }

  private static double median(List<Double> values) {
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
