package dev.backuphelper.cli;

import dev.backuphelper.model.BackupKind;
import java.util.Arrays;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a kind of backup from the command line. */
final class KindConverter implements ITypeConverter<BackupKind> {
  @Override
  public BackupKind convert(String text) {
    return Arrays.stream(BackupKind.values())
        .filter(kind -> kind.key().equals(text))
        .findFirst()
        .orElseThrow(() -> new TypeConversionException("'" + text + "' is none of " + names()));
  }

  private static String names() {
    return Arrays.stream(BackupKind.values())
        .map(BackupKind::key)
        .collect(Collectors.joining(", "));
  }
}
