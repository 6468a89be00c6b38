package dev.backuphelper.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GitCheckoutTest {
  private static final String COMMIT = "89abcdef0123456789abcdef0123456789abcdef";

  @TempDir Path folder;
  private Path git;

  @BeforeEach
  void prepare() throws IOException {
    git = Files.createDirectories(folder.resolve(".git/refs/heads/feature")).resolve("../../..");
    git = git.normalize();
  }

  @Test
  void branch_with_a_loose_commit() throws IOException {
    head("ref: refs/heads/feature/one");
    Files.writeString(git.resolve("refs/heads/feature/one"), COMMIT + "\n");
    Path below = Files.createDirectories(folder.resolve("a/b"));

    assertThat(GitCheckout.of(below)).isEqualTo(new GitCheckout(COMMIT, "feature/one"));
  }

  @Test
  void branch_with_a_packed_commit() throws IOException {
    head("ref: refs/heads/main");
    Files.writeString(
        git.resolve("packed-refs"),
        "# pack-refs with: peeled\n"
            + "1111111111111111111111111111111111111111 refs/heads/not/refs/heads/main2\n"
            + COMMIT
            + " refs/heads/main\n");

    assertThat(GitCheckout.of(folder)).isEqualTo(new GitCheckout(COMMIT, "main"));
  }

  @Test
  void detached_head() throws IOException {
    head(COMMIT);

    assertThat(GitCheckout.of(folder)).isEqualTo(new GitCheckout(COMMIT, null));
  }

  @Test
  void branch_without_a_commit() throws IOException {
    head("ref: refs/heads/main");

    assertThat(GitCheckout.of(folder)).isEqualTo(new GitCheckout(null, "main"));
  }

  @Test
  void worktree() throws IOException {
    head("ref: refs/heads/main");
    Path own = Files.createDirectories(git.resolve("worktrees/side"));
    Files.writeString(own.resolve("HEAD"), "ref: refs/heads/side\n");
    Files.writeString(own.resolve("commondir"), "../..\n");
    Files.writeString(git.resolve("refs/heads/side"), COMMIT);
    Path side = Files.createDirectory(folder.resolve("side"));
    Files.writeString(side.resolve(".git"), "gitdir: " + own + "\n");

    assertThat(GitCheckout.of(side)).isEqualTo(new GitCheckout(COMMIT, "side"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "garbage", "ref: ", "ref: refs/heads/../../../../etc/passwd"})
  void what_is_no_head_gives_no_commit(String content) throws IOException {
    head(content);

    assertThat(GitCheckout.of(folder).commit()).isNull();
  }

  @Test
  @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // opening one blocks
  void a_pipe_in_place_of_a_file_is_not_waited_for() throws Exception {
    Process pipe = new ProcessBuilder("mkfifo", git.resolve("HEAD").toString()).start();
    assumeThat(pipe.waitFor()).as("mkfifo").isZero();

    assertThat(GitCheckout.of(folder)).isEqualTo(new GitCheckout(null, null));
  }

  @Test
  void of_a_huge_file_only_the_beginning_is_read() throws IOException {
    head("ref: refs/heads/main");
    try (FileChannel sparse =
        FileChannel.open(
            git.resolve("packed-refs"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      sparse.write(
          ByteBuffer.wrap(("\n" + COMMIT + " refs/heads/main\n").getBytes(UTF_8)), 17 << 20);
    }

    assertThat(GitCheckout.of(folder)).isEqualTo(new GitCheckout(null, "main"));
  }

  @Test
  void without_a_repository_there_is_nothing() throws IOException {
    Files.deleteIfExists(git.resolve("HEAD"));

    assertThat(GitCheckout.of(folder)).isEqualTo(new GitCheckout(null, null));
    assertThat(GitCheckout.of(Path.of("/"))).isEqualTo(new GitCheckout(null, null));
  }

  private void head(String content) throws IOException {
    Files.writeString(git.resolve("HEAD"), content + "\n");
  }
}
