package dev.backuphelper.encryption;

import dev.backuphelper.error.CorruptBackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.KeyException;
import java.nio.CharBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * A passphrase. What wraps is derived from it by PBKDF2 with HMAC-SHA-256 and {@value #ROUNDS}
 * rounds, as OWASP advises; that takes about half a second for each salt, and each object uses one
 * salt for all that it wraps. Thread-safe.
 */
public final class Passphrase implements KeyProvider {
  /** How often the derivation goes round. */
  public static final int ROUNDS = 600_000;

  private static final String KIND = "passphrase";
  private static final String DERIVATION = "pbkdf2-hmac-sha256";
  private static final int MOST_ROUNDS = 10_000_000;
  private static final int SALT_BYTES = 16;
  private static final int MOST_SALT_BYTES = 64;
  private static final int KEY_BITS = 256;

  private final Supplier<char[]> supplier;
  private final Map<Derivation, KeyWrap> derived = new ConcurrentHashMap<>();
  private final Derivation own;
  private char @Nullable [] passphrase;

  private Passphrase(Supplier<char[]> supplier) {
    this.supplier = supplier;
    byte[] salt = new byte[SALT_BYTES];
    new SecureRandom().nextBytes(salt);
    this.own = new Derivation(HexFormat.of().formatHex(salt), ROUNDS);
  }

  /**
   * Returns a passphrase that is asked for when it is needed, once.
   *
   * @param supplier returns it; may throw a {@link KeyException}
   */
  public static Passphrase of(Supplier<char[]> supplier) {
    return new Passphrase(Objects.requireNonNull(supplier, "supplier"));
  }

  /** Returns a passphrase. */
  public static Passphrase of(char[] passphrase) {
    char[] copy = passphrase.clone();
    return new Passphrase(() -> copy);
  }

  private record Derivation(String salt, int rounds) {}

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public WrappedKey wrap(byte[] key, byte[] context) {
    Map<String, String> parameters =
        Map.of(
            "derivation", DERIVATION,
            "rounds", String.valueOf(own.rounds()),
            "salt", own.salt());
    return new WrappedKey(KIND, parameters, wrap(own).wrap(key, context));
  }

  @Override
  public Optional<byte[]> unwrap(WrappedKey wrapped, byte[] context) {
    return wrap(derivation(wrapped.parameters())).unwrap(wrapped.bytes(), context);
  }

  // Bounded: a document that was tampered with must not keep this busy for hours.
  private static Derivation derivation(Map<String, String> parameters) {
    String name = parameters.getOrDefault("derivation", "");
    String rounds = parameters.getOrDefault("rounds", "");
    String salt = parameters.getOrDefault("salt", "");
    boolean known =
        name.equals(DERIVATION)
            && rounds.matches("[0-9]{1,8}")
            && Integer.parseInt(rounds) >= ROUNDS
            && Integer.parseInt(rounds) <= MOST_ROUNDS
            && salt.matches("([0-9a-f]{2}){%d,%d}".formatted(SALT_BYTES, MOST_SALT_BYTES));
    if (!known) {
      throw new CorruptBackupException(
          ErrorCode.CORRUPT,
          "validation failed: a key is wrapped in a way that is not allowed: %s, %s rounds, salt %s"
              .formatted(name, rounds, salt),
          "Put the document of the wrapped key back from a copy of the store.");
    }
    return new Derivation(salt, Integer.parseInt(rounds));
  }

  private KeyWrap wrap(Derivation derivation) {
    return derived.computeIfAbsent(derivation, this::derive);
  }

  private KeyWrap derive(Derivation derivation) {
    PBEKeySpec spec =
        new PBEKeySpec(
            passphrase(),
            HexFormat.of().parseHex(derivation.salt()),
            derivation.rounds(),
            KEY_BITS);
    try {
      return new KeyWrap(
          SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded());
    } catch (GeneralSecurityException noSuchDerivation) {
      throw new IllegalStateException("this Java has no PBKDF2", noSuchDerivation);
    } finally {
      spec.clearPassword();
    }
  }

  private synchronized char[] passphrase() {
    char[] found = passphrase;
    if (found == null) {
      // The same letters are other characters on other keyboards.
      found =
          Normalizer.normalize(CharBuffer.wrap(supplier.get()), Normalizer.Form.NFC).toCharArray();
      if (found.length == 0) {
        throw new KeyException("the passphrase is empty", "Give one that nobody guesses.");
      }
      passphrase = found;
    }
    return Arrays.copyOf(found, found.length);
  }

  @Override
  public String toString() {
    return "a passphrase";
  }
}
