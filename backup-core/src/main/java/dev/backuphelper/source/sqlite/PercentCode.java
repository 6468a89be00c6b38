package dev.backuphelper.source.sqlite;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** The escapes of SQLite's URIs: {@code %HH} for a byte of UTF-8; a plus sign stays one. */
final class PercentCode {
  private static final String PLAIN =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/:";

  private PercentCode() {}

  static String encode(String text) {
    StringBuilder encoded = new StringBuilder(text.length() + 16);
    for (byte unit : text.getBytes(StandardCharsets.UTF_8)) {
      if (PLAIN.indexOf(unit) >= 0) {
        encoded.append((char) unit);
      } else {
        encoded.append(String.format("%%%02X", unit & 0xff));
      }
    }
    return encoded.toString();
  }

  static String decode(String text) {
    byte[] from = text.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream to = new ByteArrayOutputStream(from.length);
    int at = 0;
    while (at < from.length) {
      int high = from[at] == '%' && at + 2 < from.length ? Character.digit(from[at + 1], 16) : -1;
      int low = high >= 0 ? Character.digit(from[at + 2], 16) : -1;
      boolean escape = low >= 0;
      to.write(escape ? high * 16 + low : from[at]);
      at += escape ? 3 : 1;
    }
    return to.toString(StandardCharsets.UTF_8);
  }
}
