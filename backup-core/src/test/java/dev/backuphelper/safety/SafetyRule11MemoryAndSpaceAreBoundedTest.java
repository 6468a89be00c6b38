package dev.backuphelper.safety;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.CreateRequest;
import dev.backuphelper.RestoreRequest;
import dev.backuphelper.crash.LiveDatabase;
import dev.backuphelper.crash.StoreDecorator;
import dev.backuphelper.crash.World;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.CheckLevel;
import dev.backuphelper.model.Compression;
import dev.backuphelper.store.StagedFile;
import dev.backuphelper.store.local.LocalStore;
import dev.backuphelper.testing.ChildJvm;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Rule 11: memory is bounded whatever the size; free space is checked before a work starts; nothing
 * is inflated past the recorded size.
 */
@Timeout(120)
class SafetyRule11MemoryAndSpaceAreBoundedTest {
  private static final int MEGABYTE = 1 << 20;

  @TempDir private Path folder;
  private World world;
  private Path database;
  private final AtomicInteger staged = new AtomicInteger();

  @BeforeEach
  void prepare() {
    world = World.in(folder.resolve("world"), World.SMALL);
    database = LiveDatabase.make(world.database("a.db"), "wal", "new", 40);
  }

  private BackupHelper withRoomFor(long bytes) {
    return world
        .builder(List.of("a.db"))
        .store(
            new StoreDecorator(LocalStore.in(world.store())) {
              @Override
              public long usableSpace() {
                return bytes;
              }

              @Override
              public StagedFile stage() throws IOException {
                staged.incrementAndGet();
                return super.stage();
              }
            })
        .build();
  }

  private static BackupException failure(Runnable work) {
    return catchThrowableOfType(BackupException.class, work::run);
  }

  @Test
  void aDatabaseLargerThanTheHeap_isBackedUpVerifiedComparedAndRestored() {
    LiveDatabase.run(
        database,
        "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 96)"
            + " INSERT INTO t(tag, body) SELECT 'large', randomblob(1000000) FROM r");
    assertThat(Harm.size(database)).isGreaterThan(90L * MEGABYTE);

    try (ChildJvm child =
        ChildJvm.startWith(
            // With the optimising compiler: digests take ten times as long without.
            List.of("-Xmx24m", "-XX:MaxDirectMemorySize=16m", "-XX:TieredStopAtLevel=4"),
            world.scratch(),
            SmallHeap.class,
            world.folder())) {
      assertThat(child.readAll())
          .containsExactly(
              "create", "verify", "compare", "restore", "create", "verify", "compare", "restore");
    }
  }

  /** Everything, in a JVM with little memory. */
  static final class SmallHeap {
    private SmallHeap() {}

    @SuppressWarnings("SystemOut") // its output is what the parent waits for
    public static void main(String[] arguments) {
      World world = new World(Path.of(arguments[0]), World.SMALL);
      BackupHelper backups = world.backups(List.of("a.db"));
      use(backups, CreateRequest.ofDefaults());
      use(backups, CreateRequest.builder().compress(Compression.zstd()).build());
    }

    @SuppressWarnings("SystemOut")
    private static void use(BackupHelper backups, CreateRequest request) {
      BackupId id = backups.create(request).id();
      System.out.println("create");
      System.out.println(backups.verify(id).allValid() ? "verify" : "bad");
      backups.compare(id);
      System.out.println("compare");
      backups.restore(id);
      System.out.println("restore");
    }
  }

  @Test
  void noRoomForTheBackup_isFoundOutBeforeItStarts() {
    Backup earlier = world.backups(List.of("a.db")).create();

    BackupException failure = failure(() -> withRoomFor(Harm.size(database)).create());

    assertThat(failure.code()).isEqualTo(ErrorCode.NO_SPACE);
    assertThat(failure).hasMessageContaining("no room for the backup");
    assertThat(failure.hint()).isPresent();
    assertThat(staged).as("nothing was begun").hasValue(0);
    assertThat(world.backups(List.of("a.db")).verifyAll().files()).hasSize(1);
    assertThat(world.backups(List.of("a.db")).verify(earlier.id()).allValid()).isTrue();
  }

  @Test
  void noRoomForTheSafetyBackup_theRestoreIsNotBegun() {
    Backup backup = world.backups(List.of("a.db")).create();
    LiveDatabase.fill(database, "old", 80);

    BackupException failure = failure(() -> withRoomFor(MEGABYTE).restore(backup.id()));

    assertThat(failure.code()).isEqualTo(ErrorCode.NO_SPACE);
    assertThat(failure).hasMessageContaining("no room for the restore");
    assertThat(staged).as("nothing was begun").hasValue(0);
    assertThat(LiveDatabase.content(database)).isEqualTo("ok: old x 80");
    assertThat(world.backups(List.of("a.db")).list()).hasSize(1);
  }

  @Test
  void noRoomForTheCopyToCompare_theComparisonIsNotBegun() {
    Backup backup = world.backups(List.of("a.db")).create();

    BackupException failure = failure(() -> withRoomFor(1000).compare(backup.id()));

    assertThat(failure.code()).isEqualTo(ErrorCode.NO_SPACE);
    assertThat(failure).hasMessageContaining("no room for the comparison");
    assertThat(staged).as("nothing was begun").hasValue(0);
  }

