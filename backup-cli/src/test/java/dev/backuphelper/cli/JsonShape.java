package dev.backuphelper.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Compares a JSON document that is shown with a real one: the same keys, values of the same types.
 * Null goes with everything. Of lists the first elements are compared. A key {@code …} stands for
 * further keys.
 */
final class JsonShape {
  private static final String FURTHER = "…";

  private final List<String> differences = new ArrayList<>();

  private JsonShape() {}

  static List<String> differences(JsonNode shown, JsonNode real) {
    JsonShape shape = new JsonShape();
    shape.compare("", shown, real);
    return shape.differences;
  }

  private void compare(String path, JsonNode shown, JsonNode real) {
    if (shown.isNull() || real.isNull()) {
      return;
    }
    if (shown.getNodeType() != real.getNodeType()) {
      differences.add(path + " is shown as " + shown.getNodeType() + ", is " + real.getNodeType());
    } else if (shown.isObject()) {
      compareKeys(path, shown, real);
    } else if (shown.isArray() && !shown.isEmpty()) {
      if (real.isEmpty()) {
        differences.add(path + " is shown with elements, but is empty");
      } else {
        compare(path + "[]", shown.get(0), real.get(0));
      }
    }
  }

  private void compareKeys(String path, JsonNode shown, JsonNode real) {
    Set<String> missing = keys(real);
    missing.removeAll(keys(shown));
    if (!missing.isEmpty() && !shown.has(FURTHER)) {
      differences.add(path + " has keys that are not shown: " + missing);
    }
    Set<String> invented = keys(shown);
    invented.removeAll(keys(real));
    invented.remove(FURTHER);
    if (!invented.isEmpty()) {
      differences.add(path + " is shown with keys that it does not have: " + invented);
    }
    for (String key : keys(shown)) {
      if (real.has(key)) {
        compare(path + "." + key, shown.get(key), real.get(key));
      }
    }
  }

  private static Set<String> keys(JsonNode object) {
    Set<String> keys = new TreeSet<>();
    object.fieldNames().forEachRemaining(keys::add);
    return keys;
  }
}
