package dev.backuphelper.catalog;

import dev.backuphelper.codec.Digest;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.Component;
import dev.backuphelper.model.Manifest;
import java.util.ArrayList;
import java.util.List;

/** The one place that says which files belong to a backup. Stateless. */
public final class BackupFiles {
  private BackupFiles() {}

  /**
   * A file whose size and digest a manifest tells, and which has a checksum file.
   *
   * @param name its name
   * @param digest what the manifest says of it
   */
  public record Content(String name, Digest digest) {}

  /** Returns the files that hold the data of a backup, in the order of its manifest. */
  public static List<Content> contents(Manifest manifest) {
    List<Content> contents = new ArrayList<>();
    for (Component component : manifest.components()) {
      contents.add(content(component.file(), component.size(), component.sha256()));
      Component.PageMapFile pageMap = component.pageMap();
      if (pageMap != null) {
        contents.add(content(pageMap.file(), pageMap.size(), pageMap.sha256()));
      }
    }
    return contents;
  }

  private static Content content(String name, long size, String sha256) {
    return new Content(name, new Digest(size, sha256));
  }

  /** Returns the names of these files, each with that of its checksum file after it. */
  static List<String> contentNames(Manifest manifest) {
    List<String> names = new ArrayList<>();
    for (Content content : contents(manifest)) {
      names.add(content.name());
      names.add(StoreNames.checksum(content.name()));
    }
    return names;
  }

  /** Returns the names of the other files that a backup has, or may have, beside its manifest. */
  static List<String> besideManifest(BackupId id) {
    return List.of(
        StoreNames.checksum(StoreNames.manifest(id)),
        StoreNames.checks(id),
        StoreNames.pin(id),
        StoreNames.keys(id));
  }

  /** Returns the names of all files of a backup but its manifest. */
  public static List<String> allBesideManifest(Manifest manifest) {
    List<String> names = contentNames(manifest);
    names.addAll(besideManifest(manifest.id()));
    return names;
  }
}
