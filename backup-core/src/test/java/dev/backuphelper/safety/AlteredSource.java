package dev.backuphelper.safety;

import dev.backuphelper.model.Check;
import dev.backuphelper.model.CheckLevel;
import dev.backuphelper.source.Inspection;
import dev.backuphelper.source.Progress;
import dev.backuphelper.source.Snapshot;
import dev.backuphelper.source.Source;
import dev.backuphelper.source.SourceFeature;
import dev.backuphelper.source.SourceUnreadableException;
import dev.backuphelper.source.TableDifference;
import dev.backuphelper.source.Target;
import dev.backuphelper.source.TargetState;
import dev.backuphelper.source.sqlite.SqliteSource;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An SQLite database whose copies or restores go wrong in a certain way, as disks and drivers do.
 *
 * @param real the database
 * @param copying what happens instead of a copy
 * @param writing what happens instead of a restore
 */
record AlteredSource(Source real, Copying copying, Writing writing) implements Source {

  /** Does a copy in its own way. */
  @FunctionalInterface
  interface Copying {
    void copy(Snapshot snapshot, Path file, Progress progress) throws IOException;
  }

  /** Does a restore in its own way. */
  @FunctionalInterface
  interface Writing {
    Target.Written write(Target target, Target.WriteOrder order) throws IOException;
  }

  static AlteredSource copying(Path database, Copying copying) {
    return new AlteredSource(SqliteSource.of(database), copying, Target::write);
  }

  static AlteredSource writing(Path database, Writing writing) {
    return new AlteredSource(SqliteSource.of(database), Snapshot::copyTo, writing);
  }

  @Override
  public String engine() {
    return real.engine();
  }

  @Override
  public Path location() throws IOException {
    return real.location();
  }

  @Override
  public Snapshot open(Duration patience) throws IOException {
    return altered(real.open(patience));
  }

  private Snapshot altered(Snapshot snapshot) {
    return new Snapshot() {
      @Override
      public long size() {
        return snapshot.size();
      }

      @Override
      public Set<SourceFeature> features() {
        return snapshot.features();
      }

      @Override
      public String engineVersion() {
        return snapshot.engineVersion();
      }

      @Override
      public Map<String, Object> facts() {
        return snapshot.facts();
      }

      @Override
      public void copyTo(Path file, Progress progress) throws IOException {
        copying.copy(snapshot, file, progress);
      }

      @Override
      public void close() throws IOException {
        snapshot.close();
      }
    };
  }

  @Override
  public Inspection inspect(Path image, CheckLevel level) throws IOException {
    return real.inspect(image, level);
  }

  @Override
  public OptionalLong declaredSize(byte[] head) throws SourceUnreadableException {
    return real.declaredSize(head);
  }

  @Override
  public OptionalInt pageSize(Path image) throws IOException {
    return real.pageSize(image);
  }

  @Override
  public boolean sameImage(Path one, Path other) throws IOException {
    return real.sameImage(one, other);
  }

  @Override
  public List<TableDifference> compare(Path backup, Path live) throws IOException {
    return real.compare(backup, live);
  }

  @Override
  public Source at(Path location) {
    return new AlteredSource(real.at(location), copying, writing);
  }

  @Override
  public Target target() throws IOException {
    Target target = real.target();
    return new Target() {
      @Override
      public Path path() {
        return target.path();
      }

      @Override
      public TargetState probe(Duration patience) throws IOException {
        return target.probe(patience);
      }

      @Override
      public Snapshot open(Duration patience) throws IOException {
        return altered(target.open(patience));
      }

      @Override
      public long spaceNeeded(TargetState state, long imageSize) throws IOException {
        return target.spaceNeeded(state, imageSize);
      }

      @Override
      public Written write(WriteOrder order) throws IOException {
        return writing.write(target, order);
      }

      @Override
      public boolean clear(TargetState wanted, Path aside, Duration patience) throws IOException {
        return target.clear(wanted, aside, patience);
      }

      @Override
      public boolean applySettings(Map<String, Object> facts, Duration patience)
          throws IOException {
        return target.applySettings(facts, patience);
      }

      @Override
      public List<Check> check(@Nullable Path former, Duration patience) throws IOException {
        return target.check(former, patience);
      }

      @Override
      public void undo(TargetState before, Path aside) throws IOException {
        target.undo(before, aside);
      }

      @Override
      public Fingerprint fingerprint() throws IOException {
        return target.fingerprint();
      }
    };
  }
}
