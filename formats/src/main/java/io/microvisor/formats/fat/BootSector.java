package io.microvisor.formats.fat;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.StructReader;
import io.microvisor.bytes.StructWriter;
import java.io.IOException;

/// The boot sector of a FAT32 volume with its BIOS parameter block (specification §3.1 and §3.3), the first 512 bytes:
///
/// | offset | size | type  | field           |
/// |--------|------|-------|-----------------|
/// | 0      | 3    | bytes | BS_jmpBoot      |
/// | 3      | 8    | ascii | BS_OEMName      |
/// | 11     | 2    | u16le | BPB_BytsPerSec  |
/// | 13     | 1    | u8    | BPB_SecPerClus  |
/// | 14     | 2    | u16le | BPB_RsvdSecCnt  |
/// | 16     | 1    | u8    | BPB_NumFATs     |
/// | 17     | 2    | u16le | BPB_RootEntCnt  |
/// | 19     | 2    | u16le | BPB_TotSec16    |
/// | 21     | 1    | u8    | BPB_Media       |
/// | 22     | 2    | u16le | BPB_FATSz16     |
/// | 24     | 2    | u16le | BPB_SecPerTrk   |
/// | 26     | 2    | u16le | BPB_NumHeads    |
/// | 28     | 4    | u32le | BPB_HiddSec     |
/// | 32     | 4    | u32le | BPB_TotSec32    |
/// | 36     | 4    | u32le | BPB_FATSz32     |
/// | 40     | 2    | u16le | BPB_ExtFlags    |
/// | 42     | 2    | u16le | BPB_FSVer       |
/// | 44     | 4    | u32le | BPB_RootClus    |
/// | 48     | 2    | u16le | BPB_FSInfo      |
/// | 50     | 2    | u16le | BPB_BkBootSec   |
/// | 52     | 12   | bytes | BPB_Reserved    |
/// | 64     | 1    | u8    | BS_DrvNum       |
/// | 65     | 1    | u8    | BS_Reserved1    |
/// | 66     | 1    | u8    | BS_BootSig      |
/// | 67     | 4    | u32le | BS_VolID        |
/// | 71     | 11   | ascii | BS_VolLab       |
/// | 82     | 8    | ascii | BS_FilSysType   |
/// | 90     | 420  | bytes | BS_BootCode32   |
/// | 510    | 2    | u16le | Signature_word  |
///
/// @param geometry how the volume is divided
/// @param volumeId the serial number
/// @param label the label, without the spaces that pad it to 11 characters
/// @param rootCluster the first cluster of the root directory
record BootSector(FatGeometry geometry, long volumeId, String label, long rootCluster) {
  static final int SIZE = 512;
  static final String FORMAT = "FAT32 volume";
  static final int MEDIA_FIXED = 0xf8;
  static final int FS_INFO_SECTOR = 1;
  static final int BACKUP_SECTOR = 6;

  private static final int SIGNATURE = 0xaa55;
  private static final int LEAST_CLUSTERS = 65525;

  /// `jmp short 0x5a; nop`: over the parameters to the code behind them.
  private static final byte[] JUMP = {(byte) 0xeb, 0x58, (byte) 0x90};

  /// `int 0x18; jmp $`: an old BIOS that boots this tries the next device.
  private static final byte[] CODE = {(byte) 0xcd, 0x18, (byte) 0xeb, (byte) 0xfe};

