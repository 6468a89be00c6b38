package dev.backuphelper.codec;

import com.github.luben.zstd.RecyclingBufferPool;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import com.github.luben.zstd.util.Native;
import dev.backuphelper.model.Compression;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** The native library of zstd, loaded when it is first needed. Stateless. */
final class ZstdLibrary {
  private ZstdLibrary() {}

  /** Loads it. */
  static void require() throws CodecUnavailableException {
    try {
      Native.load();
    } catch (LinkageError | RuntimeException notLoaded) {
      throw new CodecUnavailableException(
          "the native library of zstd cannot be loaded: " + notLoaded.getMessage(), notLoaded);
    }
  }

  static OutputStream encoder(OutputStream out, Compression compression) throws IOException {
    require();
    ZstdOutputStreamNoFinalizer encoder =
        new ZstdOutputStreamNoFinalizer(out, RecyclingBufferPool.INSTANCE);
    try {
      // The checksum lets zstd itself find torn and flipped bytes, where no manifest is at hand.
      return encoder
          .setLevel(compression.level())
          .setChecksum(true)
          .setWorkers(compression.workers());
    } catch (IOException | RuntimeException failure) {
      encoder.close();
      throw failure;
    }
  }

  static InputStream decoder(InputStream in) throws IOException {
    require();
    return new ZstdInputStreamNoFinalizer(in, RecyclingBufferPool.INSTANCE);
  }
}
