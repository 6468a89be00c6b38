package dev.backuphelper.safety;

import dev.backuphelper.crash.World;
import dev.backuphelper.model.Backup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** What disks, people and other programs do to files. */
final class Harm {
  private static final int PAGE = 512;

  private Harm() {}

  /** Flips one bit of a file. */
  static void flipBit(Path file, long at) {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      channel.read(one, at);
      one.put(0, (byte) (one.get(0) ^ 1)).rewind();
      channel.write(one, at);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Flips one bit in the middle of a file. */
  static void flipBit(Path file) {
    flipBit(file, size(file) / 2);
  }

  /** Breaks a page of a small database, so that it fails its checks but can still be copied. */
  static void damage(Path database) {
    try (FileChannel channel = FileChannel.open(database, StandardOpenOption.WRITE)) {
      byte[] nonsense = new byte[PAGE];
      java.util.Arrays.fill(nonsense, (byte) 0x5a);
      channel.write(ByteBuffer.wrap(nonsense), 10L * PAGE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the stored file of a backup's only database. */
  static Path artifact(World world, Backup backup) {
    return world.store().resolve(backup.components().get(0).file());
  }

  static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
