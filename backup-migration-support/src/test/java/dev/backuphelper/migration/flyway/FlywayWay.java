package dev.backuphelper.migration.flyway;

import com.zaxxer.hikari.HikariDataSource;
import dev.backuphelper.migration.MigrationGuard;
import dev.backuphelper.migration.fixture.Damage;
import dev.backuphelper.migration.fixture.FailingTool;
import dev.backuphelper.migration.fixture.GuardedTool;
import dev.backuphelper.migration.fixture.ManySteps;
import dev.backuphelper.migration.fixture.Shop;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.migration.BaseJavaMigration;
import org.flywaydb.core.api.migration.Context;

/** The ways to run Flyway under a guard. */
enum FlywayWay implements GuardedTool, FailingTool {
  GUARD {
    @Override
    void migrate(Flyway flyway, MigrationGuard guard) {
      FlywayGuard.migrate(flyway, guard);
    }
  },
  GUARDED_FLYWAY {
    @Override
    void migrate(Flyway flyway, MigrationGuard guard) {
      Flyway handedOn = GuardedFlyway.of(flyway, guard);
      handedOn.migrate();
    }
  };

  abstract void migrate(Flyway flyway, MigrationGuard guard);

  @Override
  public void prepare(Shop shop) {
    shop.write("V2__first.sql", Damage.FIRST);
    FlywayFiles.onUrl(shop).migrate();
  }

  @Override
  public void write(Shop shop) {
    shop.write("V2__first.sql", Damage.FIRST);
    shop.write("V3__third.sql", "CREATE TABLE third(x);");
    shop.write("V6__last.sql", "CREATE TABLE done(x);");
  }

  @Override
  public void migrate(
      Shop shop, DataSource dataSource, MigrationGuard guard, Consumer<String> done) {
    Flyway flyway =
        FlywayFiles.configure(shop)
            .dataSource(dataSource)
            .javaMigrations(new V4__Committed(done), new V5__InATransaction(done))
            .load();
    migrate(flyway, guard);
  }

  @Override
  public void write(Shop shop, Damage damage, String second) {
    shop.write("V2__first.sql", Damage.FIRST);
    shop.write("V3__second.sql", second);
    shop.write("V3__second.sql.conf", "executeInTransaction=" + damage.inTransaction());
  }

  @Override
  public void migrate(Shop shop, HikariDataSource pool, MigrationGuard guard) {
    migrate(FlywayFiles.on(shop, pool), guard);
  }

  @Override
  public Class<FlywayException> failure() {
    return FlywayException.class;
  }

  @Override
  public Set<String> ownTables() {
    return Set.of("flyway_schema_history");
  }

  @Override
  public List<String> questions() {
    return List.of(
        "SELECT installed_rank, version, description, type, checksum, success"
            + " FROM flyway_schema_history ORDER BY 1");
  }

  /** A migration that does some steps. */
  private abstract static class Stepped extends BaseJavaMigration {
    private final boolean transaction;
    private final Consumer<String> done;

    Stepped(boolean transaction, Consumer<String> done) {
      this.transaction = transaction;
      this.done = done;
    }

    @Override
    public boolean canExecuteInTransaction() {
      return transaction;
    }

    @Override
    public void migrate(Context context) throws SQLException {
      Connection connection = context.getConnection();
      if (transaction) {
        ManySteps.commitNone(connection, done);
      } else {
        ManySteps.commitEach(connection, done);
      }
    }
  }

  /** Flyway takes version and description from the name. */
  private static final class V4__Committed extends Stepped {
    V4__Committed(Consumer<String> done) {
      super(false, done);
    }
  }

  /** Flyway takes version and description from the name. */
  private static final class V5__InATransaction extends Stepped {
    V5__InATransaction(Consumer<String> done) {
      super(true, done);
    }
  }
}
