package dev.backuphelper.report;

import dev.backuphelper.model.SourceName;
import java.nio.file.Path;
import java.util.List;

/**
 * What a create would do.
 *
 * @param components the sources that would be backed up, ordered by name
 * @param neededBytes the free space that it would need
 * @param usableBytes the free space that there is
 */
public record CreatePreview(List<Component> components, long neededBytes, long usableBytes) {
  /** Copies the list. */
  public CreatePreview {
    components = List.copyOf(components);
  }

  /**
   * One source.
   *
   * @param name its name in the backup
   * @param source its real path
   * @param size the size of its image in bytes
   */
  public record Component(SourceName name, Path source, long size) {}
}
