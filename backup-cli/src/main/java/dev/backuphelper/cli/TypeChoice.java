package dev.backuphelper.cli;

import dev.backuphelper.CreateRequest;
import dev.backuphelper.model.BackupType;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What a backup is to hold, as the command line names it. */
enum TypeChoice {
  AUTO,
  FULL,
  INCREMENTAL,
  DIFFERENTIAL;

  /** Asks for it. */
  void applyTo(CreateRequest.Builder request) {
    if (this == AUTO) {
      request.automaticType();
    } else {
      request.type(BackupType.valueOf(name()));
    }
  }

  private String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Reads a choice. */
  static final class Converter implements ITypeConverter<TypeChoice> {
    @Override
    public TypeChoice convert(String text) {
      return Arrays.stream(values())
          .filter(choice -> choice.key().equals(text))
          .findFirst()
          .orElseThrow(() -> new TypeConversionException("'" + text + "' is none of " + names()));
    }

    private static String names() {
      return Arrays.stream(values()).map(TypeChoice::key).collect(Collectors.joining(", "));
    }
  }
}