  byte[] toBytes() {
    return StructWriter.ofSize(SIZE)
        .at(0)
        .bytes(JUMP)
        .at(3)
        .ascii("MSWIN4.1", 8)
        .at(11)
        .u16le(geometry.sectorBytes())
        .at(13)
        .u8(geometry.clusterSectors())
        .at(14)
        .u16le(geometry.reservedSectors())
        .at(16)
        .u8(FatGeometry.FATS)
        .at(17)
        .u16le(0)
        .at(19)
        .u16le(0)
        .at(21)
        .u8(MEDIA_FIXED)
        .at(22)
        .u16le(0)
        .at(24)
        .u16le(63)
        .at(26)
        .u16le(255)
        .at(28)
        .u32le(0)
        .at(32)
        .u32le(geometry.totalSectors())
        .at(36)
        .u32le(geometry.fatSectors())
        .at(40)
        .u16le(0)
        .at(42)
        .u16le(0)
        .at(44)
        .u32le(rootCluster)
        .at(48)
        .u16le(FS_INFO_SECTOR)
        .at(50)
        .u16le(BACKUP_SECTOR)
        .at(52)
        .zeros(12)
        .at(64)
        .u8(0x80)
        .at(65)
        .u8(0)
        .at(66)
        .u8(0x29)
        .at(67)
        .u32le(volumeId)
        .at(71)
        .ascii(paddedLabel(label), 11)
        .at(82)
        .ascii("FAT32   ", 8)
        .at(90)
        .bytes(CODE)
        .zeros(420 - CODE.length)
        .at(510)
        .u16le(SIGNATURE)
        .toBytes();
  }

  static String paddedLabel(String label) {
    return label + " ".repeat(11 - label.length());
  }

  /// Reads the boot sector and checks everything that positions depend on.
  static BootSector read(ByteSource volume) throws IOException {
    StructReader in = StructReader.read(FORMAT, volume, 0, SIZE);
    int signature = in.at(510).u16le();
    if (signature != SIGNATURE) {
      throw FormatException.notThis(
          FORMAT, "0x%04x at byte 510 (expected: 0xaa55)".formatted(signature));
    }
    int sectorBytes = in.at(11).u16le();
    if (Integer.bitCount(sectorBytes) != 1 || sectorBytes < 512 || sectorBytes > 4096) {
      throw FormatException.notThis(
          FORMAT, "sectors of " + sectorBytes + " bytes (expected: 512, 1024, 2048 or 4096)");
    }
    int clusterSectors = in.at(13).u8();
    if (Integer.bitCount(clusterSectors) != 1) {
      throw damaged(13, "clusters of " + clusterSectors + " sectors (expected: a power of 2)");
    }
    int reserved = in.at(14).u16le();
    int fats = in.at(16).u8();
    int rootEntries = in.at(17).u16le();
    long total16 = in.at(19).u16le();
    long total = total16 != 0 ? total16 : in.at(32).u32le();
    long fat16 = in.at(22).u16le();
    if (fat16 != 0 || rootEntries != 0) {
      throw FormatException.unsupported(FORMAT, 17, "a FAT12 or FAT16 (understood: FAT32)");
    }
    long fatSectors = in.at(36).u32le();
    int version = in.at(42).u16le();
    if (version != 0 || fats != FatGeometry.FATS) {
      throw FormatException.unsupported(
          FORMAT, 16, fats + " FATs, version " + version + " (understood: 2, version 0)");
    }
    long dataStart = reserved + FatGeometry.FATS * fatSectors;
    if (reserved == 0 || dataStart > total || total > volume.size() / sectorBytes) {
      throw damaged(
          32,
          "%d sectors, %d of them before the data (expected: at most %d; truncated?)"
              .formatted(total, dataStart, volume.size() / sectorBytes));
    }
    long clusters = (total - dataStart) / clusterSectors;
    if (clusters < LEAST_CLUSTERS || clusters > FatGeometry.MOST_CLUSTERS + 16) {
      throw damaged(32, clusters + " clusters (expected: 65525 to 268435444)");
    }
    if ((clusters + FatGeometry.FIRST_CLUSTER) * 4 > fatSectors * sectorBytes) {
      throw damaged(
          36, fatSectors + " FAT sectors (expected: enough for " + clusters + " clusters)");
    }
    long root = in.at(44).u32le();
    if (root < FatGeometry.FIRST_CLUSTER || root >= clusters + FatGeometry.FIRST_CLUSTER) {
      throw damaged(44, "root directory at cluster " + root + " (expected: within the volume)");
    }
    FatGeometry geometry =
        new FatGeometry(sectorBytes, clusterSectors, reserved, fatSectors, total, clusters);
    return new BootSector(geometry, in.at(67).u32le(), in.at(71).ascii(11).stripTrailing(), root);
  }

  private static FormatException damaged(int position, String what) {
    return FormatException.damaged(FORMAT, position, what);
  }
}
