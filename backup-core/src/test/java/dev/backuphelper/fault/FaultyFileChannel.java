package dev.backuphelper.fault;

import dev.backuphelper.fault.Faults.Op;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** An open file, whose operations may fail. */
final class FaultyFileChannel extends FileChannel {
  private static final int BLOCK = 1 << 16;

  private final Path path;
  private final FileChannel real;
  private final Faults faults;

  FaultyFileChannel(Path path, FileChannel real, Faults faults) {
    this.path = path;
    this.real = real;
    this.faults = faults;
    faults.opened(this);
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    return faults.read(path, target, real::read);
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    return faults.read(path, target, bytes -> real.read(bytes, position));
  }

  @Override
  public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
    for (int index = offset; index < offset + length; index++) {
      if (targets[index].hasRemaining()) {
        return read(targets[index]);
      }
    }
    return 0;
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    return faults.write(path, source, real::write);
  }

  @Override
  public int write(ByteBuffer source, long position) throws IOException {
    long[] at = {position};
    return faults.write(
        path,
        source,
        bytes -> {
          int length = real.write(bytes, at[0]);
          at[0] += length;
          return length;
        });
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
    long written = 0;
    for (int index = offset; index < offset + length; index++) {
      written += write(sources[index]);
    }
    return written;
  }

  @Override
  public long position() throws IOException {
    return real.position();
  }

  @Override
  public FileChannel position(long newPosition) throws IOException {
    real.position(newPosition);
    return this;
  }

  @Override
  public long size() throws IOException {
    return faults.perform(Op.LOOK, path, real::size);
  }

  @Override
  public FileChannel truncate(long size) throws IOException {
    faults.perform(
        Op.CHANGE,
        path,
        () -> {
          real.truncate(size);
          return null;
        });
    return this;
  }

  @Override
  public void force(boolean metaData) throws IOException {
    faults.perform(
        Op.FORCE,
        path,
        () -> {
          real.force(metaData);
          return null;
        });
  }

  /** By hand, and no more than a block, so that reading and writing are seen. */
  @Override
  public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
    ByteBuffer block = ByteBuffer.allocate((int) Math.min(BLOCK, count));
    if (read(block, position) < 0) {
      return 0;
    }
    block.flip();
    long length = block.remaining();
    while (block.hasRemaining()) {
      target.write(block);
    }
    return length;
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long position, long count)
      throws IOException {
    ByteBuffer block = ByteBuffer.allocate((int) Math.min(BLOCK, count));
    if (source.read(block) < 0) {
      return 0;
    }
    block.flip();
    long done = 0;
    while (block.hasRemaining()) {
      done += write(block, position + done);
    }
    return done;
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long position, long size) {
    throw new UnsupportedOperationException("mapped memory would not be seen by the fault layer");
  }

  @Override
  public FileLock lock(long position, long size, boolean shared) throws IOException {
    return faults.perform(Op.LOCK, path, () -> real.lock(position, size, shared));
  }

  @Override
  public @Nullable FileLock tryLock(long position, long size, boolean shared) throws IOException {
    return faults.perform(Op.LOCK, path, () -> real.tryLock(position, size, shared));
  }

  @Override
  protected void implCloseChannel() throws IOException {
    faults.closed(this);
    real.close();
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
