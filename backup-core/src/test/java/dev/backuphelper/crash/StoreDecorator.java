package dev.backuphelper.crash;

import dev.backuphelper.store.LockMode;
import dev.backuphelper.store.StagedFile;
import dev.backuphelper.store.Store;
import dev.backuphelper.store.StoreFeature;
import dev.backuphelper.store.StoreLock;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A store that does what another does, but for what a subclass changes. */
public class StoreDecorator implements Store {
  private final Store store;

  protected StoreDecorator(Store store) {
    this.store = store;
  }

  @Override
  public String location() {
    return store.location();
  }

  @Override
  public Set<StoreFeature> features() {
    return store.features();
  }

  @Override
  public boolean exists() throws IOException {
    return store.exists();
  }

  @Override
  public void create() throws IOException {
    store.create();
  }

  @Override
  public List<String> list() throws IOException {
    return store.list();
  }

  @Override
  public long size(String name) throws IOException {
    return store.size(name);
  }

  @Override
  public byte[] read(String name, int limit) throws IOException {
    return store.read(name, limit);
  }

  @Override
  public InputStream open(String name) throws IOException {
    return store.open(name);
  }

  @Override
  public boolean createNew(String name, byte[] content) throws IOException {
    return store.createNew(name, content);
  }

  @Override
  public void put(String name, byte[] content) throws IOException {
    store.put(name, content);
  }

  @Override
  public StagedFile stage() throws IOException {
    return store.stage();
  }

  @Override
  public void rename(String from, String to) throws IOException {
    store.rename(from, to);
  }

  @Override
  public boolean delete(String name) throws IOException {
    return store.delete(name);
  }

  @Override
  public List<String> sweepStaged() throws IOException {
    return store.sweepStaged();
  }

  @Override
  public Optional<Path> folder() {
    return store.folder();
  }

  @Override
  public Optional<Path> path(String name) {
    return store.path(name);
  }

  @Override
  public StoreLock lock(LockMode mode, String operation, Duration patience) throws IOException {
    return store.lock(mode, operation, patience);
  }

  @Override
  public long usableSpace() throws IOException {
    return store.usableSpace();
  }
}
