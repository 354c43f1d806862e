package io.microvisor.formats.compression;

import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/// How a file is compressed. Its name says so, and most formats begin with a magic number.
public enum Codec {
  /// Not at all.
  NONE("", ""),
  /// gzip (RFC 1952).
  GZIP(".gz", "1f8b"),
  /// The .xz format, version 1.1.
  XZ(".xz", "fd377a585a00"),
  /// Zstandard (RFC 8878), whose first frame may be a skippable one.
  ZSTD(".zst", "28b52ffd|5[0-9a-f]2a4d18"),
  /// The format before .xz, which only old archives have. It has no magic number.
  LZMA(".lzma", ""),
  /// bzip2, which only old archives have.
  BZIP2(".bz2", "425a68");

  private final String suffix;
  private final Pattern magic;

  /// @param magic what such a file begins with: a regular expression over hex digits
  Codec(String suffix, String magic) {
    this.suffix = suffix;
    this.magic = Pattern.compile(magic);
  }

  /// How many first bytes [#mayBegin] looks at.
  static final int MAGIC_SIZE = 6;

  /// Whether a file so compressed may begin with these bytes.
  boolean mayBegin(byte[] first) {
    return magic.matcher(HexFormat.of().formatHex(first)).lookingAt();
  }

  /// What a name so compressed ends with: empty for none, else with its dot.
  public String suffix() {
    return suffix;
  }

  /// The codec whose suffix, dot included, is `suffix`.
  public static Optional<Codec> ofSuffix(String suffix) {
    for (Codec codec : values()) {
      if (codec.suffix.equals(suffix)) {
        return Optional.of(codec);
      }
    }
    return Optional.empty();
  }
}
