package io.microvisor.formats.compression;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.LZMAOutputStream;
import org.tukaani.xz.XZOutputStream;

/// Makes compressed inputs.
final class Compressed {
  private Compressed() {}

  static byte[] bytes(Codec codec, byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = stream(codec, bytes)) {
      out.write(content);
    }
    return bytes.toByteArray();
  }

  static OutputStream stream(Codec codec, OutputStream out) throws IOException {
    return switch (codec) {
      case NONE -> out;
      case GZIP -> new GZIPOutputStream(out);
      case XZ -> new XZOutputStream(out, new LZMA2Options(0));
      case LZMA -> new LZMAOutputStream(out, new LZMA2Options(0), -1);
      case BZIP2 -> new BZip2CompressorOutputStream(out);
      case ZSTD -> new ZstdOutputStreamNoFinalizer(out, 1).setChecksum(true);
    };
  }
}
