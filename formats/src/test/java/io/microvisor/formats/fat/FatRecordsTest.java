package io.microvisor.formats.fat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.microvisor.bytes.ByteSize;
import io.microvisor.formats.LayoutTable;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class FatRecordsTest {
  @Test
  void bootSectorIsWrittenAsDocumented() throws IOException {
    FatGeometry geometry = FatGeometry.of(ByteSize.ofMebibytes(512), 512);
    assertThat(
            LayoutTable.of(BootSector.class)
                .decode(new BootSector(geometry, 0xcafe_f00dL, "ESP", 2).toBytes()))
        .containsExactly(
            entry("BS_jmpBoot", "eb5890"),
            entry("BS_OEMName", "MSWIN4.1"),
            entry("BPB_BytsPerSec", "512"),
            entry("BPB_SecPerClus", "8"),
            entry("BPB_RsvdSecCnt", "32"),
            entry("BPB_NumFATs", "2"),
            entry("BPB_RootEntCnt", "0"),
            entry("BPB_TotSec16", "0"),
            entry("BPB_Media", "248"),
            entry("BPB_FATSz16", "0"),
            entry("BPB_SecPerTrk", "63"),
            entry("BPB_NumHeads", "255"),
            entry("BPB_HiddSec", "0"),
            entry("BPB_TotSec32", "1048576"),
            entry("BPB_FATSz32", "1024"),
            entry("BPB_ExtFlags", "0"),
            entry("BPB_FSVer", "0"),
            entry("BPB_RootClus", "2"),
            entry("BPB_FSInfo", "1"),
            entry("BPB_BkBootSec", "6"),
            entry("BPB_Reserved", "00".repeat(12)),
            entry("BS_DrvNum", "128"),
            entry("BS_Reserved1", "0"),
            entry("BS_BootSig", "41"),
            entry("BS_VolID", Long.toString(0xcafe_f00dL)),
            entry("BS_VolLab", "ESP        "),
            entry("BS_FilSysType", "FAT32   "),
            entry("BS_BootCode32", "cd18ebfe" + "00".repeat(416)),
            entry("Signature_word", "43605"));
  }

  @Test
  void fsInfoIsWrittenAsDocumented() throws IOException {
    assertThat(LayoutTable.of(FsInfo.class).decode(new FsInfo(130_000, 17).toBytes()))
        .containsExactly(
            entry("FSI_LeadSig", Integer.toString(0x4161_5252)),
            entry("FSI_Reserved1", "00".repeat(480)),
            entry("FSI_StrucSig", Integer.toString(0x6141_7272)),
            entry("FSI_Free_Count", "130000"),
            entry("FSI_Nxt_Free", "17"),
            entry("FSI_Reserved2", "00".repeat(12)),
            entry("FSI_TrailSig", Long.toString(0xaa55_0000L)));
  }

  @Test
  void directoryEntryIsWrittenAsDocumented() throws IOException {
    // 2025-11-22T08:26:41Z
    FatTime time = FatTime.of(FatFixture.TIME + 1);
    DirectoryEntry file =
        new DirectoryEntry("BOOTX64 EFI", DirectoryEntry.ARCHIVE, 0, time, 0x12_3456, 0x8000_0001L);
    String date = Integer.toString(45 << 9 | 11 << 5 | 22);
    String clock = Integer.toString(8 << 11 | 26 << 5 | 20);
    assertThat(LayoutTable.of(DirectoryEntry.class).decode(file.toBytes()))
        .containsExactly(
            entry("DIR_Name", "BOOTX64 EFI"),
            entry("DIR_Attr", "32"),
            entry("DIR_NTRes", "0"),
            entry("DIR_CrtTimeTenth", "100"),
            entry("DIR_CrtTime", clock),
            entry("DIR_CrtDate", date),
            entry("DIR_LstAccDate", date),
            entry("DIR_FstClusHI", "18"),
            entry("DIR_WrtTime", clock),
            entry("DIR_WrtDate", date),
            entry("DIR_FstClusLO", Integer.toString(0x3456)),
            entry("DIR_FileSize", Long.toString(0x8000_0001L)));
  }

  @Test
  void longNameEntryIsWrittenAsDocumented() throws IOException {
    List<LongNameEntry> pieces = LongNameEntry.of("edge_1.0.0+3.efi", "EDGE_1~1EFI");
    String checksum = Integer.toString(DirectoryEntry.checksum("EDGE_1~1EFI"));
    assertThat(LayoutTable.of(LongNameEntry.class).decode(pieces.get(0).toBytes()))
        .containsExactly(
            entry("LDIR_Ord", Integer.toString(0x42)),
            entry("LDIR_Name1", "65006600690000" + "00ffff"),
            entry("LDIR_Attr", "15"),
            entry("LDIR_Type", "0"),
            entry("LDIR_Chksum", checksum),
            entry("LDIR_Name2", "ff".repeat(12)),
            entry("LDIR_FstClusLO", "0"),
            entry("LDIR_Name3", "ffffffff"));
    assertThat(LayoutTable.of(LongNameEntry.class).decode(pieces.get(1).toBytes()))
        .contains(entry("LDIR_Ord", "1"), entry("LDIR_Name1", "65006400670065005f00"));
  }

  @Test
  void aNameThatFillsItsPiecesHasNoEnd() {
    assertThat(LongNameEntry.of("exactly13char", "EXACTL~1   ")).hasSize(1);
    assertThat(LongNameEntry.of("exactly14chars", "EXACTL~1   ")).hasSize(2);
  }

  @Test
  void checksumRotatesRightAndAddsEachByte() {
    int sum = 0;
    for (char c : "FILENAMETXT".toCharArray()) {
      sum = ((sum >> 1 | sum << 7) & 0xff) + c & 0xff;
    }
    assertThat(DirectoryEntry.checksum("FILENAMETXT")).isEqualTo(sum);
  }
}
