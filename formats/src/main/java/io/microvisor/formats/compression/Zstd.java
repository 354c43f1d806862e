package io.microvisor.formats.compression;

import com.github.luben.zstd.util.ZstdVersion;
import io.microvisor.bytes.Versions;

/// The library that compresses to zstd.
public final class Zstd {
  /// The same content and level give other bytes with another version.
  public static final Versions VERSIONS = Versions.ofLibrary("zstd", ZstdVersion.VERSION);

  private Zstd() {}
}
