package io.microvisor.formats.kmod;

import com.github.luben.zstd.ZstdInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import org.tukaani.xz.XZInputStream;

/// Unpacks module files; a hook for those who know a faster XZ than the one in Java.
@FunctionalInterface
public interface ModuleDecoder {
  /// A stream of the unpacked bytes of `packed`.
  InputStream decode(InputStream packed, ModuleCompression compression) throws IOException;

  /// The decoder made of the libraries at hand; XZ may take at most 64 MiB of memory.
  static ModuleDecoder standard() {
    return (packed, compression) ->
        switch (compression) {
          case NONE -> packed;
          case GZIP -> new GZIPInputStream(packed, 1 << 16);
          case XZ -> new XZInputStream(packed, 64 << 10);
          case ZSTD -> new ZstdInputStream(packed);
        };
  }
}
