package dev.backuphelper.cli;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A script of a document, run by {@code sh}, which finds the command as {@code backup}. */
final class ShellScript {
  private static final long LIMIT_SECONDS = 60;

  private ShellScript() {}

  /** Runs it in a folder; returns what is wrong with it, nothing where there is no shell. */
  static String run(Path folder, String text) throws IOException {
    if (!Program.find("sh", System.getenv()).runnable()) {
      return "";
    }
    Path programs = Files.createDirectories(folder.resolve("programs"));
    Path command = programs.resolve("backup");
    String java =
        JavaProcess.command(Main.class).stream()
            .map(Format::shellWord)
            .collect(Collectors.joining(" "));
    Files.writeString(command, "#!/bin/sh\nexec " + java + " \"$@\"\n");
    if (!command.toFile().setExecutable(true)) {
      throw new IOException("cannot make a program of " + command);
    }
    Path script = Files.writeString(folder.resolve("script.sh"), text);
    Path out = folder.resolve("script.out");
    ProcessBuilder builder =
        new ProcessBuilder("sh", script.toString())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile());
    Map<String, String> environment = builder.environment();
    environment.merge(
        "PATH", programs.toString(), (path, added) -> added + File.pathSeparator + path);
    return end(builder.start(), out);
  }

  private static String end(Process process, Path out) throws IOException {
    try {
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return "still running: " + Files.readString(out);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
    int exit = process.exitValue();
    return exit == 0 ? "" : "exit " + exit + ": " + Files.readString(out);
  }
}
