package dev.backuphelper.encryption;

import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 1, unit = TimeUnit.MINUTES)
class CipherWarmUpTest {
  @Test
  void it_encrypts_for_real() {
    assertThatCode(CipherWarmUp.ENCRYPTING::run).doesNotThrowAnyException();
  }

  @Test
  void it_decrypts_for_real() {
    assertThatCode(CipherWarmUp.DECRYPTING::run).doesNotThrowAnyException();
  }
}
