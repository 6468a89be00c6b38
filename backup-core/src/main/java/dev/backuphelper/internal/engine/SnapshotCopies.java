package dev.backuphelper.internal.engine;

import dev.backuphelper.source.Snapshot;
import dev.backuphelper.source.SourceFeature;
import dev.backuphelper.store.StagedFile;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Copies what is to be backed up into staged files. */
final class SnapshotCopies {
  private final Context context;
  private final Events events;
  private final StagedFiles files;

  SnapshotCopies(Context context, Events events, StagedFiles files) {
    this.context = context;
    this.events = events;
    this.files = files;
  }

  // Sources whose snapshots cost their writers nothing all begin before the first copy, so that
  // they
  // are as close in time as can be. The others make writers wait, so each begins at its own copy.
  List<StagedImage> of(List<NamedSource> sources, RoomForBackup room) throws IOException {
    Map<NamedSource, Snapshot> open = new LinkedHashMap<>();
    try {
      Map<NamedSource, Instant> begun = new LinkedHashMap<>();
      long needed = 0;
      for (NamedSource source : sources) {
        Instant at = context.clock().instant();
        Snapshot snapshot = source.source().open(context.patience());
        open.put(source, snapshot);
        needed += room.of(snapshot.size());
        if (snapshot.features().contains(SourceFeature.SNAPSHOT_WITHOUT_BLOCKING)) {
          begun.put(source, at);
          events.step("snapshot-open", source.name());
        } else {
          open.remove(source);
          snapshot.close();
        }
      }
      room.require(context.store(), needed);
      List<StagedImage> images = new ArrayList<>();
      for (NamedSource source : sources) {
        Snapshot snapshot = open.remove(source);
        Instant at = begun.getOrDefault(source, context.clock().instant());
        try (Snapshot closing =
            snapshot != null ? snapshot : source.source().open(context.patience())) {
          images.add(copy(source, closing, at));
        }
        events.step("copied", source.name());
      }
      return images;
    } finally {
      for (Snapshot snapshot : open.values()) {
        snapshot.close();
      }
    }
  }

  private StagedImage copy(NamedSource source, Snapshot snapshot, Instant at) throws IOException {
    StagedFile staged = files.create();
    snapshot.copyTo(staged.path(), events.progress(source.name()));
    return new StagedImage(source, staged, at, snapshot.engineVersion(), snapshot.facts());
  }
}
