package dev.backuphelper.internal.engine;

import dev.backuphelper.internal.io.PrivateFiles;
import dev.backuphelper.report.RestoreReport;
import dev.backuphelper.source.TargetState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Says what a restore would do, and whether it could; changes nothing. */
final class RestoreRehearsal {
  private final Context context;
  private final RestoreSpace space;
  private final List<String> warnings;
  private final List<RestoreReport.Restored> restored = new ArrayList<>();
  private long bytes;

  /** Findings that would not stop the restore are added to {@code warnings}. */
  RestoreRehearsal(Context context, RestoreSpace space, List<String> warnings) {
    this.context = context;
    this.space = space;
    this.warnings = warnings;
  }

  /** Stages the plain file that is restored. */
  interface Staging {
    void stage(Path image) throws IOException;
  }

  /**
   * A component and its target.
   *
   * @param aim null as long as the target's folder is missing
   */
  record Part(Wanted wanted, @Nullable Aim aim) {
    Path path() {
      return aim == null ? wanted.path() : aim.path();
    }
  }

  void rehearse(List<Part> parts, Staging staging) throws IOException {
    for (Part part : parts) {
      Artifact artifact = part.wanted().artifact();
      long size = artifact == null ? stage(staging) : artifact.component().originalSize();
      bytes += size;
      restored.add(
          new RestoreReport.Restored(
              part.wanted().name(), part.path(), found(part, size), List.of()));
    }
    space.require();
  }

  private TargetState found(Part part, long size) throws IOException {
    Aim aim = part.aim();
    if (aim == null) {
      space.more().besideTarget(part.path(), size);
      return TargetState.MISSING;
    }
    aim.probe(context.patience());
    space.add(aim, size);
    if (aim.before() == TargetState.MISSING) {
      for (Path left : PlanFile.present(aim.path())) {
        warnings.add(left + " lies there without its database; it would be moved aside");
      }
    }
    return aim.before();
  }

  private long stage(Staging staging) throws IOException {
    Path directory = Files.createTempDirectory("backuphelper-");
    Path image = directory.resolve("image");
    try {
      PrivateFiles.create(image);
      staging.stage(image);
      // The real one is staged in the store.
      space.more().inStore(Files.size(image));
      return Files.size(image);
    } finally {
      Files.deleteIfExists(image);
      Files.deleteIfExists(directory.resolve("image-journal"));
      Files.deleteIfExists(directory);
    }
  }

  /** Returns what would be restored. */
  List<RestoreReport.Restored> restored() {
    return restored;
  }

  /** Returns the bytes of all images. */
  long bytes() {
    return bytes;
  }
}
