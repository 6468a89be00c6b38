package dev.backuphelper.fault;

import dev.backuphelper.fault.Faults.Op;
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
 * A source whose engine fails when {@link Faults} says so: before it did what was asked, or after.
 * So SQLite's own failures are met, which a faulty file system does not reach. Thread-safe.
 */
final class FaultySource implements Source {
  private final Source source;
  private final Faults faults;

  FaultySource(Source source, Faults faults) {
    this.source = source;
    this.faults = faults;
  }

  @Override
  public String engine() {
    return source.engine();
  }

  @Override
  public Path location() throws IOException {
    return faults.perform(Op.LOOK, "location", source::location);
  }

  @Override
  public Snapshot open(Duration patience) throws IOException {
    return faults.perform(
        Op.OPEN, "snapshot", () -> new FaultySnapshot(source.open(patience), faults));
  }

  @Override
  public Inspection inspect(Path image, CheckLevel level) throws IOException {
    return faults.perform(Op.READ, "inspection", () -> source.inspect(image, level));
  }

  @Override
  public OptionalLong declaredSize(byte[] head) throws SourceUnreadableException {
    return source.declaredSize(head);
  }

  @Override
  public OptionalInt pageSize(Path image) throws IOException {
    return source.pageSize(image);
  }

  @Override
  public boolean sameImage(Path one, Path other) throws IOException {
    return faults.perform(Op.READ, "comparison", () -> source.sameImage(one, other));
  }

  @Override
  public List<TableDifference> compare(Path backup, Path live) throws IOException {
    return faults.perform(Op.READ, "comparison", () -> source.compare(backup, live));
  }

  @Override
  public Source at(Path location) {
    return new FaultySource(source.at(location), faults);
  }

  @Override
  public Target target() throws IOException {
    return faults.perform(Op.LOOK, "target", () -> new FaultyTarget(source.target(), faults));
  }

  private record FaultySnapshot(Snapshot snapshot, Faults faults) implements Snapshot {
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
      faults.perform(
          Op.WRITE,
          "copy",
          () -> {
            snapshot.copyTo(file, progress);
            return null;
          });
    }

    @Override
    public void close() throws IOException {
      snapshot.close();
    }
  }

  private record FaultyTarget(Target target, Faults faults) implements Target {
    @Override
    public Path path() {
      return target.path();
    }

    @Override
    public TargetState probe(Duration patience) throws IOException {
      return faults.perform(Op.LOOK, "probe", () -> target.probe(patience));
    }

    @Override
    public Snapshot open(Duration patience) throws IOException {
      return faults.perform(
          Op.OPEN, "snapshot", () -> new FaultySnapshot(target.open(patience), faults));
    }

    @Override
    public long spaceNeeded(TargetState state, long imageSize) throws IOException {
      return faults.perform(Op.LOOK, "space", () -> target.spaceNeeded(state, imageSize));
    }

    @Override
    public Written write(WriteOrder order) throws IOException {
      return faults.perform(Op.WRITE, "target", () -> target.write(order));
    }

    @Override
    public void undo(TargetState before, Path aside) throws IOException {
      faults.perform(
          Op.DELETE,
          "target",
          () -> {
            target.undo(before, aside);
            return null;
          });
    }

    @Override
    public boolean clear(TargetState wanted, Path aside, Duration patience) throws IOException {
      return faults.perform(Op.DELETE, "target", () -> target.clear(wanted, aside, patience));
    }

    @Override
    public boolean applySettings(Map<String, Object> facts, Duration patience) throws IOException {
      return faults.perform(Op.CHANGE, "settings", () -> target.applySettings(facts, patience));
    }

    @Override
    public List<Check> check(@Nullable Path former, Duration patience) throws IOException {
      return faults.perform(Op.READ, "target", () -> target.check(former, patience));
    }

    @Override
    public Fingerprint fingerprint() throws IOException {
      return faults.perform(Op.LOOK, "fingerprint", target::fingerprint);
    }
  }
}
