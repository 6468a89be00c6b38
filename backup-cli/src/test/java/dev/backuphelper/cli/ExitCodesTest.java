package dev.backuphelper.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.error.ErrorCode;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExitCodesTest {
  @Test
  void each_error_code_has_the_exit_code_of_the_contract() {
    Map<ErrorCode, Integer> exits = new EnumMap<>(ErrorCode.class);
    for (ErrorCode code : ErrorCode.values()) {
      exits.put(code, ExitCodes.of(code));
    }

    assertThat(exits)
        .containsOnly(
            Map.entry(ErrorCode.INVALID_REQUEST, 2),
            Map.entry(ErrorCode.SOURCE_NOT_FOUND, 5),
            Map.entry(ErrorCode.SOURCE_UNREADABLE, 1),
            Map.entry(ErrorCode.BACKUP_NOT_FOUND, 5),
            Map.entry(ErrorCode.AMBIGUOUS, 2),
            Map.entry(ErrorCode.CORRUPT, 4),
            Map.entry(ErrorCode.UNSUPPORTED_FORMAT, 4),
            Map.entry(ErrorCode.LOCKED, 6),
            Map.entry(ErrorCode.REFUSED, 7),
            Map.entry(ErrorCode.NO_SPACE, 1),
            Map.entry(ErrorCode.ACCESS_DENIED, 1),
            Map.entry(ErrorCode.IO_FAILED, 1),
            Map.entry(ErrorCode.RESTORE_FAILED, 1),
            Map.entry(ErrorCode.MIGRATION_FAILED, 1),
            Map.entry(ErrorCode.KEY_UNUSABLE, 9),
            Map.entry(ErrorCode.INTERRUPTED, 130));
  }
}
