package io.microvisor.formats.erofs;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/// What is wanted of an image besides its tree.
///
/// @param uuid the volume's UUID
/// @param label the volume's name, at most 16 bytes of ASCII
/// @param buildTime seconds since 1970-01-01T00:00:00Z. Inodes whose modification time this is take half the space
/// @param compression how contents are compressed
/// @param cache where compressed extents are kept from build to build
public record ErofsSpec(
    UUID uuid, String label, long buildTime, Compression compression, ExtentCache cache) {
  public ErofsSpec {
    if (label.length() > SuperBlock.LABEL_SIZE
        || !StandardCharsets.US_ASCII.newEncoder().canEncode(label)) {
      throw new IllegalArgumentException(
          "EROFS label: \"" + label + "\" (expected: at most 16 ASCII characters)");
    }
  }

  /// With zstd at level 3 in extents of 128 KiB, no label and no cache.
  public static ErofsSpec of(UUID uuid, long buildTime) {
    return new ErofsSpec(uuid, "", buildTime, new Compression.Zstd(3, 128 << 10), ExtentCache.NONE);
  }

  /// The same with other compression.
  public ErofsSpec withCompression(Compression other) {
    return new ErofsSpec(uuid, label, buildTime, other, cache);
  }

  /// The same with another cache.
  public ErofsSpec withCache(ExtentCache other) {
    return new ErofsSpec(uuid, label, buildTime, compression, other);
  }
}
