package dev.backuphelper;

import dev.backuphelper.model.BackupId;
import dev.backuphelper.store.FileSequence;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** The files of an export, kept in memory to be altered and replayed. */
final class RecordedFiles {
  /** A file. */
  static final class Item {
    private final String name;
    private final byte[] content;

    Item(String name, byte[] content) {
      this.name = name;
      this.content = content;
    }

    String name() {
      return name;
    }

    byte[] content() {
      return content;
    }

    /** Returns the same with a bit turned over. */
    Item flipped(int index) {
      byte[] other = content.clone();
      other[index] ^= 1;
      return new Item(name, other);
    }

    Item named(String other) {
      return new Item(other, content);
    }

    Item cut(int size) {
      return new Item(name, java.util.Arrays.copyOf(content, size));
    }
  }

  private RecordedFiles() {}

  /** Reads an export to its end. */
  static List<Item> of(BackupHelper backups, BackupId id) throws IOException {
    List<Item> items = new ArrayList<>();
    try (ExportedBackup exported = backups.export(id)) {
      for (Optional<FileSequence.Entry> next = exported.next();
          next.isPresent();
          next = exported.next()) {
        items.add(new Item(next.get().name(), next.get().content().readAllBytes()));
      }
    }
    return items;
  }

  /** Replays files. */
  static FileSequence replay(List<Item> items) {
    AtomicInteger done = new AtomicInteger();
    return new FileSequence() {
      @Override
      public String location() {
        return "the archive";
      }

      @Override
      public Optional<Entry> next() {
        if (done.get() == items.size()) {
          return Optional.empty();
        }
        Item item = items.get(done.getAndIncrement());
        return Optional.of(
            new Entry(
                item.name(),
                item.content().length,
                Instant.EPOCH,
                new ByteArrayInputStream(item.content())));
      }

      @Override
      public void close() {}
    };
  }
}
