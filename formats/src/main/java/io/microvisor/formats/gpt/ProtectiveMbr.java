package io.microvisor.formats.gpt;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.StructReader;
import io.microvisor.bytes.StructWriter;
import java.io.IOException;

/// The protective MBR (UEFI 2.10 §5.2.3), the first 512 bytes of the disk: one partition of type 0xEE over all of it,
/// so that tools that know no GPT leave the disk alone.
///
/// | offset | size | type  | field               |
/// |--------|------|-------|---------------------|
/// | 0      | 440  | bytes | BootCode            |
/// | 440    | 4    | u32le | UniqueDiskSignature |
/// | 444    | 2    | u16le | Unknown             |
/// | 446    | 1    | u8    | BootIndicator       |
/// | 447    | 3    | bytes | StartingCHS         |
/// | 450    | 1    | u8    | OSType              |
/// | 451    | 3    | bytes | EndingCHS           |
/// | 454    | 4    | u32le | StartingLBA         |
/// | 458    | 4    | u32le | SizeInLBA           |
/// | 462    | 48   | bytes | UnusedRecords       |
/// | 510    | 2    | u16le | Signature           |
///
/// @param sizeInLba the disk's sectors but the first, at most 0xFFFFFFFF, which larger disks have too
public record ProtectiveMbr(long sizeInLba) {
  /// The size, in bytes, whatever the size of a sector.
  public static final int SIZE = 512;

  private static final int SIGNATURE = 0xaa55;
  private static final int OS_TYPE = 0xee;
  private static final byte[] STARTING_CHS = {0x00, 0x02, 0x00};
  private static final byte[] BEYOND_CHS = {(byte) 0xff, (byte) 0xff, (byte) 0xff};

  /// The protective MBR of a disk of so many sectors.
  public static ProtectiveMbr of(long diskSectors) {
    return new ProtectiveMbr(Math.min(diskSectors - 1, 0xffff_ffffL));
  }

  /// The 512 bytes.
  public byte[] toBytes() {
    return StructWriter.ofSize(SIZE)
        .at(0)
        .zeros(440)
        .at(440)
        .u32le(0)
        .at(444)
        .u16le(0)
        .at(446)
        .u8(0)
        .at(447)
        .bytes(STARTING_CHS)
        .at(450)
        .u8(OS_TYPE)
        .at(451)
        .bytes(BEYOND_CHS)
        .at(454)
        .u32le(1)
        .at(458)
        .u32le(sizeInLba)
        .at(462)
        .zeros(48)
        .at(510)
        .u16le(SIGNATURE)
        .toBytes();
  }

  /// Reads the first 512 bytes of a disk; of the four partition records, the one that protects may be any.
  ///
  /// @throws FormatException if they are no protective MBR
  public static ProtectiveMbr read(ByteSource disk) throws IOException {
    StructReader in = StructReader.read(GptHeader.FORMAT, disk, 0, SIZE);
    int signature = in.at(510).u16le();
    if (signature != SIGNATURE) {
      throw FormatException.damaged(
          GptHeader.FORMAT, 510, "MBR signature is 0x%04x (expected: 0xaa55)".formatted(signature));
    }
    for (int record = 446; record < 510; record += 16) {
      if (in.at(record + 4).u8() == OS_TYPE && in.at(record + 8).u32le() == 1) {
        return new ProtectiveMbr(in.at(record + 12).u32le());
      }
    }
    throw FormatException.damaged(
        GptHeader.FORMAT, 446, "no MBR partition of type 0xee at sector 1 (expected: one)");
  }
}
