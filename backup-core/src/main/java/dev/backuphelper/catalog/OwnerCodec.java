package dev.backuphelper.catalog;

import dev.backuphelper.internal.io.JsonObject;
import dev.backuphelper.internal.io.MalformedDocumentException;
import dev.backuphelper.internal.io.ProcessOwner;
import java.util.LinkedHashMap;
import java.util.Map;

/** Processes as JSON: the keys {@code host}, {@code pid}, {@code process_started_ms}. Stateless. */
public final class OwnerCodec {
  private OwnerCodec() {}

  /** Returns a process's values. */
  public static Map<String, Object> toMap(ProcessOwner owner) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("host", owner.host());
    map.put("pid", owner.pid());
    map.put("process_started_ms", owner.startedMillis());
    return map;
  }

  /** Reads a process. */
  public static ProcessOwner read(JsonObject json) throws MalformedDocumentException {
    return new ProcessOwner(json.text("host"), json.size("pid"), json.size("process_started_ms"));
  }
}
