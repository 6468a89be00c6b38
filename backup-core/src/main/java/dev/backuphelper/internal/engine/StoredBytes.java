package dev.backuphelper.internal.engine;

import dev.backuphelper.catalog.BackupFiles;
import dev.backuphelper.catalog.Catalog;
import dev.backuphelper.catalog.StoreNames;
import dev.backuphelper.codec.CodecPipeline;
import dev.backuphelper.codec.Digest;
import dev.backuphelper.internal.io.MalformedDocumentException;
import dev.backuphelper.model.Component;
import dev.backuphelper.model.Manifest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;

/** Compares the bytes of a store with what manifests and checksum files say of them. */
final class StoredBytes {
  private final Context context;
  private final Catalog catalog;

  StoredBytes(Context context) {
    this.context = context;
    this.catalog = context.catalog();
  }

  /** Returns what is wrong with an artifact whose bytes have that digest. */
  Optional<String> problem(Component component, Digest stored) throws IOException {
    return problem(component.file(), component.size(), component.sha256(), stored);
  }

  private Optional<String> problem(String file, long size, String sha256, Digest stored)
      throws IOException {
    if (stored.size() != size) {
      return Optional.of(
          "validation failed: %s has %d bytes, the manifest says %d"
              .formatted(file, stored.size(), size));
    }
    if (!stored.sha256().equals(sha256)) {
      return Optional.of(
          "validation failed: the SHA-256 of %s is not the one in the manifest".formatted(file));
    }
    return catalog.checksumProblem(file, sha256).map(text -> "validation failed: " + text);
  }

  /** Returns what is wrong with a page map. */
  Optional<String> problem(Component.PageMapFile map) throws IOException {
    return problem(map.file(), new Digest(map.size(), map.sha256()));
  }

  /** Returns what is wrong with the files of a backup, whatever they mean; no key is needed. */
  Optional<String> problem(Manifest manifest) throws IOException {
    for (BackupFiles.Content content : BackupFiles.contents(manifest)) {
      Optional<String> problem = problem(content.name(), content.digest());
      if (problem.isPresent()) {
        return problem;
      }
    }
    if (manifest.encrypted() && !catalog.withKeys().contains(manifest.id())) {
      return Optional.of(StoreNames.keys(manifest.id()) + " does not exist");
    }
    return catalog.manifestProblem(manifest.id());
  }

  private Optional<String> problem(String file, Digest expected) throws IOException {
    try (InputStream in = context.store().open(file)) {
      return problem(file, expected.size(), expected.sha256(), CodecPipeline.digest(in));
    } catch (NoSuchFileException missing) {
      return Optional.of(file + " does not exist");
    } catch (MalformedDocumentException irregular) {
      return Optional.of(String.valueOf(irregular.getMessage()));
    } catch (AccessDeniedException denied) {
      throw denied;
    } catch (FileSystemException unreadable) {
      return Optional.of("cannot be read: " + unreadable.getMessage());
    }
  }

  /** Returns what is wrong with the manifests and checksum files of what an artifact builds on. */
  Optional<String> baseProblem(Artifact artifact) throws IOException {
    for (Artifact link = artifact.base(); link != null; link = link.base()) {
      Optional<String> manifest = catalog.manifestProblem(link.manifest().id());
      Optional<String> problem =
          manifest.isPresent()
              ? manifest
              : catalog.checksumProblem(link.file(), link.component().sha256());
      if (problem.isPresent()) {
        return Optional.of(
            "validation failed: it builds on backup %s, and of that one: %s"
                .formatted(link.manifest().id(), problem.get()));
      }
    }
    return Optional.empty();
  }
}