  @Test
  void roomThatSuffices_isEnough() {
    BackupHelper backups = withRoomFor(4L * MEGABYTE);

    backups.restore(backups.create().id());

    assertThat(LiveDatabase.content(database)).isEqualTo("ok: new x 40");
  }

  @Test
  void noRoomForTheImageOfACompressedBackup_itIsNotInflated() {
    Backup backup =
        world
            .backups(List.of("a.db"))
            .create(CreateRequest.builder().compress(Compression.zstd()).build());

    BackupException failure = failure(() -> withRoomFor(1000).verify(backup.id()));

    assertThat(failure.code()).isEqualTo(ErrorCode.NO_SPACE);
    assertThat(failure).hasMessageContaining("no room for the image of a.db.backup.");
    assertThat(staged).as("nothing was begun").hasValue(0);
    assertThat(world.backups(List.of("a.db")).verify(backup.id()).allValid()).isTrue();
  }

  @Test
  void noRoomForTheImageOfACompressedBackup_doesNotKeepAnOlderOneFromBeingRemoved() {
    CreateRequest compressed = CreateRequest.builder().compress(Compression.zstd()).build();
    Backup old = world.backups(List.of("a.db")).create(compressed);
    Backup recent = world.backups(List.of("a.db")).create(compressed);
    Path artifact = Harm.artifact(world, recent);
    Harm.flipBit(artifact);

    assertThat(withRoomFor(1000).cleanOld(1).removed()).as("the recent one is bad").isEmpty();
    Harm.flipBit(artifact);
    assertThat(withRoomFor(1000).cleanOld(1).removed()).hasSize(1);

    assertThat(staged).as("nothing was staged").hasValue(0);
    assertThat(world.backups(List.of("a.db")).find(old.id())).isEmpty();
    assertThat(world.backups(List.of("a.db")).verify(recent.id()).allValid()).isTrue();
  }

  @Test
  void noRoomForTheImageOfABackupThatWasNeverChecked_itProvesNothing() {
    CreateRequest unchecked =
        CreateRequest.builder().compress(Compression.zstd()).checks(CheckLevel.NONE).build();
    world.backups(List.of("a.db")).create();
    world.backups(List.of("a.db")).create(unchecked);

    assertThat(failure(() -> withRoomFor(1000).cleanOld(1)).code()).isEqualTo(ErrorCode.NO_SPACE);

    assertThat(world.backups(List.of("a.db")).list()).hasSize(2);
  }

  @Test
  void noRoomForAnImageAndItsArtifact_isFoundOutBeforeACompressedBackupStarts() {
    long forTheImage = Harm.size(database) + MEGABYTE;
    CreateRequest compressed = CreateRequest.builder().compress(Compression.gzip()).build();

    assertThat(withRoomFor(forTheImage).create().damaged()).isFalse();
    staged.set(0);
    BackupException failure = failure(() -> withRoomFor(forTheImage).create(compressed));

    assertThat(failure.code()).isEqualTo(ErrorCode.NO_SPACE);
    assertThat(staged).as("nothing was begun").hasValue(0);
    assertThat(withRoomFor(forTheImage).preview(compressed).neededBytes())
        .isBetween(2 * Harm.size(database), 2 * Harm.size(database) + 2 * MEGABYTE);
  }

  @Test
  void gzipThatHoldsMoreThanItDeclares_isNotInflatedPastThat() throws IOException {
    LiveDatabase.make(world.folder().resolve("plain.db"), "delete", "new", 40);
    Path bomb = world.folder().resolve("bomb.db.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(bomb))) {
      out.write(Harm.bytes(world.folder().resolve("plain.db")));
      out.write(new byte[64 * MEGABYTE]);
    }
    Path target = world.database("target.db");
    AtomicInteger largest = new AtomicInteger();
    BackupHelper backups =
        world
            .builder(List.of("a.db"))
            .store(
                new StoreDecorator(LocalStore.in(world.store())) {
                  @Override
                  public StagedFile stage() throws IOException {
                    return new MeasuredFile(super.stage(), largest);
                  }
                })
            .build();

    BackupException failure =
        failure(() -> backups.restore(RestoreRequest.ofFile(bomb).to(target).build()));

    assertThat(failure.code()).isEqualTo(ErrorCode.CORRUPT);
    assertThat(failure).hasMessageContaining("inflates past");
    assertThat(largest.get()).isLessThan(MEGABYTE);
    assertThat(target).doesNotExist();
    assertThat(LiveDatabase.names(world.store())).containsExactly(".lock");
  }

  /** Tells how large a staged file had become when it was thrown away. */
  private record MeasuredFile(StagedFile file, AtomicInteger largest) implements StagedFile {
    @Override
    public Path path() {
      return file.path();
    }

    @Override
    public void publish(String name) throws IOException {
      file.publish(name);
    }

    @Override
    public void close() throws IOException {
      largest.accumulateAndGet((int) Files.size(file.path()), Math::max);
      file.close();
    }
  }
}
