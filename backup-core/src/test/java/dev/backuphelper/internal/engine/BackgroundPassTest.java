package dev.backuphelper.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backuphelper.codec.CodecPipeline;
import dev.backuphelper.codec.Digest;
import dev.backuphelper.codec.Digests;
import dev.backuphelper.model.Compression;
import dev.backuphelper.model.CompressionCodec;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(30)
class BackgroundPassTest {
  private final CountDownLatch begun = new CountDownLatch(1);
  private final AtomicBoolean ended = new AtomicBoolean();

  private Digests untilStopped(BooleanSupplier stopped) {
    begun.countDown();
    while (!stopped.getAsBoolean()) {
      Thread.onSpinWait();
    }
    ended.set(true);
    return new Digests(new Digest(0, ""), new Digest(0, ""));
  }

  @Test
  void close_stopsThePass_andWaitsForItsEnd() throws InterruptedException {
    try (BackgroundPass<Digests> pass = BackgroundPass.start(this::untilStopped)) {
      begun.await();
    }

    assertThat(ended).isTrue();
  }

  @Test
  void await_interrupted_isToldAsSuch_andThePassEnds() {
    assertThatThrownBy(
            () -> {
              try (BackgroundPass<Digests> pass = BackgroundPass.start(this::untilStopped)) {
                Thread.currentThread().interrupt();
                pass.await();
              }
            })
        .isInstanceOf(InterruptedIOException.class);

    assertThat(Thread.interrupted()).as("still interrupted").isTrue();
    assertThat(ended).isTrue();
  }

  @Test
  void await_afterAFailure_throwsIt() {
    try (BackgroundPass<Digests> pass =
        BackgroundPass.start(
            stopped -> {
              throw new IOException("bad sector");
            })) {
      assertThatThrownBy(pass::await)
          .isExactlyInstanceOf(IOException.class)
          .hasMessage("bad sector");
    }
  }

  @ParameterizedTest
  @EnumSource
  void compression_endsWhenItIsStopped(CompressionCodec codec, @TempDir Path folder)
      throws IOException {
    Path image = Files.write(folder.resolve("image"), new byte[1 << 20]);
    Path artifact = Files.createFile(folder.resolve("artifact"));

    assertThatThrownBy(
            () -> CodecPipeline.encode(image, artifact, Compression.of(codec), null, () -> true))
        .isInstanceOf(InterruptedIOException.class);
  }
}
