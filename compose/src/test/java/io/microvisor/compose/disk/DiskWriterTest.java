package io.microvisor.compose.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.RandomSink;
import io.microvisor.compose.layout.ImageLayout;
import io.microvisor.compose.layout.Role;
import io.microvisor.compose.layout.SmallDisk;
import io.microvisor.compose.problem.RejectedException;
import io.microvisor.formats.fat.FatReader;
import io.microvisor.formats.fat.FatVolume;
import io.microvisor.formats.gpt.Gpt;
import io.microvisor.formats.gpt.GptReader;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Foreign tools read such a disk in `DiskWriterOracleTest`.
class DiskWriterTest {
  private static final Digest ROOT_HASH = Digest.sha256("root hash");
  private static final ByteSource ROOT = SmallDisk.bytes("root", 70_000);
  private static final ByteSource VERITY = SmallDisk.bytes("verity", 9000);

  @TempDir Path folder;

  /// Other bits are another [DiskWriter#VERSIONS].
  @ParameterizedTest
  @CsvSource({
    "512, bc2be20cce5cc26473237ca6db0d862dd06443cffcce10cead727d7f855fc2cc",
    "4096, 7b9fe5867cf1d3a17ef790fb51b696ae195dd1473457152484d60389c637c0eb"
  })
  void writesTheSameBits(int sector, String sha256) throws IOException {
    Path disk = write(spec(sector, "none", ROOT));

    assertThat(DiskWriter.VERSIONS).hasToString("disk 1, fat 1, gpt 1");
    assertThat(Digest.sha256(ByteSource.of(disk)).hex()).isEqualTo(sha256);
  }

  @Test
  void whatAMachineMakesChangesNothingInTheImage() throws IOException {
    Digest without = Digest.sha256(ByteSource.of(write(spec(512, "none", ROOT))));

    assertThat(Digest.sha256(ByteSource.of(write(spec(512, "ext4", ROOT))))).isEqualTo(without);
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 4096})
  void eachPartitionHasItsContent(int sector) throws IOException {
    DiskSpec spec = spec(sector, "none", ROOT);
    ByteSource disk = ByteSource.of(write(spec));

    Gpt table = GptReader.read(disk);

    assertThat(table.faults()).isEmpty();
    assertThat(table.partitions())
        .extracting(Gpt.Partition::name)
        .containsExactly("esp", "small_1", "small_1_verity");
    assertThat(table.partitions())
        .extracting(Gpt.Partition::extent)
        .isEqualTo(spec.layout().partitions().stream().map(ImageLayout.Placed::extent).toList());
    FatVolume esp = FatReader.open(bytes(disk, table.partitions().get(0)));
    assertThat(esp.tree().entries().map(entry -> entry.path().toString()))
        .contains("EFI/BOOT/BOOTX64.EFI", "EFI/Linux/small_1.efi");
    assertThat(begins(bytes(disk, table.partitions().get(1)), ROOT)).isTrue();
    assertThat(begins(bytes(disk, table.partitions().get(2)), VERITY)).isTrue();
  }

  @Test
  void refusesWhatDoesNotFitBeforeItWrites() {
    assertThatThrownBy(() -> write(spec(512, "none", SmallDisk.bytes("root", (16 << 20) + 1))))
        .isInstanceOf(RejectedException.class)
        .hasMessageContaining("root: 16 MiB is too small");
    assertThat(folder.resolve("none")).isEmptyFile();
  }

  private DiskSpec spec(int sector, String state, ByteSource root) throws IOException {
    return DiskSpec.of(
        SmallDisk.template(folder, sector, state),
        ROOT_HASH,
        root,
        VERITY,
        DiskSpec.Program.of(SmallDisk.bytes("uki", 30_000)),
        DiskSpec.Program.of(SmallDisk.bytes("boot loader", 5000)),
        1_700_000_000L);
  }

  private Path write(DiskSpec spec) throws IOException {
    String name = spec.disk().find(new Role.State()).isPresent() ? "ext4" : "none";
    Path file = folder.resolve(name);
    try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        RandomSink sink = RandomSink.of(channel)) {
      DiskWriter.write(spec, sink);
    }
    return file;
  }

  private static ByteSource bytes(ByteSource disk, Gpt.Partition partition) {
    return disk.slice(partition.extent().startBytes(), partition.extent().sizeBytes());
  }

  private static boolean begins(ByteSource whole, ByteSource part) throws IOException {
    return Digest.sha256(whole.slice(0, part.size())).equals(Digest.sha256(part));
  }
}
