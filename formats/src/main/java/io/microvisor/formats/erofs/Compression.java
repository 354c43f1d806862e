package io.microvisor.formats.erofs;

/// How contents are compressed.
public sealed interface Compression {
  /// Not at all.
  record None() implements Compression {}

  /// With zstd (RFC 8878).
  ///
  /// @param level 1 to 19
  /// @param extentSize how many bytes of content are compressed at a time: a power of two from 8 KiB to 1 MiB. The
  ///     larger, the smaller the image, and the more the kernel reads for one random access
  record Zstd(int level, int extentSize) implements Compression {
    public Zstd {
      if (level < 1 || level > 19) {
        throw new IllegalArgumentException("zstd level: " + level + " (expected: 1 to 19)");
      }
      if (extentSize < 1 << 13 || extentSize > 1 << 20 || Integer.bitCount(extentSize) != 1) {
        throw new IllegalArgumentException(
            "extent size: " + extentSize + " (expected: a power of two from 8192 to 1048576)");
      }
    }
  }
}
