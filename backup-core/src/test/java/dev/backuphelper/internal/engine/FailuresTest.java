package dev.backuphelper.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.ErrorCode;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

class FailuresTest {
  private static BackupException seen(IOException failure) {
    return seen("cannot work", failure);
  }

  private static BackupException seen(String what, IOException failure) {
    return catchThrowableOfType(
        BackupException.class,
        () ->
            Failures.translate(
                what,
                () -> {
                  throw failure;
                }));
  }

  @Test
  void translate_interruption_isCalledThat() {
    for (IOException failure :
        new IOException[] {
          new InterruptedIOException("interrupted while reading"),
          new ClosedByInterruptException(),
          new FileLockInterruptionException()
        }) {
      assertThat(seen(failure).code()).isEqualTo(ErrorCode.INTERRUPTED);
      assertThat(seen(failure).hint()).isPresent();
    }
  }

  @Test
  void translate_anyFailure_hasAHint() {
    assertThat(seen(new IOException("Input/output error")).hint()).isPresent();
    assertThat(seen(new NoSuchFileException("/proc/nope")).hint())
        .contains("Check the path, or use another folder.");
  }

  @Test
  void translate_failureWithoutReason_isToldInWords() {
    assertThat(seen(new FileAlreadyExistsException("a")))
        .hasMessageContaining("a: it exists already");
    assertThat(seen(new DirectoryNotEmptyException("a")))
        .hasMessageContaining("a: the folder is not empty");
    assertThat(seen(new FileSystemLoopException("a")))
        .hasMessageContaining("a: its links lead in a circle");
    assertThat(seen(new FileSystemException("a")))
        .hasMessageContaining("a: the system gave no reason");
  }

  @Test
  void translate_placeThatCannotBeWritten_namesTheWayAroundIt() {
    for (IOException failure :
        new IOException[] {
          new FileSystemException("x", null, "Read-only file system"),
          new AccessDeniedException("x")
        }) {
      assertThat(seen("cannot restore x", failure).hint().orElseThrow())
          .contains("use another folder")
          .contains("--safety-backup-dir");
      assertThat(seen("cannot clean x", failure).hint().orElseThrow())
          .contains("use another folder")
          .doesNotContain("restore");
    }
  }
}
