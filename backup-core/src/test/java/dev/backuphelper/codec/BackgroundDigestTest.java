package dev.backuphelper.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;

import dev.backuphelper.model.Compression;
import dev.backuphelper.model.CompressionCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackgroundDigestTest {
  private static final long SEED = 20261120;

  @TempDir Path folder;

  @Test
  void digest_of_pieces_isThatOfAllBytes() {
    byte[] content = new byte[1_000_003];
    new Random(SEED).nextBytes(content);

    try (BackgroundDigest digest = new BackgroundDigest()) {
      for (int at = 0; at < content.length; at += 4096) {
        byte[] piece = Arrays.copyOfRange(content, at, at + 5000);
        digest.update(piece, Math.min(4096, content.length - at));
      }

      assertThat(digest.digest()).isEqualTo(CodecPipeline.digest(content));
    }
  }

  @Test
  void digest_of_nothing() {
    try (BackgroundDigest digest = new BackgroundDigest()) {
      assertThat(digest.digest()).isEqualTo(CodecPipeline.digest("".getBytes(UTF_8)));
    }
  }

  @Test
  void encode_ends_its_thread_when_it_is_done_and_when_it_is_stopped() throws IOException {
    Path image = Files.write(folder.resolve("image"), new byte[1 << 20]);
    Path artifact = Files.createFile(folder.resolve("artifact"));
    Compression compression = Compression.of(CompressionCodec.GZIP);

    CodecPipeline.encode(image, artifact, compression, null, () -> false);
    assertThatIOException()
        .isThrownBy(() -> CodecPipeline.encode(image, artifact, compression, null, () -> true));

    await().until(BackgroundDigestTest::digestingThreads, count -> count == 0);
  }

  private static long digestingThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("backuphelper-digest"))
        .count();
  }
}
