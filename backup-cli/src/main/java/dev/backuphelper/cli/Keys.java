package dev.backuphelper.cli;

import dev.backuphelper.encryption.BackupEncryption;
import dev.backuphelper.encryption.KeyFile;
import dev.backuphelper.encryption.KeyProvider;
import dev.backuphelper.encryption.Passphrase;
import dev.backuphelper.error.InvalidRequestException;
import dev.backuphelper.error.KeyException;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The keys that the environment of a command names, or that somebody types. */
final class Keys {
  private static final List<String> PRESENT =
      List.of(
          "BACKUP_KEY_FILE",
          "BACKUP_PASSPHRASE_FILE",
          "BACKUP_PASSPHRASE",
          "BACKUP_PASSPHRASE_COMMAND");
  private static final List<String> NEW =
      List.of(
          "BACKUP_NEW_KEY_FILE",
          "BACKUP_NEW_PASSPHRASE_FILE",
          "BACKUP_NEW_PASSPHRASE",
          "BACKUP_NEW_PASSPHRASE_COMMAND");
  private static final long MOST_BYTES = 1 << 16;

  private final Environment environment;

  Keys(Environment environment) {
    this.environment = environment;
  }

  /**
   * Returns the keys at hand: those that the environment names, else a passphrase that is asked
   * for; each is read or asked for when it is needed. Empty if nobody can be asked.
   */
  Optional<BackupEncryption> present() {
    return present(named(PRESENT, KeyFile::at), false);
  }

  /**
   * Returns the same keys, to encrypt with them: a key file must be there now, and who types a
   * passphrase types it twice.
   */
  Optional<BackupEncryption> encrypting() {
    return present(named(PRESENT, KeyFile::read), true);
  }

  private Optional<BackupEncryption> present(Optional<KeyProvider> named, boolean twice) {
    if (named.isPresent()) {
      return named.map(BackupEncryption::with);
    }
    return environment.terminal().canAsk()
        ? Optional.of(BackupEncryption.with(asked("passphrase", twice)).onRequest())
        : Optional.empty();
  }

  /** Returns the keys for a change of keys: the new one, which also opens with the present one. */
  BackupEncryption changing() {
    boolean canAsk = environment.terminal().canAsk();
    Optional<KeyProvider> former =
        named(PRESENT, KeyFile::read)
            .or(() -> canAsk ? Optional.of(asked("present passphrase", false)) : Optional.empty());
    Optional<KeyProvider> next =
        named(NEW, KeyFile::read)
            .or(() -> canAsk ? Optional.of(asked("new passphrase", true)) : Optional.empty());
    if (next.isEmpty()) {
      throw new KeyException(
          "no new key was given",
          "Name its file with BACKUP_NEW_KEY_FILE, or a passphrase with BACKUP_NEW_PASSPHRASE_FILE.");
    }
    BackupEncryption changing = BackupEncryption.with(next.get());
    return former.map(changing::accepting).orElse(changing);
  }

  private Optional<KeyProvider> named(List<String> names, Function<Path, KeyFile> keyFile) {
    List<String> given = names.stream().filter(name -> !value(name).isEmpty()).toList();
    if (given.size() > 1) {
      throw new InvalidRequestException(
          "more than one key is given: " + String.join(", ", given), "Unset all but one of them.");
    }
    return given.stream().findFirst().map(name -> provider(name, value(name), keyFile));
  }

  private String value(String name) {
    return environment.variables().getOrDefault(name, "");
  }

  private static KeyProvider provider(String name, String value, Function<Path, KeyFile> keyFile) {
    if (name.endsWith("_KEY_FILE")) {
      return keyFile.apply(Reference.path(value));
    }
    if (name.endsWith("_PASSPHRASE_FILE")) {
      Path file = Reference.path(value);
      return Passphrase.of(() -> firstLine(name, read(name, file)));
    }
    return name.endsWith("_PASSPHRASE_COMMAND")
        ? Passphrase.of(() -> firstLine(name, said(name, value)))
        : Passphrase.of(value.toCharArray());
  }

  private static String read(String name, Path file) {
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new KeyException(
            "%s: the file %s is too large for a passphrase".formatted(name, file),
            "Its first line is the passphrase.");
      }
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      throw new KeyException(
          "%s: the file %s cannot be read".formatted(name, file),
          "Check the path, who may read it, and that it is text.",
          unreadable);
    }
  }

  private static String said(String name, String command) {
    List<String> shell =
        File.separatorChar == '\\' ? List.of("cmd", "/c", command) : List.of("sh", "-c", command);
    try {
      Process process =
          new ProcessBuilder(shell).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      process.getOutputStream().close();
      byte[] said = process.getInputStream().readNBytes((int) MOST_BYTES);
      int code = process.waitFor();
      if (code != 0) {
        throw new KeyException(
            "%s: the command ended with exit code %d".formatted(name, code),
            "It must print the passphrase and end with 0.");
      }
      return new String(said, StandardCharsets.UTF_8);
    } catch (IOException notStarted) {
      throw new KeyException(
          name + ": the command cannot be run", "Check its spelling.", notStarted);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new KeyException(name + ": interrupted", "Run it again.", interrupted);
    }
  }

  private static char[] firstLine(String name, String text) {
    String line = text.lines().findFirst().orElse("");
    if (line.isEmpty()) {
      throw new KeyException(
          name + ": there is no passphrase in it", "Its first line is the passphrase.");
    }
    return line.toCharArray();
  }

  private KeyProvider asked(String what, boolean twice) {
    return Passphrase.of(
        () -> {
          char[] typed = environment.terminal().askSecret(what + ": ");
          if (twice && !Arrays.equals(typed, environment.terminal().askSecret("again: "))) {
            throw new KeyException("the two passphrases differ", "Type the same twice.");
          }
          return typed;
        });
  }
}
