package io.microvisor.formats.fat;

import io.microvisor.bytes.ByteSize;

/// How a FAT32 volume is divided: reserved sectors, two FATs, then clusters, numbered from 2.
///
/// Whether a volume *is* FAT32 is told by its cluster count alone (specification §3.5): 65525 or more. Software that
/// counts one off is met with, so the count keeps a margin of 16, as the specification advises.
///
/// @param sectorBytes the size of a sector
/// @param clusterSectors sectors of a cluster: a power of two
/// @param reservedSectors sectors before the first FAT
/// @param fatSectors sectors of each FAT
/// @param totalSectors sectors of the volume
/// @param clusters how many clusters the data area has
public record FatGeometry(
    int sectorBytes,
    int clusterSectors,
    int reservedSectors,
    long fatSectors,
    long totalSectors,
    long clusters) {
  /// The least number of clusters that makes every reader see a FAT32.
  public static final long FEWEST_CLUSTERS = 65525 + 16;

  /// How many FATs a volume has.
  public static final int FATS = 2;

  static final long MOST_CLUSTERS = 0x0fff_fff5L - 16;
  static final int FIRST_CLUSTER = 2;

  private static final int LEAST_RESERVED = 32;
  private static final int FAT_ENTRY_BYTES = 4;

  /// The geometry of a volume with the largest customary cluster size that leaves enough clusters.
  ///
  /// @throws IllegalArgumentException if the size is too small for FAT32, or 2 TiB and more with sectors of 512 bytes
  public static FatGeometry of(ByteSize size, int sectorBytes) {
    long sectors = size.bytes() / sectorBytes;
    if (sectors > 0xffff_ffffL) {
      throw new IllegalArgumentException(
          "FAT32 volume: " + size + " (expected: at most 4294967295 sectors)");
    }
    int customary = Math.max(customaryClusterBytes(size), sectorBytes);
    for (int cluster = customary; cluster >= sectorBytes; cluster /= 2) {
      FatGeometry geometry = of(sectors, sectorBytes, cluster / sectorBytes);
      if (geometry.clusters >= FEWEST_CLUSTERS) {
        return geometry;
      }
    }
    throw new IllegalArgumentException(
        "FAT32 volume: %d bytes (expected: at least %d, so that it has %d clusters)"
            .formatted(size.bytes(), smallest(sectorBytes).bytes(), FEWEST_CLUSTERS));
  }

  /// The smallest volume that can be FAT32.
  public static ByteSize smallest(int sectorBytes) {
    long sectors = FEWEST_CLUSTERS + LEAST_RESERVED;
    while (of(sectors, sectorBytes, 1).clusters < FEWEST_CLUSTERS) {
      sectors++;
    }
    return new ByteSize(sectors * sectorBytes);
  }

  /// The size that the specification's table for FAT32 names (§3.5).
  private static int customaryClusterBytes(ByteSize size) {
    long mebibytes = size.bytes() >> 20;
    if (mebibytes <= 260) {
      return 512;
    }
    if (mebibytes <= 8 << 10) {
      return 4096;
    }
    if (mebibytes <= 16 << 10) {
      return 8192;
    }
    return mebibytes <= 32 << 10 ? 16384 : 32768;
  }

  private static FatGeometry of(long sectors, int sectorBytes, int clusterSectors) {
    long entriesPerSector = sectorBytes / FAT_ENTRY_BYTES;
    long most = Math.max(0, sectors - LEAST_RESERVED) / clusterSectors + FIRST_CLUSTER;
    long fatSectors = Math.ceilDiv(most, entriesPerSector);
    // The data area begins at a multiple of a cluster, so that clusters meet the pages of the disk.
    long dataStart =
        Math.ceilDiv(LEAST_RESERVED + FATS * fatSectors, (long) clusterSectors) * clusterSectors;
    int reserved = Math.toIntExact(dataStart - FATS * fatSectors);
    long clusters = Math.max(0, sectors - dataStart) / clusterSectors;
    return new FatGeometry(
        sectorBytes,
        clusterSectors,
        reserved,
        fatSectors,
        sectors,
        Math.min(clusters, MOST_CLUSTERS));
  }

  /// The size of a cluster, in bytes.
  public int clusterBytes() {
    return sectorBytes * clusterSectors;
  }

  /// Where a FAT begins, in bytes from the beginning of the volume.
  ///
  /// @param fat 0 or 1
  long fatStartBytes(int fat) {
    return (reservedSectors + fat * fatSectors) * sectorBytes;
  }

  /// Where a cluster begins, in bytes from the beginning of the volume.
  ///
  /// @param cluster its number, from 2
  long clusterStartBytes(long cluster) {
    return (reservedSectors + FATS * fatSectors) * sectorBytes
        + (cluster - FIRST_CLUSTER) * clusterBytes();
  }
}
