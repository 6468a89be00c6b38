package dev.backuphelper.cli;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The application of the documents: migrates {@code app.db}; to version 43 it fails half way. */
final class MigratingApp {
  private MigratingApp() {}

  /** Takes what the documents show: {@code migrate}, perhaps with {@code --to} and a version. */
  public static void main(String[] arguments) {
    boolean badly = List.of(arguments).equals(List.of("migrate", "--to", "43"));
    if (!badly && !List.of(arguments).equals(List.of("migrate"))) {
      throw new IllegalArgumentException(String.join(" ", arguments));
    }
    Path database = Path.of("app.db");
    Database.execute(database, "create table if not exists migrated (id integer primary key)");
    if (badly) {
      Database.execute(database, "drop table purchase", "drop table no_such_table");
    }
  }

  /** Writes the jar that starts it, from the classes and libraries of the tests. */
  static void jar(Path file) throws IOException {
    Manifest manifest = new Manifest();
    Attributes attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.put(Attributes.Name.MAIN_CLASS, MigratingApp.class.getName());
    attributes.put(
        Attributes.Name.CLASS_PATH,
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(entry -> Path.of(entry).toUri().toString())
            .collect(Collectors.joining(" ")));
    attributes.putValue("Enable-Native-Access", "ALL-UNNAMED");
    try (OutputStream out = Files.newOutputStream(file);
        JarOutputStream jar = new JarOutputStream(out, manifest)) {
      jar.finish();
    }
  }
}
