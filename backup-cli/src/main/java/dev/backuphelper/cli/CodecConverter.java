package dev.backuphelper.cli;

import dev.backuphelper.model.CompressionCodec;
import java.util.Arrays;
import java.util.Stack;
import java.util.stream.Collectors;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.TypeConversionException;

/** Reads a codec from the command line. */
final class CodecConverter implements ITypeConverter<CompressionCodec> {
  @Override
  public CompressionCodec convert(String text) {
    return CompressionCodec.of(text)
        .orElseThrow(() -> new TypeConversionException("'" + text + "' is none of " + names()));
  }

  private static String names() {
    return Arrays.stream(CompressionCodec.values())
        .map(CompressionCodec::key)
        .collect(Collectors.joining(", "));
  }

  /** Takes zstd where no codec is given after a sign of equality: what follows is a database. */
  static final class ZstdUnlessAttached implements IParameterPreprocessor {
    @Override
    @SuppressWarnings("JdkObsolete") // the parser's own type
    public boolean preprocess(
        Stack<String> words,
        CommandSpec command,
        ArgSpec option,
        java.util.Map<String, Object> details) {
      if (!"=".equals(details.get("separator"))) {
        words.push(CompressionCodec.ZSTD.key());
      }
      return false;
    }
  }
}
