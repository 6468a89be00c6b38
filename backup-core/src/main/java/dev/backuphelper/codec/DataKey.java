package dev.backuphelper.codec;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * The key of one backup. What it encrypts is authenticated with the name that it is stored under,
 * so that nothing passes for something else. Thread-safe.
 */
public interface DataKey {
  /** Returns the wrapped key, as it is kept beside the manifest. */
  byte[] document();

  /** Encrypts what is written; closing it writes the end, and closes the other stream. */
  OutputStream encrypt(OutputStream stored, String name) throws IOException;

  /**
   * Decrypts what is read. Bytes that were changed, moved or cut off are an {@link IOException},
   * and none of them is returned.
   */
  InputStream decrypt(InputStream stored, String name) throws IOException;
}
