package dev.backuphelper.internal.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** This library's name and version. Stateless. */
public final class Tool {
  private static final String NAME_AND_VERSION = "backuphelper " + version();

  private Tool() {}

  /** Returns the name and the version, as manifests record them. */
  public static String nameAndVersion() {
    return NAME_AND_VERSION;
  }

  // The build writes it into a resource, so that it is there in a jar and in a folder of classes.
  private static String version() {
    try (InputStream in = Tool.class.getResourceAsStream("version.properties")) {
      Properties properties = new Properties();
      properties.load(java.util.Objects.requireNonNull(in, "version.properties"));
      return properties.getProperty("version");
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
