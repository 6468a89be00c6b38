package dev.backuphelper.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a command did, filled as it goes: values for programs, lines for people, and what went
 * wrong. Used by one thread.
 */
final class Result {
  private final Map<String, @Nullable Object> values = new LinkedHashMap<>();
  private final List<String> lines = new ArrayList<>();
  private final List<String> essence = new ArrayList<>();
  private long bytes;
  private int exitOfOutput = ExitCodes.FAILED;
  private @Nullable Failure failure;

  /** Sets a value, in place of an earlier one. */
  Result put(String key, @Nullable Object value) {
    values.put(key, value);
    return this;
  }

  /** Sets a value that takes long to make, and is made only if it is looked at. */
  Result putLater(String key, Supplier<?> value) {
    values.put(key, value);
    return this;
  }

  /** Adds a line for people. */
  Result say(String line) {
    lines.add(line);
    return this;
  }

  /** Adds a line that is the result itself: with {@code --quiet} such lines alone are printed. */
  Result sayEssence(String line) {
    essence.add(line);
    return this;
  }

  /** Sets how many bytes were worked on. */
  Result bytes(long count) {
    bytes = count;
    return this;
  }

  /** Sets the exit code for when all went well, but cannot be told. */
  Result failsWith(int exit) {
    exitOfOutput = exit;
    return this;
  }

  /** Sets what went wrong. */
  Result fail(Failure what) {
    failure = what;
    return this;
  }

  /** Returns the values, in their order. */
  Map<String, @Nullable Object> values() {
    values.replaceAll((key, value) -> value instanceof Supplier<?> later ? later.get() : value);
    return values;
  }

  /** Tells whether there are no values yet. */
  boolean isEmpty() {
    return values.isEmpty();
  }

  List<String> lines() {
    return lines;
  }

  List<String> essence() {
    return essence;
  }

  long bytes() {
    return bytes;
  }

  Optional<Failure> failure() {
    return Optional.ofNullable(failure);
  }

  /** Returns the exit code for when all went well, but cannot be told. */
  int exitOfOutput() {
    return exitOfOutput;
  }

  /** Returns the exit code. */
  int exit() {
    return failure().map(Failure::exit).orElse(ExitCodes.DONE);
  }
}
