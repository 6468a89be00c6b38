package dev.backuphelper.fault;

import dev.backuphelper.fault.Faults.Op;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.FileStoreAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Hands each operation to {@link Faults}, and then to the default file system. */
final class FaultyFileSystemProvider extends FileSystemProvider {
  private final FaultyFileSystem fileSystem;
  private final FileSystemProvider real;
  private final Faults faults;
  private volatile long pretendedSpace = -1;

  FaultyFileSystemProvider(FaultyFileSystem fileSystem, FileSystemProvider real) {
    this.fileSystem = fileSystem;
    this.real = real;
    this.faults = fileSystem.faults();
  }

  void pretendUsableSpace(long bytes) {
    pretendedSpace = bytes;
  }

  private static Path real(Path path) {
    return FaultyPath.real(path);
  }

  @Override
  public String getScheme() {
    return "faulty";
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> env) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    return fileSystem;
  }

  @Override
  public Path getPath(URI uri) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    boolean creates =
        options.contains(StandardOpenOption.CREATE)
            || options.contains(StandardOpenOption.CREATE_NEW);
    return faults.perform(
        creates ? Op.CREATE : Op.OPEN,
        path,
        () ->
            new FaultyFileChannel(
                path, real.newFileChannel(real(path), options, attributes), faults));
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return newFileChannel(path, options, attributes);
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path directory, DirectoryStream.Filter<? super Path> filter) throws IOException {
    List<Path> entries = new ArrayList<>();
    faults.perform(
        Op.LIST,
        directory,
        () -> {
          try (DirectoryStream<Path> stream = Files.newDirectoryStream(real(directory))) {
            for (Path entry : stream) {
              Path wrapped = fileSystem.path(entry);
              if (filter.accept(wrapped)) {
                entries.add(wrapped);
              }
            }
          }
          return null;
        });
    return new DirectoryStream<>() {
      @Override
      public Iterator<Path> iterator() {
        return entries.iterator();
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
    faults.perform(
        Op.MAKE_FOLDER,
        directory,
        () -> {
          real.createDirectory(real(directory), attributes);
          return null;
        });
  }

  @Override
  public void createSymbolicLink(Path link, Path target, FileAttribute<?>... attributes)
      throws IOException {
    faults.perform(
        Op.CREATE,
        link,
        () -> {
          real.createSymbolicLink(real(link), real(target), attributes);
          return null;
        });
  }

  @Override
  public Path readSymbolicLink(Path link) throws IOException {
    return faults.perform(Op.LOOK, link, () -> fileSystem.path(real.readSymbolicLink(real(link))));
  }

  @Override
  public void delete(Path path) throws IOException {
    faults.perform(
        Op.DELETE,
        path,
        () -> {
          real.delete(real(path));
          return null;
        });
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) throws IOException {
    faults.perform(
        Op.WRITE,
        target,
        () -> {
          real.copy(real(source), real(target), options);
          return null;
        });
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    faults.move(
        source,
        target,
        () -> {
          real.move(real(source), real(target), options);
          return null;
        });
  }

  @Override
  public boolean isSameFile(Path path, Path other) throws IOException {
    return faults.perform(Op.LOOK, path, () -> real.isSameFile(real(path), real(other)));
  }

  @Override
  public boolean isHidden(Path path) throws IOException {
    return faults.perform(Op.LOOK, path, () -> real.isHidden(real(path)));
  }

  @Override
  public FileStore getFileStore(Path path) throws IOException {
    return faults.perform(Op.LOOK, path, () -> new Room(real.getFileStore(real(path))));
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    faults.perform(
        Op.LOOK,
        path,
        () -> {
          real.checkAccess(real(path), modes);
          return null;
        });
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    return faults.perform(Op.LOOK, path, () -> real.readAttributes(real(path), type, options));
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String names, LinkOption... options)
      throws IOException {
    return faults.perform(Op.LOOK, path, () -> real.readAttributes(real(path), names, options));
  }

  @Override
  public void setAttribute(Path path, String name, Object value, LinkOption... options)
      throws IOException {
    faults.perform(
        Op.CHANGE,
        path,
        () -> {
          real.setAttribute(real(path), name, value, options);
          return null;
        });
  }

  @Override
  public <V extends FileAttributeView> @Nullable V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    V view = real.getFileAttributeView(real(path), type, options);
    if (view == null) {
      return null;
    }
    Object faulty =
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              Op op = method.getName().startsWith("set") ? Op.CHANGE : Op.LOOK;
              return faults.perform(
                  op,
                  path,
                  () -> {
                    try {
                      return method.invoke(view, arguments);
                    } catch (InvocationTargetException failure) {
                      if (failure.getCause() instanceof IOException cause) {
                        throw cause;
                      }
                      throw new AssertionError(failure);
                    } catch (IllegalAccessException impossible) {
                      throw new AssertionError(impossible);
                    }
                  });
            });
    return type.cast(faulty);
  }

  /** The room on a file system, as far as it is told. */
  private final class Room extends FileStore {
    private final FileStore store;

    Room(FileStore store) {
      this.store = store;
    }

    @Override
    public String name() {
      return store.name();
    }

    @Override
    public String type() {
      return store.type();
    }

    @Override
    public boolean isReadOnly() {
      return store.isReadOnly();
    }

    @Override
    public long getTotalSpace() throws IOException {
      return store.getTotalSpace();
    }

    @Override
    public long getUsableSpace() throws IOException {
      return pretendedSpace >= 0 ? pretendedSpace : store.getUsableSpace();
    }

    @Override
    public long getUnallocatedSpace() throws IOException {
      return store.getUnallocatedSpace();
    }

    @Override
    public boolean supportsFileAttributeView(Class<? extends FileAttributeView> type) {
      return store.supportsFileAttributeView(type);
    }

    @Override
    public boolean supportsFileAttributeView(String name) {
      return store.supportsFileAttributeView(name);
    }

    @Override
    public <V extends FileStoreAttributeView> @Nullable V getFileStoreAttributeView(Class<V> type) {
      return store.getFileStoreAttributeView(type);
    }

    @Override
    public Object getAttribute(String attribute) throws IOException {
      return store.getAttribute(attribute);
    }
  }
}
