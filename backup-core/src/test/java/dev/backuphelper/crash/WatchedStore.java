package dev.backuphelper.crash;

import dev.backuphelper.store.StagedFile;
import dev.backuphelper.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** A store that tells of every change, after it was made. */
public final class WatchedStore extends StoreDecorator {
  private final Consumer<String> watcher;

  /** Tells {@code watcher} what was done to which file, such as {@code store put NAME}. */
  public WatchedStore(Store store, Consumer<String> watcher) {
    super(store);
    this.watcher = watcher;
  }

  private void tell(String what, String name) {
    watcher.accept("store " + what + " " + name);
  }

  @Override
  public boolean createNew(String name, byte[] content) throws IOException {
    boolean created = super.createNew(name, content);
    tell("created", name);
    return created;
  }

  @Override
  public void put(String name, byte[] content) throws IOException {
    super.put(name, content);
    tell("put", name);
  }

  @Override
  public StagedFile stage() throws IOException {
    StagedFile staged = super.stage();
    tell("staged", "a file");
    return new StagedFile() {
      @Override
      public Path path() {
        return staged.path();
      }

      @Override
      public void publish(String name) throws IOException {
        staged.publish(name);
        tell("published", name);
      }

      @Override
      public void close() throws IOException {
        staged.close();
        tell("closed", "a staged file");
      }
    };
  }

  @Override
  public void rename(String from, String to) throws IOException {
    super.rename(from, to);
    tell("renamed", from);
  }

  @Override
  public boolean delete(String name) throws IOException {
    boolean deleted = super.delete(name);
    tell("deleted", name);
    return deleted;
  }

  @Override
  public List<String> sweepStaged() throws IOException {
    List<String> swept = super.sweepStaged();
    tell("swept", "staged files");
    return swept;
  }
}
