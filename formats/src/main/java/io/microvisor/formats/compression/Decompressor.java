package io.microvisor.formats.compression;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.FormatException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.tukaani.xz.LZMAInputStream;

/// Expands compressed bytes within limits: of the result's size, and of the memory a decoder may ask for.
///
/// Whatever is wrong with the compressed bytes (checksums are verified, several streams in a row are one) comes as a
/// [FormatException], also where a decoder fails in a way of its own; failures to read them come as they are.
public final class Decompressor {
  /// The most memory an xz decoder may use: enough for the 64 MiB dictionary of `xz -9`.
  static final long XZ_MEMORY = 80L << 20;

  private static final int ZSTD_LARGEST_WINDOW_LOG = 27;

  private Decompressor() {}

  /// Whether .xz, which most packages are, is expanded by the host's liblzma, in half the time xz for Java takes.
  public static boolean isXzNative() {
    return Xz.isNative();
  }

  /// What expands .xz here: `liblzma 5.4.1`, or `xz for Java` where there is no usable library.
  public static String xzDecoder() {
    return Xz.decoder();
  }

  /// A stream of the expanded bytes, for one thread at a time; it must be closed.
  ///
  /// @param limit how many bytes may come out; one more is an error
  /// @throws FormatException if the bytes do not begin as they should; most damage shows only when reading
  public static InputStream open(Codec codec, ByteSource compressed, long limit)
      throws IOException {
    if (codec != Codec.NONE && compressed.size() == 0) {
      throw FormatException.notThis(
          ExpandedStream.format(codec), "it is empty (expected: a header)");
    }
    checkMagic(codec, compressed);
    WatchedSource source = new WatchedSource(compressed.stream());
    return new ExpandedStream(codec, () -> decoder(codec, source), source, limit);
  }

  private static void checkMagic(Codec codec, ByteSource compressed) throws IOException {
    byte[] first = new byte[(int) Math.min(Codec.MAGIC_SIZE, compressed.size())];
    compressed.readFully(0, ByteBuffer.wrap(first));
    if (!codec.mayBegin(first)) {
      throw FormatException.notThis(
          ExpandedStream.format(codec),
          "it begins with " + HexFormat.ofDelimiter(" ").formatHex(first));
    }
  }

  private static InputStream decoder(Codec codec, InputStream source) throws IOException {
    return switch (codec) {
      case NONE -> source;
      case GZIP -> new GzipStream(source);
      case XZ -> Xz.open(source);
      case ZSTD -> {
        ZstdInputStreamNoFinalizer zstd = new ZstdInputStreamNoFinalizer(source);
        zstd.setLongMax(ZSTD_LARGEST_WINDOW_LOG);
        yield zstd;
      }
      case LZMA -> new LZMAInputStream(source, (int) (XZ_MEMORY >> 10));
      case BZIP2 -> new BZip2CompressorInputStream(source, true);
    };
  }
}
