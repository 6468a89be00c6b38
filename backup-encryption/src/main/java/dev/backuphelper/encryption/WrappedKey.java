package dev.backuphelper.encryption;

import java.util.Map;

/**
 * A wrapped key, and what its provider must know to unwrap it.
 *
 * @param kind the kind of provider
 * @param parameters the provider's own; no secrets
 * @param bytes the wrapped key
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record WrappedKey(String kind, Map<String, String> parameters, byte[] bytes) {
  /** Copies the values, so that they never change. */
  public WrappedKey {
    parameters = Map.copyOf(parameters);
    bytes = bytes.clone();
  }

  @Override
  public byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public String toString() {
    return "a key wrapped by " + kind;
  }
}
