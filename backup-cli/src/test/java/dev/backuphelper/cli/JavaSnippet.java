package dev.backuphelper.cli;

import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Statements of a document, compiled and run. They find everything public of the library imported;
 * a {@code backups} and a {@code backup} if they use them and do not declare them.
 *
 * @param text the statements
 * @param result the name of the variable whose value is wanted; empty for none
 */
record JavaSnippet(String text, String result) {
  private static final String CLASS = "Snippet";
  private static final List<String> IMPORTS =
      List.of(
          "dev.backuphelper.*",
          "dev.backuphelper.error.*",
          "dev.backuphelper.event.*",
          "dev.backuphelper.migration.*",
          "dev.backuphelper.model.*",
          "dev.backuphelper.report.*",
          "dev.backuphelper.retention.*",
          "dev.backuphelper.source.*",
          "dev.backuphelper.source.sqlite.*",
          "dev.backuphelper.store.*",
          "dev.backuphelper.store.local.*",
          "java.nio.charset.StandardCharsets",
          "java.nio.file.*",
          "java.security.MessageDigest",
          "java.sql.Connection",
          "java.sql.DriverManager",
          "java.sql.SQLException",
          "java.sql.Statement",
          "java.time.*",
          "java.util.*");

  /** Compiles and runs it; returns the value that is wanted, as text. */
  String run(Path directory) throws IOException {
    Files.createDirectories(directory);
    Path source = Files.writeString(directory.resolve(CLASS + ".java"), source());
    compile(source, directory);
    return call(directory);
  }

  private String source() {
    String imports =
        IMPORTS.stream().map(name -> "import " + name + ";\n").collect(Collectors.joining());
    return imports
        + "public final class "
        + CLASS
        + " {\n  public static Object run() throws Exception {\n"
        + prelude()
        + text
        + "    return "
        + (result.isEmpty() ? "\"\"" : result)
        + ";\n  }\n}\n";
  }

  private String prelude() {
    String backups =
        "BackupHelper backups = BackupHelper.builder()"
            + ".source(SqliteSource.of(Path.of(\"app.db\"))).directory(Path.of(\"backups\")).build();\n";
    String backup = "Backup backup = backups.latest().orElseThrow();\n";
    String guard = "MigrationGuard guard = MigrationGuard.of(backups);\n";
    boolean needsGuard = usesGuard() && !text.contains("MigrationGuard guard =");
    boolean needsBackup = uses("backup") && !text.contains("Backup backup =");
    boolean needsBackups =
        (needsGuard || needsBackup || uses("backups") || text.contains("of(backups)"))
            && !text.contains("BackupHelper backups");
    return (needsBackups ? backups : "") + (needsBackup ? backup : "") + (needsGuard ? guard : "");
  }

  private boolean usesGuard() {
    return text.matches("(?s).*\\bguard\\s*\\.\\w.*");
  }

  private boolean uses(String variable) {
    return text.matches("(?s).*\\b" + variable + "\\.\\w.*");
  }

  private static void compile(Path source, Path directory) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      List<String> options =
          List.of(
              "--release",
              "17",
              "-Xlint:all,-path",
              "-Werror",
              "-proc:none",
              "-classpath",
              System.getProperty("java.class.path"),
              "-d",
              directory.toString());
      boolean good =
          compiler
              .getTask(messages, files, null, options, null, files.getJavaFileObjects(source))
              .call();
      if (!good) {
        throw new IOException("does not compile: " + messages);
      }
    }
  }

  private static String call(Path directory) throws IOException {
    URL[] classes = {directory.toUri().toURL()};
    try (URLClassLoader loader = new URLClassLoader(classes, JavaSnippet.class.getClassLoader())) {
      return String.valueOf(loader.loadClass(CLASS).getMethod("run").invoke(null));
    } catch (InvocationTargetException failure) {
      throw new IOException("fails: " + failure.getCause(), failure.getCause());
    } catch (ReflectiveOperationException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
