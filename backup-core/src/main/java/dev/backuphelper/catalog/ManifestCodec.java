package dev.backuphelper.catalog;

import dev.backuphelper.internal.io.JsonObject;
import dev.backuphelper.internal.io.MalformedDocumentException;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.BackupKind;
import dev.backuphelper.model.BackupType;
import dev.backuphelper.model.Check;
import dev.backuphelper.model.CheckStatus;
import dev.backuphelper.model.Component;
import dev.backuphelper.model.GroupId;
import dev.backuphelper.model.Manifest;
import dev.backuphelper.model.SourceName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Manifests as JSON, format 1. Untrusted when read: every value is checked. Stateless. */
public final class ManifestCodec {
  private static final int SHA256_DIGITS = 64;

  private ManifestCodec() {}

  /** Returns a manifest's values under the keys of format 1, in their order. */
  public static Map<String, @Nullable Object> toMap(Manifest manifest) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("format", Manifest.FORMAT);
    map.put("id", manifest.id().value());
    map.put("timestamp", manifest.id().timestamp());
    map.put("date", manifest.date().toString());
    map.put("kind", manifest.kind().key());
    map.put("type", manifest.type().key());
    BackupId parent = manifest.parent();
    map.put("parent", parent == null ? null : parent.value());
    map.put("group", manifest.group().value());
    map.put("operation", manifest.operation());
    map.put("description", manifest.description());
    map.put("tags", manifest.tags());
    map.put("created_by", manifest.origin().createdBy());
    map.put("hostname", manifest.origin().hostname());
    map.put("user", manifest.origin().user());
    map.put("git_commit", manifest.origin().gitCommit());
    map.put("git_branch", manifest.origin().gitBranch());
    map.put("tool", manifest.origin().tool());
    map.put("compressed", manifest.compression() != null);
    map.put("compression", manifest.compression());
    map.put("encrypted", manifest.encrypted());
    Manifest.Encryption encryption = manifest.encryption();
    if (encryption != null) {
      map.put("cipher", encryption.cipher());
      map.put("encrypted_section", encryption.section());
    }
    map.put("damaged", manifest.damaged());
    map.put("duration_ms", manifest.durationMillis());
    map.put("size", manifest.size());
    map.put("components", manifest.components().stream().map(ManifestCodec::toMap).toList());
    return map;
  }

  static Map<String, Object> toMap(Component component) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("name", component.name().value());
    map.put("engine", component.engine());
    map.put("engine_version", component.engineVersion());
    map.put("source", component.source());
    map.put("snapshot_at", component.snapshotAt().toString());
    map.put("file", component.file());
    map.put("size", component.size());
    map.put("sha256", component.sha256());
    map.put("original_size", component.originalSize());
    Component.Delta delta = component.delta();
    if (delta != null) {
      map.put("delta", toMap(delta));
    }
    Component.PageMapFile pageMap = component.pageMap();
    if (pageMap != null) {
      map.put("page_map", toMap(pageMap));
    }
    if (component.originalSha256() != null) {
      putContent(component, map);
    }
    return map;
  }

  private static Map<String, Object> toMap(Component.Delta delta) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("size", delta.size());
    map.put("pages", delta.pages());
    return map;
  }

  private static Map<String, Object> toMap(Component.PageMapFile pageMap) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("file", pageMap.file());
    map.put("size", pageMap.size());
    map.put("sha256", pageMap.sha256());
    return map;
  }

  private static void putContent(Component component, Map<String, Object> map) {
    map.put("original_sha256", component.originalSha256());
    map.put("checks", component.checks().stream().map(ManifestCodec::toMap).toList());
    map.put(component.engine(), component.facts());
  }

  /** Returns a check's values, as manifests and reports show them. */
  public static Map<String, Object> toMap(Check check) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("name", check.name());
    map.put("status", check.status().key());
    map.put("detail", check.detail());
    return map;
  }

  static byte[] write(Manifest manifest) {
    return JsonObject.write(toMap(manifest));
  }

  static Manifest read(BackupId id, byte[] document)
      throws MalformedDocumentException, UnknownFormatException {
    JsonObject json = JsonObject.parse(document);
    requireKnownFormat(json);
    try {
      return read(id, json);
    } catch (IllegalArgumentException malformed) {
      throw new MalformedDocumentException(String.valueOf(malformed.getMessage()), malformed);
    }
  }

  private static void requireKnownFormat(JsonObject json)
      throws MalformedDocumentException, UnknownFormatException {
    if (!json.has("format")) {
      throw new UnknownFormatException("it has no format: a predecessor of this tool wrote it");
    }
    long format = json.size("format");
    if (format != Manifest.FORMAT) {
      throw new UnknownFormatException(
          "it has format " + format + ", and this version reads format " + Manifest.FORMAT);
    }
  }

  private static Manifest read(BackupId id, JsonObject json) throws MalformedDocumentException {
    if (!json.text("id").equals(id.value())) {
      throw new MalformedDocumentException("it names another backup: " + json.text("id"), null);
    }
    List<Component> components = new ArrayList<>();
    for (JsonObject component : json.objects("components")) {
      components.add(readComponent(id, component, json.flag("encrypted")));
    }
    if (components.isEmpty()) {
      throw new MalformedDocumentException("components is empty", null);
    }
    if (components.stream().map(Component::name).distinct().count() < components.size()) {
      throw new MalformedDocumentException("two components have one name", null);
    }
    BackupType type = constant(BackupType.class, json, "type");
    BackupId parent = json.has("parent") ? new BackupId(json.text("parent")) : null;
    requireChain(id, type, parent, components);
    return new Manifest(
        id,
        json.instant("date"),
        constant(BackupKind.class, json, "kind"),
        type,
        parent,
        new GroupId(json.text("group")),
        json.optionalText("operation"),
        json.optionalText("description"),
        readTags(json),
        readOrigin(json),
        json.optionalText("compression"),
        readEncryption(json),
        json.flag("damaged"),
        json.size("duration_ms"),
        components);
  }

  // Whoever follows parents comes to an end, because each is older than what builds on it.
  private static void requireChain(
      BackupId id, BackupType type, @Nullable BackupId parent, List<Component> components)
      throws MalformedDocumentException {
    boolean full = type == BackupType.FULL;
    if (full != (parent == null)
        || components.stream().anyMatch(component -> full != (component.delta() == null))) {
      throw new MalformedDocumentException(
          "its type is %s, but not its parent or its artifacts".formatted(type.key()), null);
    }
    if (parent != null && parent.compareTo(id) >= 0) {
      throw new MalformedDocumentException("its parent is not older: " + parent, null);
    }
  }

  // One that a later version encrypts in another way is not read, but is listed.
  private static Manifest.@Nullable Encryption readEncryption(JsonObject json)
      throws MalformedDocumentException {
    if (!json.flag("encrypted")) {
      return null;
    }
    String cipher = json.optionalText("cipher");
    String section = json.optionalText("encrypted_section");
    return new Manifest.Encryption(
        cipher == null ? "an unknown cipher" : cipher, section == null ? "" : section);
  }

  private static Map<String, String> readTags(JsonObject json) throws MalformedDocumentException {
    Map<String, String> tags = new LinkedHashMap<>();
    if (json.has("tags")) {
      JsonObject values = json.object("tags");
      for (String key : values.values().keySet()) {
        tags.put(key, values.text(key));
      }
    }
    return tags;
  }

  private static Manifest.Origin readOrigin(JsonObject json) throws MalformedDocumentException {
    return new Manifest.Origin(
        json.optionalText("created_by"),
        json.text("hostname"),
        json.text("user"),
        json.optionalText("git_commit"),
        json.optionalText("git_branch"),
        json.text("tool"));
  }

  private static Component readComponent(BackupId id, JsonObject json, boolean locked)
      throws MalformedDocumentException {
    SourceName name = new SourceName(json.text("name"));
    String file = json.text("file");
    // An artifact's name holds its backup's id and its source's name, so no manifest can claim
    // another's, nor a file that is no artifact.
    if (!StoreNames.isArtifact(file, name, id)) {
      throw new MalformedDocumentException("it claims a file that is not its own: " + file, null);
    }
    String engine = json.text("engine");
    return new Component(
        name,
        engine,
        json.text("engine_version"),
        json.text("source"),
        json.instant("snapshot_at"),
        file,
        json.size("size"),
        digest(json, "sha256"),
        json.size("original_size"),
        locked ? null : digest(json, "original_sha256"),
        locked ? List.of() : readChecks(json),
        locked ? Map.of() : readFacts(json, engine),
        json.has("delta") ? readDelta(json.object("delta")) : null,
        json.has("page_map") ? readPageMap(json.object("page_map"), name, id) : null);
  }

  private static Component.Delta readDelta(JsonObject json) throws MalformedDocumentException {
    return new Component.Delta(json.size("size"), json.size("pages"));
  }

  private static Component.PageMapFile readPageMap(JsonObject json, SourceName name, BackupId id)
      throws MalformedDocumentException {
    String file = json.text("file");
    if (!StoreNames.isPageMap(file, name, id)) {
      throw new MalformedDocumentException("it claims a file that is not its own: " + file, null);
    }
    return new Component.PageMapFile(file, json.size("size"), digest(json, "sha256"));
  }

  static List<Check> readChecks(JsonObject json) throws MalformedDocumentException {
    List<Check> checks = new ArrayList<>();
    for (JsonObject check : json.objects("checks")) {
      checks.add(
          new Check(
              check.text("name"),
              constant(CheckStatus.class, check, "status"),
              check.text("detail")));
    }
    return checks;
  }

  static Map<String, Object> readFacts(JsonObject json, String engine)
      throws MalformedDocumentException {
    return json.has(engine) ? json.object(engine).values() : Map.of();
  }

  static String digest(JsonObject json, String key) throws MalformedDocumentException {
    String text = json.text(key);
    if (!isSha256(text)) {
      throw new MalformedDocumentException(key + " is no SHA-256: " + text, null);
    }
    return text;
  }

  // By hand rather than by a regular expression: a listing reads two for each backup.
  private static boolean isSha256(String text) {
    for (int index = 0; index < text.length(); index++) {
      char found = text.charAt(index);
      if ((found < '0' || found > '9') && (found < 'a' || found > 'f')) {
        return false;
      }
    }
    return text.length() == SHA256_DIGITS;
  }

  static <E extends Enum<E>> E constant(Class<E> type, JsonObject json, String key)
      throws MalformedDocumentException {
    String text = json.text(key);
    for (E constant : type.getEnumConstants()) {
      // Most are told apart without making lower case of them, which shows in a long listing.
      if (constant.name().equalsIgnoreCase(text)
          && constant.name().toLowerCase(Locale.ROOT).equals(text)) {
        return constant;
      }
    }
    throw new MalformedDocumentException(key + " is unknown: " + text, null);
  }
}
