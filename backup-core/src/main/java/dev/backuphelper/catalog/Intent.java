package dev.backuphelper.catalog;

import dev.backuphelper.internal.io.JsonObject;
import dev.backuphelper.internal.io.ProcessOwner;
import dev.backuphelper.model.BackupId;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a process is about to make under an id; written before the first file, removed after the
 * manifest.
 *
 * @param id the reserved id
 * @param owner who makes it
 * @param files the names of the files that will be made
 */
record Intent(BackupId id, ProcessOwner owner, List<String> files) {
  byte[] write() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("format", 1);
    map.put("id", id.value());
    map.put("files", files);
    map.putAll(OwnerCodec.toMap(owner));
    return JsonObject.write(map);
  }

  static Intent read(BackupId id, byte[] document) throws IOException {
    JsonObject json = JsonObject.parse(document);
    return new Intent(id, OwnerCodec.read(json), json.texts("files"));
  }
}
