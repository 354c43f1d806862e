package io.microvisor.formats.gpt;

/// A range of a disk.
///
/// @param startBytes its first byte, from the beginning of the disk
/// @param sizeBytes its length in bytes, at least 1
public record PartitionExtent(long startBytes, long sizeBytes) {
  public PartitionExtent {
    if (startBytes < 0 || sizeBytes <= 0 || startBytes > Long.MAX_VALUE - sizeBytes) {
      throw new IllegalArgumentException(
          "extent: " + sizeBytes + " bytes at " + startBytes + " (expected: start >= 0, size > 0)");
    }
  }

  /// The first byte behind it, from the beginning of the disk.
  public long endBytes() {
    return startBytes + sizeBytes;
  }

  /// Whether the two share a byte.
  public boolean overlaps(PartitionExtent other) {
    return startBytes < other.endBytes() && other.startBytes < endBytes();
  }
}
