package dev.backuphelper.cli;

import dev.backuphelper.internal.io.PrivateFiles;
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
    // Not the keys of whoever runs this.
    Path keys = folder.resolve("gnupg");
    if (!Files.exists(keys)) {
      PrivateFiles.createDirectory(keys);
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
    environment.put("GNUPGHOME", keys.toString());
    try {
      return end(builder.start(), out);
    } finally {
      endAgent(keys);
    }
  }

  // GnuPG starts one by itself, which goes on for as long as its folder is there.
  private static void endAgent(Path keys) throws IOException {
    if (Files.exists(keys.resolve("S.gpg-agent"))) {
      ProcessBuilder end = new ProcessBuilder("gpgconf", "--kill", "gpg-agent");
      end.environment().put("GNUPGHOME", keys.toString());
      Path out = keys.resolve("end.out");
      String problem = end(end.redirectErrorStream(true).redirectOutput(out.toFile()).start(), out);
      if (!problem.isEmpty()) {
        throw new IOException("the agent of GnuPG does not end: " + problem);
      }
    }
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
