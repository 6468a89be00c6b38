package dev.backuphelper.source;

import dev.backuphelper.model.Check;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the engine found in a private image.
 *
 * @param checks the checks made
 * @param facts what the engine records of the image; values are those of JSON
 */
public record Inspection(List<Check> checks, Map<String, Object> facts) {
  /** Copies the collections. */
  public Inspection {
    checks = List.copyOf(checks);
    facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
  }

  /** Tells whether a check found damage. */
  public boolean damaged() {
    return checks.stream().anyMatch(Check::isFailed);
  }
}
