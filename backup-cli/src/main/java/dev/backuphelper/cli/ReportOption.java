package dev.backuphelper.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that asks for a report. */
final class ReportOption {
  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Also write the result, as JSON, whatever it is, to FILE.")
  @Nullable Path file;

  Optional<Path> file() {
    return Optional.ofNullable(file);
  }
}
