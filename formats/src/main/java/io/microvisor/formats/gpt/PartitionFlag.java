package io.microvisor.formats.gpt;

import java.util.EnumSet;
import java.util.Set;

/// Bits of a partition entry's attributes: those of UEFI 2.10 table 5.8 and of the Discoverable Partitions
/// Specification, which steer automatic discovery only.
public enum PartitionFlag {
  /// The platform needs this partition; tools should not delete it.
  REQUIRED(0),
  /// Firmware makes no file system of it.
  NO_BLOCK_IO(1),
  /// Firmware of the BIOS kind may boot it.
  LEGACY_BIOS_BOOTABLE(2),
  /// The file system is grown to the partition's size when it is mounted.
  GROW_FILE_SYSTEM(59),
  /// Mounted read-only.
  READ_ONLY(60),
  /// Not discovered.
  NO_AUTO(63);

  private final int bit;

  PartitionFlag(int bit) {
    this.bit = bit;
  }

  /// The attributes with this flag alone.
  public long mask() {
    return 1L << bit;
  }

  /// The attributes with these flags and no others.
  public static long attributes(PartitionFlag... flags) {
    long attributes = 0;
    for (PartitionFlag flag : flags) {
      attributes |= flag.mask();
    }
    return attributes;
  }

  /// The flags set in `attributes`; bits that have no name here are left out.
  public static Set<PartitionFlag> of(long attributes) {
    Set<PartitionFlag> flags = EnumSet.noneOf(PartitionFlag.class);
    for (PartitionFlag flag : values()) {
      if ((attributes & flag.mask()) != 0) {
        flags.add(flag);
      }
    }
    return flags;
  }
}
