package dev.backuphelper.cli;

import dev.backuphelper.error.InvalidRequestException;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a path from the command line. */
final class PathConverter implements ITypeConverter<Path> {
  @Override
  public Path convert(String text) {
    try {
      return Reference.path(text);
    } catch (InvalidRequestException notAPath) {
      throw new TypeConversionException(notAPath.getMessage());
    }
  }
}
