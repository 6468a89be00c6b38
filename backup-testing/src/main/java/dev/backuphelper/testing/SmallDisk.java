package dev.backuphelper.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** A file system of a few megabytes that can be filled, where this machine lets us mount one. */
public final class SmallDisk implements AutoCloseable {
  private static final int BLOCK = 4096;

  private final Path folder;
  private final Path filler;

  private SmallDisk(Path folder) {
    this.folder = folder;
    filler = folder.resolve("filler");
  }

  /** Mounts one at an empty folder; empty where that is not allowed or not known. */
  public static Optional<SmallDisk> mount(Path folder, int megabytes) throws IOException {
    boolean mounted =
        run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", folder.toString());
    return mounted ? Optional.of(new SmallDisk(folder)) : Optional.empty();
  }

  /** Returns where it is mounted. */
  public Path folder() {
    return folder;
  }

  /** Leaves about so many bytes free. */
  public void leave(long bytes) throws IOException {
    free();
    try (FileChannel channel =
        FileChannel.open(filler, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      ByteBuffer block = ByteBuffer.allocate(BLOCK);
      while (Files.getFileStore(folder).getUsableSpace() > bytes) {
        channel.write(block.clear());
      }
    }
  }

  /** Makes all of it free again. */
  public void free() throws IOException {
    Files.deleteIfExists(filler);
  }

  private static boolean run(String... command) throws IOException {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getInputStream().readAllBytes();
      return process.waitFor() == 0;
    } catch (IOException noSuchCommand) {
      return false;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException(interrupted);
    }
  }

  @Override
  public void close() throws IOException {
    if (!run("umount", folder.toString())) {
      throw new IOException("still mounted: " + folder);
    }
  }
}
