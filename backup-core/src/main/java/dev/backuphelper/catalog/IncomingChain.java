package dev.backuphelper.catalog;

import dev.backuphelper.codec.BrokenStreamException;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.Manifest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The documents of a backup that comes from elsewhere, and of those that it builds on: they come
 * before all data, so that everything about the data is known before a byte of it is read.
 */
public final class IncomingChain {
  // Of all manifests together, which are kept in memory. One of a thousand tables has 60 KiB.
  private static final int LIMIT = 32 << 20;

  private IncomingChain() {}

  /**
   * Reads the documents; returns the backups, oldest first, of which the last is the wanted one.
   */
  public static List<IncomingBackup> read(IncomingFiles files) throws IOException {
    List<IncomingBackup> chain = new ArrayList<>();
    long bytes = 0;
    for (Optional<BackupId> id = files.nextManifest(); id.isPresent(); id = files.nextManifest()) {
      IncomingBackup member = IncomingBackup.read(id.get(), files);
      bytes += member.document().length;
      if (bytes > LIMIT) {
        throw new BrokenStreamException("its manifests have more than %d bytes".formatted(LIMIT));
      }
      if (!chain.isEmpty() && member.id().compareTo(chain.get(chain.size() - 1).id()) <= 0) {
        throw new BrokenStreamException(
            "the manifest of %s does not come in its order, or twice".formatted(member.id()));
      }
      chain.add(member);
    }
    if (chain.isEmpty()) {
      throw new BrokenStreamException("it does not begin with the manifest of a backup");
    }
    requireOneChain(chain);
    return chain;
  }

  /** Requires everything that the last one builds on, and nothing else. */
  private static void requireOneChain(List<IncomingBackup> chain) throws BrokenStreamException {
    Map<BackupId, Manifest> known = new HashMap<>();
    chain.forEach(member -> known.put(member.id(), member.manifest()));
    Set<BackupId> needed = new HashSet<>();
    Manifest manifest = chain.get(chain.size() - 1).manifest();
    needed.add(manifest.id());
    // A manifest's parent is older than itself: so this comes to an end.
    while (manifest.parent() != null) {
      BackupId parent = manifest.parent();
      Manifest base = known.get(parent);
      if (base == null || !base.group().equals(manifest.group())) {
        throw new BrokenStreamException(
            "%s builds on %s, which is not in it, or is of other databases"
                .formatted(manifest.id(), parent));
      }
      needed.add(parent);
      manifest = base;
    }
    for (IncomingBackup member : chain) {
      if (!needed.contains(member.id())) {
        throw new BrokenStreamException(
            "it holds %s, on which %s does not build"
                .formatted(member.id(), chain.get(chain.size() - 1).id()));
      }
    }
  }
}
