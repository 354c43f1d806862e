package io.microvisor.formats.fat;

import io.microvisor.bytes.ByteSize;
import io.microvisor.formats.tree.FileTree;

/// A FAT32 volume that is wanted.
///
/// @param label the volume's label: 1 to 11 capital letters, digits, spaces (not first) or any of `$%'-_@~!(){}^#&`
/// @param volumeId the volume's serial number, 0 to 2^32 - 1
/// @param size the size of the volume; what exceeds whole sectors is left alone
/// @param sectorBytes the size of a sector, 512 or 4096 bytes, which must be the disk's
/// @param tree the directories and regular files
public record FatSpec(String label, long volumeId, ByteSize size, int sectorBytes, FileTree tree) {
  public FatSpec {
    if (!label.matches("[A-Z0-9$%'_@~!(){}^#&-][A-Z0-9 $%'_@~!(){}^#&-]{0,10}")) {
      throw new IllegalArgumentException(
          "volume label: \""
              + label
              + "\" (expected: 1 to 11 capital letters, digits, inner spaces or $%'-_@~!(){}^#&)");
    }
    if (volumeId < 0 || volumeId > 0xffff_ffffL) {
      throw new IllegalArgumentException(
          "volume id: " + volumeId + " (expected: 0 to " + 0xffff_ffffL + ")");
    }
    if (sectorBytes != 512 && sectorBytes != 4096) {
      throw new IllegalArgumentException(
          "sector size: " + sectorBytes + " (expected: 512 or 4096)");
    }
  }

  /// A volume with sectors of 512 bytes.
  public FatSpec(String label, long volumeId, ByteSize size, FileTree tree) {
    this(label, volumeId, size, 512, tree);
  }
}
