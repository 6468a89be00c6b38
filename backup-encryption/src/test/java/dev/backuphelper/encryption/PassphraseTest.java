package dev.backuphelper.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backuphelper.error.CorruptBackupException;
import dev.backuphelper.error.KeyException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Keys that are derived from passphrases. */
@Timeout(60)
class PassphraseTest {
  private static final byte[] CONTEXT = "here".getBytes(StandardCharsets.UTF_8);
  private static final byte[] SECRET = new byte[32];
  private static final WrappedKey WRAPPED =
      Passphrase.of("caf\u00e9 noir".toCharArray()).wrap(SECRET, CONTEXT);

  @Test
  void theSamePassphrase_unwraps_howeverItIsTyped() {
    assertThat(Passphrase.of("cafe\u0301 noir".toCharArray()).unwrap(WRAPPED, CONTEXT))
        .contains(SECRET);
    assertThat(Passphrase.of("cafe noir".toCharArray()).unwrap(WRAPPED, CONTEXT)).isEmpty();
  }

  @Test
  void whatIsStored_saysHowItWasDerived() {
    assertThat(WRAPPED.parameters())
        .containsEntry("derivation", "pbkdf2-hmac-sha256")
        .containsEntry("rounds", "600000")
        .hasEntrySatisfying("salt", salt -> assertThat(salt).matches("[0-9a-f]{32}"));
  }

  @ParameterizedTest
  @CsvSource({
    "rounds, 1",
    "rounds, 599999",
    "rounds, 10000001",
    "rounds, 99999999999",
    "rounds, -5",
    "derivation, md5",
    "salt, 00",
    "salt, zz"
  })
  void parametersOutOfBounds_areRefusedAtOnce(String name, String value) {
    Map<String, String> parameters = new LinkedHashMap<>(WRAPPED.parameters());
    parameters.put(name, value);
    Passphrase never =
        Passphrase.of(
            () -> {
              throw new AssertionError("not even asked for");
            });

    assertThatThrownBy(
            () -> never.unwrap(new WrappedKey("passphrase", parameters, new byte[60]), CONTEXT))
        .isInstanceOf(CorruptBackupException.class)
        .hasMessageContaining(value);
  }

  @Test
  void anEmptyOne_isRefused() {
    assertThatThrownBy(() -> Passphrase.of(new char[0]).wrap(SECRET, CONTEXT))
        .isInstanceOf(KeyException.class)
        .hasMessage("the passphrase is empty");
  }

  @Test
  void nothingOfItIsShown() {
    assertThat(Passphrase.of("hunter2".toCharArray()).toString()).isEqualTo("a passphrase");
  }
}
