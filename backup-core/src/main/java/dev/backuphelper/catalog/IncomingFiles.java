package dev.backuphelper.catalog;

import dev.backuphelper.codec.BrokenStreamException;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.store.FileSequence;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;

/**
 * Files that come from elsewhere, each of which must be the one that is expected: so none is
 * missing, comes twice, or is more than a manifest lists. Untrusted; used by one thread.
 */
public final class IncomingFiles {
  private final FileSequence files;
  private Optional<FileSequence.Entry> next;

  /** Begins with the first file. */
  public IncomingFiles(FileSequence files) throws IOException {
    this.files = files;
    this.next = files.next();
  }

  /** Returns the backup whose manifest is the next file; empty if that is something else. */
  Optional<BackupId> nextManifest() {
    return next.map(FileSequence.Entry::name)
        .flatMap(name -> StoreNames.owner(name).filter(id -> StoreNames.manifest(id).equals(name)));
  }

  /** Reads the next file whole, which is small. */
  byte[] read(String name, int limit) throws IOException {
    FileSequence.Entry entry = require(name);
    if (entry.size() > limit) {
      throw new BrokenStreamException(
          "%s has %d bytes, at most %d are expected".formatted(name, entry.size(), limit));
    }
    byte[] content = entry.content().readNBytes((int) entry.size());
    next = files.next();
    return content;
  }

  private FileSequence.Entry require(String name) throws BrokenStreamException {
    if (next.isEmpty()) {
      throw new BrokenStreamException("it ends before " + name);
    }
    if (!next.get().name().equals(name)) {
      throw new BrokenStreamException(
          "it holds '%s' where %s is expected".formatted(next.get().name(), name));
    }
    return next.get();
  }

  /** Takes the data of a file. */
  public interface Receiver {
    /** Reads the file to its end, or fails. */
    void receive(FileSequence.Entry entry) throws IOException;
  }

  /** Hands out a file that a manifest lists, and reads its checksum file. */
  public void receive(BackupFiles.Content content, Receiver receiver) throws IOException {
    FileSequence.Entry entry = require(content.name());
    if (entry.size() != content.digest().size()) {
      throw new BrokenStreamException(
          "%s has %d bytes, the manifest says %d"
              .formatted(content.name(), entry.size(), content.digest().size()));
    }
    receiver.receive(entry);
    next = files.next();
    readChecksum(content.name(), content.digest().sha256());
  }

  /** Reads the checksum file of a file, which must say what is known of that. */
  void readChecksum(String file, String sha256) throws IOException {
    String name = StoreNames.checksum(file);
    byte[] expected = Catalog.checksum(file, sha256);
    if (!Arrays.equals(read(name, expected.length), expected)) {
      throw new BrokenStreamException(name + " does not match " + file);
    }
  }

  /** Requires that there is nothing more. */
  public void requireEnd() throws BrokenStreamException {
    if (next.isPresent()) {
      throw new BrokenStreamException(
          "it holds '%s', which no manifest lists, or which came before"
              .formatted(next.get().name()));
    }
  }
}
