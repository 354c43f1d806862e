package io.microvisor.formats.compression;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.tukaani.xz.XZInputStream;

/// Decoding of .xz: by the host's liblzma where there is one, which takes half the time, else by xz for Java.
final class Xz {
  private Xz() {}

  /// Chosen once, when first needed.
  private static final class Chosen {
    private static final Optional<Liblzma> NATIVE = Liblzma.newest();

    private Chosen() {}
  }

  static boolean isNative() {
    return Chosen.NATIVE.isPresent();
  }

  /// Which decoder is used, with its version where it is the host's.
  static String decoder() {
    return Chosen.NATIVE
        .map(Liblzma::version)
        .map(v -> "liblzma " + v / 10_000_000 + "." + v / 10_000 % 1000 + "." + v / 10 % 1000)
        .orElse("xz for Java");
  }

  /// A stream of the expanded bytes; closing it frees the decoder and closes `source`.
  static InputStream open(InputStream source) throws IOException {
    return Chosen.NATIVE.isPresent()
        ? new LiblzmaStream(Chosen.NATIVE.get(), source)
        : openJava(source);
  }

  static InputStream openJava(InputStream source) throws IOException {
    return new XZInputStream(source, (int) (Decompressor.XZ_MEMORY >> 10));
  }
}
