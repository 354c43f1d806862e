package io.microvisor.packages.unpack;

import java.util.Optional;

/// How a file is compressed, which its name tells.
public enum Compression {
  /// Not at all.
  NONE(""),
  /// gzip (RFC 1952).
  GZIP(".gz"),
  /// The .xz format, version 1.1.
  XZ(".xz"),
  /// Zstandard (RFC 8878).
  ZSTD(".zst"),
  /// The format before .xz, which only old archives have.
  LZMA(".lzma"),
  /// bzip2, which only old archives have.
  BZIP2(".bz2");

  private final String suffix;

  Compression(String suffix) {
    this.suffix = suffix;
  }

  /// What a name so compressed ends with: empty for none, else with its dot.
  public String suffix() {
    return suffix;
  }

  /// Whether packages are compressed so; the others are for indexes of old archives alone.
  boolean isForPackages() {
    return switch (this) {
      case NONE, GZIP, XZ, ZSTD -> true;
      case LZMA, BZIP2 -> false;
    };
  }

  /// The compression whose suffix, dot included, is `suffix`.
  public static Optional<Compression> ofSuffix(String suffix) {
    for (Compression compression : values()) {
      if (compression.suffix.equals(suffix)) {
        return Optional.of(compression);
      }
    }
    return Optional.empty();
  }
}
