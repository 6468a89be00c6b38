package dev.backuphelper.catalog;

import dev.backuphelper.internal.io.JsonObject;
import dev.backuphelper.internal.io.MalformedDocumentException;
import dev.backuphelper.model.Component;
import dev.backuphelper.model.Manifest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the encrypted section of a manifest holds: what tells about the content, and once more what
 * stands in the clear, so that nobody without the key can change that unnoticed. Stateless.
 */
final class EncryptedSection {
  // What says how the document itself is read, which is over before its section is; the components,
  // which are compared one by one; and what no reader looks at, because it follows from the rest.
  private static final Set<String> LEFT_OUT =
      Set.of(
          "format",
          "encrypted",
          "cipher",
          "encrypted_section",
          "components",
          "timestamp",
          "compressed",
          "size");

  private EncryptedSection() {}

  static byte[] write(Manifest manifest) {
    Map<String, @Nullable Object> section = toMap(manifest);
    section.put("components", manifest.components().stream().map(EncryptedSection::toMap).toList());
    return JsonObject.write(section);
  }

  private static Map<String, @Nullable Object> toMap(Manifest manifest) {
    Map<String, @Nullable Object> map = ManifestCodec.toMap(manifest);
    map.keySet().removeAll(LEFT_OUT);
    return map;
  }

  private static Map<String, @Nullable Object> toMap(Component component) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>(ManifestCodec.toMap(component));
    // So that none can be added where there was none.
    map.putIfAbsent("delta", null);
    map.putIfAbsent("page_map", null);
    return map;
  }

  /**
   * Returns the components of a locked manifest with what its encrypted section tells of them.
   *
   * @throws MalformedDocumentException if the manifest says something else in the clear than its
   *     section does
   */
  static List<Component> read(Manifest locked, byte[] document) throws MalformedDocumentException {
    try {
      JsonObject section = JsonObject.parse(document);
      requireSame("", toMap(locked), section);
      List<JsonObject> content = section.objects("components");
      if (content.size() != locked.components().size()) {
        throw new MalformedDocumentException(
            "it has %d components, its encrypted section says %d"
                .formatted(locked.components().size(), content.size()),
            null);
      }
      List<Component> components = new ArrayList<>();
      for (Component component : locked.components()) {
        components.add(unlocked(component, of(component, content)));
      }
      return components;
    } catch (IllegalArgumentException malformed) {
      throw new MalformedDocumentException(String.valueOf(malformed.getMessage()), malformed);
    }
  }

  private static JsonObject of(Component component, List<JsonObject> content)
      throws MalformedDocumentException {
    for (JsonObject json : content) {
      if (json.text("name").equals(component.name().value())) {
        return json;
      }
    }
    throw new MalformedDocumentException("its encrypted section lacks " + component.name(), null);
  }

  // The first sections told of the content alone: what they do not have is not compared.
  private static void requireSame(
      String owner, Map<String, @Nullable Object> inTheClear, JsonObject section)
      throws MalformedDocumentException {
    Map<String, Object> sealed = section.values();
    for (Map.Entry<String, @Nullable Object> entry : inTheClear.entrySet()) {
      String key = entry.getKey();
      if (sealed.containsKey(key) && !Objects.equals(entry.getValue(), sealed.get(key))) {
        throw new MalformedDocumentException(
            "%s%s is %s, its encrypted section says %s"
                .formatted(key, owner, entry.getValue(), sealed.get(key)),
            null);
      }
    }
  }

  private static Component unlocked(Component locked, JsonObject json)
      throws MalformedDocumentException {
    requireSame(" of " + locked.name(), toMap(locked), json);
    return new Component(
        locked.name(),
        locked.engine(),
        locked.engineVersion(),
        locked.source(),
        locked.snapshotAt(),
        locked.file(),
        locked.size(),
        locked.sha256(),
        json.size("original_size"),
        ManifestCodec.digest(json, "original_sha256"),
        ManifestCodec.readChecks(json),
        ManifestCodec.readFacts(json, locked.engine()),
        locked.delta(),
        locked.pageMap());
  }
}
