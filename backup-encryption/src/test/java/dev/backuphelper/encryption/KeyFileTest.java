package dev.backuphelper.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backuphelper.error.KeyException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys in files. */
class KeyFileTest {
  private static final byte[] CONTEXT = "here".getBytes(StandardCharsets.UTF_8);
  private static final byte[] SECRET = new byte[32];

  @TempDir private Path folder;

  @Test
  void generated_itIsReadAgain_andForItsOwnerAlone() throws Exception {
    Path file = folder.resolve("backup.key");

    WrappedKey wrapped = KeyFile.generate(file).wrap(SECRET, CONTEXT);

    assertThat(KeyFile.read(file).unwrap(wrapped, CONTEXT)).contains(SECRET);
    if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void at_readsTheFileWhenItIsNeeded_once() throws Exception {
    Path file = folder.resolve("backup.key");
    KeyFile early = KeyFile.at(file);
    assertThatThrownBy(() -> early.wrap(SECRET, CONTEXT))
        .isInstanceOf(KeyException.class)
        .hasMessageContaining("it does not exist");

    WrappedKey wrapped = KeyFile.generate(file).wrap(SECRET, CONTEXT);
    assertThat(early.unwrap(wrapped, CONTEXT)).contains(SECRET);
    Files.delete(file);

    assertThat(early.unwrap(wrapped, CONTEXT)).contains(SECRET);
  }

  @Test
  void generated_neverOverAnything() throws Exception {
    Path file = Files.writeString(folder.resolve("backup.key"), "precious");

    assertThatThrownBy(() -> KeyFile.generate(file)).isInstanceOf(FileAlreadyExistsException.class);

    assertThat(file).hasContent("precious");
  }

  @Test
  void anotherKeyOrContextOrByte_unwrapsNothing() throws Exception {
    KeyFile key = KeyFile.generate(folder.resolve("one.key"));
    WrappedKey wrapped = key.wrap(SECRET, CONTEXT);
    byte[] changed = wrapped.bytes();
    changed[20] ^= 1;

    assertThat(KeyFile.generate(folder.resolve("other.key")).unwrap(wrapped, CONTEXT)).isEmpty();
    assertThat(key.unwrap(wrapped, SECRET)).isEmpty();
    assertThat(key.unwrap(new WrappedKey("key-file", Map.of(), changed), CONTEXT)).isEmpty();
    assertThat(key.unwrap(new WrappedKey("key-file", Map.of(), new byte[3]), CONTEXT)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "# only a comment\n",
        "hunter2\n",
        "AAAA\n",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
      })
  void whatIsNoKey_isCalledThat_andNotShown(String content) throws Exception {
    Path file = Files.writeString(folder.resolve("other.txt"), content);

    assertThatThrownBy(() -> KeyFile.read(file))
        .isInstanceOf(KeyException.class)
        .hasMessage("the file %s holds no key", file)
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void aFileThatIsMissing_isNamed() {
    assertThatThrownBy(() -> KeyFile.read(folder.resolve("none.key")))
        .isInstanceOf(KeyException.class)
        .hasMessageContaining("none.key")
        .hasMessageContaining("does not exist");
  }

  @Test
  void nothingOfItIsShown() throws Exception {
    Path file = folder.resolve("backup.key");
    KeyFile key = KeyFile.generate(file);
    String secret = Files.readAllLines(file).get(1);

    assertThat(key.toString()).doesNotContain(secret).contains("backup.key");
    assertThat(key.wrap(SECRET, CONTEXT).toString()).isEqualTo("a key wrapped by key-file");
  }
}
