package io.microvisor.formats.gpt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.microvisor.bytes.ByteSize;
import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.Guid;
import io.microvisor.bytes.StructReader;
import io.microvisor.formats.LayoutTable;
import io.microvisor.formats.MemoryDisk;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GptTest {
  private static final Guid DISK = Guid.parse("11223344-5566-7788-99aa-bbccddeeff00");

  private static Guid guid(String purpose) {
    return Guid.derive(Digest.sha256("test"), purpose);
  }

  private static GptSpec spec(SectorSize sectorSize) {
    return new GptSpec(
        DISK,
        sectorSize,
        List.of(
            PartitionSpec.of(PartitionType.ESP, guid("esp"), "ESP", ByteSize.ofMebibytes(3)),
            PartitionSpec.of(
                PartitionType.ROOT_X86_64,
                guid("root"),
                "edge_1",
                new ByteSize(5_000_000),
                PartitionFlag.READ_ONLY),
            PartitionSpec.of(
                PartitionType.ROOT_X86_64_VERITY,
                guid("verity"),
                "edge_1_verity",
                ByteSize.ofMebibytes(1),
                PartitionFlag.READ_ONLY,
                PartitionFlag.NO_AUTO)));
  }

  private static MemoryDisk written(SectorSize sectorSize) throws IOException {
    MemoryDisk disk = new MemoryDisk();
    GptWriter.write(GptLayout.of(spec(sectorSize)), disk);
    return disk;
  }

  @ParameterizedTest
  @EnumSource
  void readsBackWhatWasWritten(SectorSize sectorSize) throws IOException {
    Gpt gpt = GptReader.read(written(sectorSize));
    assertThat(gpt.disk()).isEqualTo(DISK);
    assertThat(gpt.sectorSize()).isEqualTo(sectorSize);
    assertThat(gpt.faults()).isEmpty();
    assertThat(gpt.partitions())
        .extracting(Gpt.Partition::name)
        .containsExactly("ESP", "edge_1", "edge_1_verity");
    assertThat(gpt.partitions())
        .extracting(Gpt.Partition::extent)
        .containsExactly(
            new PartitionExtent(1 << 20, 3 << 20),
            new PartitionExtent(4 << 20, 5 << 20),
            new PartitionExtent(9 << 20, 1 << 20));
    assertThat(gpt.diskSize()).isEqualTo(ByteSize.ofMebibytes(11));
    assertThat(gpt.partitions().getLast().flags())
        .containsExactlyInAnyOrder(PartitionFlag.READ_ONLY, PartitionFlag.NO_AUTO);
    assertThat(gpt.first(PartitionType.ROOT_X86_64)).map(Gpt.Partition::number).contains(2);
  }

  @Test
  void writesNothingButTheTables() throws IOException {
    assertThat(written(SectorSize.B512).allocated()).isLessThanOrEqualTo(15 * 4096);
  }

  @Test
  void headerIsWrittenAsDocumented() throws IOException {
    GptHeader header = GptLayout.of(spec(SectorSize.B512)).primaryHeader(0x12345678L);
    byte[] bytes = header.toBytes();
    assertThat(LayoutTable.of(GptHeader.class).decode(bytes))
        .containsExactly(
            entry("Signature", "EFI PART"),
            entry("Revision", "65536"),
            entry("HeaderSize", "92"),
            entry("HeaderCRC32", Long.toString(StructReader.of("", bytes).at(16).u32le())),
            entry("Reserved", "0"),
            entry("MyLBA", "1"),
            entry("AlternateLBA", "22527"),
            entry("FirstUsableLBA", "34"),
            entry("LastUsableLBA", "22494"),
            entry("DiskGUID", DISK.toString()),
            entry("PartitionEntryLBA", "2"),
            entry("NumberOfPartitionEntries", "128"),
            entry("SizeOfPartitionEntry", "128"),
            entry("PartitionEntryArrayCRC32", Integer.toString(0x12345678)));
  }

  @Test
  void entryIsWrittenAsDocumented() throws IOException {
    GptEntry entry = GptLayout.of(spec(SectorSize.B512)).entries().get(1);
    assertThat(LayoutTable.of(GptEntry.class).decode(entry.toBytes()))
        .containsExactly(
            entry("PartitionTypeGUID", "4f68bce3-e8cd-4db1-96e7-fbcaf984b709"),
            entry("UniquePartitionGUID", guid("root").toString()),
            entry("StartingLBA", "8192"),
            entry("EndingLBA", "18431"),
            entry("Attributes", Long.toString(1L << 60)),
            entry("PartitionName", "edge_1"));
  }

  @Test
  void protectiveMbrIsWrittenAsDocumented() throws IOException {
    assertThat(LayoutTable.of(ProtectiveMbr.class).decode(ProtectiveMbr.of(22528).toBytes()))
        .containsExactly(
            entry("BootCode", "00".repeat(440)),
            entry("UniqueDiskSignature", "0"),
            entry("Unknown", "0"),
            entry("BootIndicator", "0"),
            entry("StartingCHS", "000200"),
            entry("OSType", "238"),
            entry("EndingCHS", "ffffff"),
            entry("StartingLBA", "1"),
            entry("SizeInLBA", "22527"),
            entry("UnusedRecords", "00".repeat(48)),
            entry("Signature", "43605"));
  }

  @Test
  void protectiveMbrOfAHugeDiskNamesTheLargestSize() {
    assertThat(ProtectiveMbr.of(1L << 40).sizeInLba()).isEqualTo(0xffff_ffffL);
  }

  @Test
  void refusesEveryFlippedBitOfAHeader() throws IOException {
    MemoryDisk whole = written(SectorSize.B512);
    for (long bit = 512 * 8; bit < (512 + GptHeader.SIZE) * 8; bit++) {
      MemoryDisk bad = whole.copy(whole.size());
      bad.flip(bit / 8, (int) (bit % 8));
      assertThatThrownBy(() -> GptHeader.read(bad, SectorSize.B512, 1))
          .isInstanceOf(FormatException.class);
    }
  }

  @Test
  void usesTheBackupForEveryFlippedBitOfThePrimary() throws IOException {
    MemoryDisk good = written(SectorSize.B512);
    List<Gpt.Partition> partitions = GptReader.read(good).partitions();
    for (long bit = 512 * 8; bit < (1024 + 3 * 128) * 8; bit++) {
      long position = bit / 8;
      if (position >= 512 + GptHeader.SIZE && position < 1024) {
        continue;
      }
      MemoryDisk bad = good.copy(good.size());
      bad.flip(position, (int) (bit % 8));
      Gpt gpt = GptReader.read(bad, SectorSize.B512);
      assertThat(gpt.partitions()).isEqualTo(partitions);
      assertThat(gpt.faults()).extracting(Gpt.Fault::copy).containsExactly(Gpt.Copy.PRIMARY);
    }
  }

  @Test
  void findsTheBackupWithoutKnowingTheSectorSize() throws IOException {
    MemoryDisk disk = written(SectorSize.B4096);
    disk.flip(4096, 0);
    Gpt gpt = GptReader.read(disk);
    assertThat(gpt.sectorSize()).isEqualTo(SectorSize.B4096);
    assertThat(gpt.faults())
        .singleElement()
        .extracting(Gpt.Fault::copy)
        .isEqualTo(Gpt.Copy.PRIMARY);
  }

  @Test
  void reportsADamagedBackup() throws IOException {
    MemoryDisk disk = written(SectorSize.B512);
    disk.flip(disk.size() - 512 + 60, 3);
    Gpt gpt = GptReader.read(disk);
    assertThat(gpt.faults())
        .singleElement()
        .satisfies(fault -> assertThat(fault.copy()).isEqualTo(Gpt.Copy.BACKUP))
        .satisfies(fault -> assertThat(fault.what()).contains("header CRC"));
  }

  @Test
  void reportsAMissingProtectiveMbr() throws IOException {
    MemoryDisk disk = written(SectorSize.B512);
    disk.flip(510, 0);
    assertThat(GptReader.read(disk).faults())
        .singleElement()
        .satisfies(fault -> assertThat(fault.copy()).isEqualTo(Gpt.Copy.PROTECTIVE_MBR));
  }

  @Test
  void refusesADiskWhoseCopiesAreBothDamaged() throws IOException {
    MemoryDisk disk = written(SectorSize.B512);
    disk.flip(512 + 40, 0);
    disk.flip(disk.size() - 512 + 40, 0);
    assertThatThrownBy(() -> GptReader.read(disk))
        .isInstanceOfSatisfying(
            FormatException.class,
            e -> assertThat(e.kind()).isEqualTo(FormatException.Kind.DAMAGED));
  }

  @Test
  void refusesEveryTruncation() throws IOException {
    MemoryDisk good = written(SectorSize.B512);
    for (long size = good.size() - 1; size >= 0; size -= size > 8192 ? 32749 : 61) {
      MemoryDisk cut = good.copy(size);
      assertThatThrownBy(() -> GptReader.read(cut)).isInstanceOf(FormatException.class);
    }
  }

  @Test
  void survivesAnyFlippedBit() throws IOException {
    MemoryDisk good = written(SectorSize.B512);
    Random random = new Random(7);
    for (int i = 0; i < 2000; i++) {
      MemoryDisk bad = good.copy(good.size());
      bad.flip(random.nextInt(1 << 11), random.nextInt(8));
      assertThat(GptReader.read(bad).partitions()).hasSize(3);
    }
  }

  @Test
  void saysWhatIsThereInsteadOfAGpt() {
    assertThatThrownBy(() -> GptReader.read(ByteSource.of(new byte[4096])))
        .hasMessage("not a GPT disk: no \"EFI PART\" at byte 512, found 00 00 00 00 00 00 00 00");
  }

  @Test
  void refusesOverlappingPlacements() {
    PartitionSpec first =
        PartitionSpec.of(PartitionType.ESP, guid("a"), "a", ByteSize.ofMebibytes(4));
    PartitionSpec second =
        new PartitionSpec(
            PartitionType.HOME.guid(),
            guid("b"),
            "b",
            new Placement.At(ByteSize.ofMebibytes(4), ByteSize.ofMebibytes(1)),
            0);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GptLayout.of(new GptSpec(DISK, SectorSize.B512, List.of(first, second))))
        .withMessage("partition \"b\": overlaps \"a\" at byte 4194304 (expected: room of its own)");
  }

  @Test
  void refusesTooSmallADisk() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GptLayout.of(spec(SectorSize.B512), ByteSize.ofMebibytes(10)))
        .withMessageContaining("expected: at least 11 MiB");
  }

  @Test
  void refusesDuplicateGuidsAndLongNames() {
    PartitionSpec one = PartitionSpec.of(PartitionType.ESP, guid("a"), "a", new ByteSize(1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new GptSpec(DISK, SectorSize.B512, List.of(one, one)))
        .withMessageContaining("another partition's too");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> PartitionSpec.of(PartitionType.ESP, guid("a"), "x".repeat(37), new ByteSize(1)))
        .withMessageContaining("at most 36");
  }
}
