package dev.backuphelper.fault;

import dev.backuphelper.fault.Faults.Op;
import dev.backuphelper.store.LockMode;
import dev.backuphelper.store.StagedFile;
import dev.backuphelper.store.Store;
import dev.backuphelper.store.StoreFeature;
import dev.backuphelper.store.StoreLock;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A store whose operations fail when {@link Faults} says so. Its files are no local files, so that
 * artifacts are copied before they are opened, as from a store in a network. Thread-safe.
 */
final class FaultyStore implements Store {
  private final Store store;
  private final Faults faults;

  FaultyStore(Store store, Faults faults) {
    this.store = store;
    this.faults = faults;
  }

  @Override
  public String location() {
    return store.location();
  }

  @Override
  public Set<StoreFeature> features() {
    return Set.of(StoreFeature.PROCESS_LOCKS);
  }

  @Override
  public boolean exists() throws IOException {
    return faults.perform(Op.LOOK, "store", store::exists);
  }

  @Override
  public void create() throws IOException {
    faults.perform(
        Op.MAKE_FOLDER,
        "store",
        () -> {
          store.create();
          return null;
        });
  }

  @Override
  public List<String> list() throws IOException {
    return faults.perform(Op.LIST, "store", store::list);
  }

  @Override
  public long size(String name) throws IOException {
    return faults.perform(Op.LOOK, name, () -> store.size(name));
  }

  @Override
  public byte[] read(String name, int limit) throws IOException {
    return faults.perform(Op.READ, name, () -> store.read(name, limit));
  }

  @Override
  public InputStream open(String name) throws IOException {
    InputStream in = faults.perform(Op.OPEN, name, () -> store.open(name));
    return new FilterInputStream(in) {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        return faults.read(
            name, ByteBuffer.wrap(bytes, offset, length), buffer -> in.read(bytes, offset, length));
      }
    };
  }

  @Override
  public boolean createNew(String name, byte[] content) throws IOException {
    return faults.perform(Op.CREATE, name, () -> store.createNew(name, content));
  }

  @Override
  public void put(String name, byte[] content) throws IOException {
    faults.perform(
        Op.WRITE,
        name,
        () -> {
          store.put(name, content);
          return null;
        });
  }

  @Override
  public StagedFile stage() throws IOException {
    StagedFile staged = faults.perform(Op.CREATE, "staged file", store::stage);
    return new StagedFile() {
      @Override
      public Path path() {
        return staged.path();
      }

      @Override
      public void publish(String name) throws IOException {
        faults.perform(
            Op.MOVE,
            name,
            () -> {
              staged.publish(name);
              return null;
            });
      }

      @Override
      public void close() throws IOException {
        faults.perform(
            Op.DELETE,
            "staged file",
            () -> {
              staged.close();
              return null;
            });
      }
    };
  }

  @Override
  public void rename(String from, String to) throws IOException {
    faults.perform(
        Op.MOVE,
        to,
        () -> {
          store.rename(from, to);
          return null;
        });
  }

  @Override
  public boolean delete(String name) throws IOException {
    return faults.perform(Op.DELETE, name, () -> store.delete(name));
  }

  @Override
  public List<String> sweepStaged() throws IOException {
    return faults.perform(Op.DELETE, "staged files", store::sweepStaged);
  }

  @Override
  public Optional<Path> folder() {
    return Optional.empty();
  }

  @Override
  public Optional<Path> path(String name) {
    return Optional.empty();
  }

  @Override
  public StoreLock lock(LockMode mode, String operation, Duration patience) throws IOException {
    StoreLock lock = faults.perform(Op.LOCK, "store", () -> store.lock(mode, operation, patience));
    return lock;
  }

  @Override
  public long usableSpace() throws IOException {
    return faults.perform(Op.LOOK, "store", store::usableSpace);
  }
}
