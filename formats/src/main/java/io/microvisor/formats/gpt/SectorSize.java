package io.microvisor.formats.gpt;

/// The size of a logical block, the unit in which a partition table counts.
public enum SectorSize {
  /// 512 bytes: nearly every disk, and disk images by custom.
  B512(512),
  /// 4096 bytes: "4K native" disks.
  B4096(4096);

  private final int bytes;

  SectorSize(int bytes) {
    this.bytes = bytes;
  }

  /// The sector size of that many bytes.
  ///
  /// @throws IllegalArgumentException unless it is 512 or 4096
  public static SectorSize of(int bytes) {
    return switch (bytes) {
      case 512 -> B512;
      case 4096 -> B4096;
      default ->
          throw new IllegalArgumentException("sector size: " + bytes + " (expected: 512 or 4096)");
    };
  }

  /// The size in bytes.
  public int bytes() {
    return bytes;
  }

  /// How many sectors the table of 128 entries takes.
  int tableSectors() {
    return GptLayout.ENTRY_COUNT * GptEntry.SIZE / bytes;
  }
}
