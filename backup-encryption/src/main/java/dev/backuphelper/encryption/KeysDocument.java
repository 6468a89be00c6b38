package dev.backuphelper.encryption;

import dev.backuphelper.catalog.StoreNames;
import dev.backuphelper.internal.io.JsonObject;
import dev.backuphelper.internal.io.MalformedDocumentException;
import dev.backuphelper.model.BackupId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The document that lies beside a manifest: the key of a backup, wrapped once or several times.
 *
 * @param id the backup
 * @param keys the same key, each time wrapped with another
 */
record KeysDocument(BackupId id, List<WrappedKey> keys) {
  private static final int FORMAT = 1;
  private static final int MOST_KEYS = 16;

  KeysDocument {
    keys = List.copyOf(keys);
  }

  /** Returns what is authenticated with each wrapped key. */
  byte[] context() {
    return StoreNames.keys(id).getBytes(StandardCharsets.UTF_8);
  }

  byte[] write() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("format", FORMAT);
    map.put("id", id.value());
    List<Map<String, Object>> entries = new ArrayList<>();
    for (WrappedKey key : keys) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("kind", key.kind());
      entry.put("parameters", key.parameters());
      entry.put("wrapped", Base64.getEncoder().encodeToString(key.bytes()));
      entries.add(entry);
    }
    map.put("keys", entries);
    return JsonObject.write(map);
  }

  static KeysDocument read(BackupId id, byte[] document) throws MalformedDocumentException {
    try {
      JsonObject json = JsonObject.parse(document);
      long format = json.size("format");
      if (format != FORMAT) {
        throw new MalformedDocumentException(
            "it has format %d, and this version reads format %d".formatted(format, FORMAT), null);
      }
      if (!json.text("id").equals(id.value())) {
        throw new MalformedDocumentException("it names another backup: " + json.text("id"), null);
      }
      List<JsonObject> entries = json.objects("keys");
      if (entries.isEmpty() || entries.size() > MOST_KEYS) {
        throw new MalformedDocumentException(
            "it has %d keys instead of 1 to %d".formatted(entries.size(), MOST_KEYS), null);
      }
      List<WrappedKey> keys = new ArrayList<>();
      for (JsonObject entry : entries) {
        JsonObject parameters = entry.object("parameters");
        Map<String, String> values = new LinkedHashMap<>();
        for (String name : parameters.values().keySet()) {
          values.put(name, parameters.text(name));
        }
        byte[] wrapped = Base64.getDecoder().decode(entry.text("wrapped"));
        keys.add(new WrappedKey(entry.text("kind"), values, wrapped));
      }
      return new KeysDocument(id, keys);
    } catch (IllegalArgumentException malformed) {
      throw new MalformedDocumentException(String.valueOf(malformed.getMessage()), malformed);
    }
  }
}
