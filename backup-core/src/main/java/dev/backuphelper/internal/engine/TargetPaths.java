package dev.backuphelper.internal.engine;

import dev.backuphelper.error.InvalidRequestException;
import dev.backuphelper.error.RefusedException;
import dev.backuphelper.internal.io.PrivateFiles;
import dev.backuphelper.internal.io.ProcessOwner;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.Component;
import dev.backuphelper.model.Manifest;
import dev.backuphelper.model.SourceName;
import dev.backuphelper.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Decides where each component of a restore goes. */
final class TargetPaths {
  private final Context context;
  private final RestoreOrder order;

  TargetPaths(Context context, RestoreOrder order) {
    this.context = context;
    this.order = order;
  }

  /** Returns the path of each component, in the order of the components. */
  Map<Component, Path> of(Manifest manifest, List<Component> components) throws IOException {
    Map<Component, Path> paths = new LinkedHashMap<>();
    for (Component component : components) {
      paths.put(component, pathOf(manifest, component, components.size()));
    }
    if (paths.values().stream().distinct().count() < paths.size()) {
      throw new InvalidRequestException(
          "two components would go to the same target: " + paths.values(),
          "Give each a target of its own, or restore one with --component.");
    }
    return paths;
  }

  private Path pathOf(Manifest manifest, Component component, int components) throws IOException {
    Path own = order.targets().get(component.name());
    Path target = order.target();
    if (own != null) {
      return usable(own);
    }
    if (target != null) {
      return components == 1 ? usable(target) : usable(inFolder(target, component.name()));
    }
    for (NamedSource source : NamedSource.ofConfigured(context.sources())) {
      if (source.name().equals(component.name())) {
        return usable(source.path());
      }
    }
    return recorded(manifest, component);
  }

  private static Path inFolder(Path folder, SourceName name) {
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new InvalidRequestException(
          "the target is no folder, but the backup has several components: " + folder,
          "Name a folder, or restore one component with --component.");
    }
    return folder.resolve(name.value());
  }

  private Path recorded(Manifest manifest, Component component) throws IOException {
    if (!manifest.origin().hostname().equals(ProcessOwner.current().host())) {
      throw new InvalidRequestException(
          "backup %s was made on %s, so its path %s says nothing here"
              .formatted(manifest.id(), manifest.origin().hostname(), component.source()),
          "Say where to restore with --target.");
    }
    return usable(Lookup.recordedPath(component));
  }

  /** Returns the absolute path of a target, after checking that it can be one. */
  Path usable(Path target) throws IOException {
    Path absolute = target.toAbsolutePath().normalize();
    if (Files.isDirectory(absolute)) {
      throw new InvalidRequestException(
          "the target is a folder: " + target,
          "Name the file in it, as in: --target " + target.resolve("app.db"));
    }
    requireFolderAbove(absolute);
    if (context.store().folder().filter(PrivateFiles.parent(absolute)::equals).isPresent()) {
      throw inStore(target);
    }
    // What a link leads to has a name of its own, which is looked at once that is known.
    if (order.resolving() == null && !Files.isSymbolicLink(absolute)) {
      requireShortName(absolute);
    }
    return absolute;
  }

  // The folder may be missing, and is made then; but not below a file.
  private static void requireFolderAbove(Path target) {
    Path above = PrivateFiles.parent(target);
    while (!Files.exists(above) && above.getParent() != null) {
      above = above.getParent();
    }
    if (Files.exists(above) && !Files.isDirectory(above)) {
      throw new InvalidRequestException(
          "%s is no folder, so the target cannot lie there: %s".formatted(above, target),
          "Name a file in a folder.");
    }
  }

  /**
   * Makes sure that the files of a restore can lie beside a target: they have its name, with
   * something added.
   */
  static void requireShortName(Path target) {
    Path longest = PlanFile.longestBeside(target, BackupId.of(Instant.EPOCH));
    int excess = FileName.bytes(longest) - FileName.LIMIT;
    if (excess > 0) {
      throw new InvalidRequestException(
          "the name of the target is too long for the files that a restore puts beside it, by %d bytes: %s"
              .formatted(excess, target),
          "Choose a name of at most %d bytes.".formatted(FileName.bytes(target) - excess));
    }
  }

  /**
   * Makes sure that a target lies in none of the stores, whatever links led to it: an artifact
   * would be overwritten.
   *
   * @param target the real path of a target, whose folder exists
   */
  static void requireOutside(Path target, List<Store> stores) throws IOException {
    for (Store store : stores) {
      Optional<Path> folder = store.folder().filter(Files::exists);
      if (folder.isPresent()
          && folder.get().toRealPath().equals(PrivateFiles.parent(target).toRealPath())) {
        throw inStore(target);
      }
    }
  }

  private static RefusedException inStore(Path target) {
    return new RefusedException(
        "the target lies in the store itself: " + target, "Choose another folder.");
  }
}
