package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ByteSize;
import io.microvisor.formats.fat.FatSpec;
import io.microvisor.formats.fat.FatWriter;
import io.microvisor.formats.tree.Inode;
import io.microvisor.systemtests.TreeListing.Fact;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// FAT32 volumes that others read as they were meant.
class FatOracleTest {
  private static final Set<Fact> NAMES_AND_CONTENTS = EnumSet.of(Fact.HARD_LINKS);

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"40, 512", "256, 512", "600, 512", "300, 4096"})
  void fsckFindsNothingToRepair(int mebibytes, int sectorBytes)
      throws IOException, InterruptedException {
    Oracles oracles = Oracles.open();
    write(systemPartition(), mebibytes, sectorBytes);

    String said = oracles.succeed(folder, "fsck.fat -n -v volume");

    assertThat(said).contains("32 bit entries").contains("volume: 312 files");
  }

  @Test
  void mcopyCopiesEveryFileAsItWas() throws IOException, InterruptedException {
    Oracles oracles = Oracles.open();
    SampleTree sample = systemPartition();
    write(sample, 40, 512);

    oracles.succeed(folder, "mkdir out\nmcopy -s -p -m -i volume '::*' out");

    assertThat(
            TreeListing.differences(
                TreeListing.of(sample.tree(), NAMES_AND_CONTENTS),
                TreeListing.of(folder.resolve("out"), NAMES_AND_CONTENTS)))
        .isEmpty();
  }

  @Test
  void mdirShowsLabelNamesSizesAndTimes() throws IOException, InterruptedException {
    Oracles oracles = Oracles.open();
    write(systemPartition(), 40, 512);

    assertThat(oracles.succeed(folder, "mdir -i volume ::/EFI/BOOT"))
        .contains("Volume in drive : is EMT ESP")
        .contains("Volume Serial Number is 1234-ABCD")
        .containsPattern("BOOTX64\\s+EFI\\s+70001 2025-11-22\\s+8:26");
    assertThat(oracles.succeed(folder, "mdir -i volume ::/EFI/Linux"))
        .contains("minimal_0.1+3.efi");
  }

  private static SampleTree systemPartition() {
    SampleTree sample =
        new SampleTree()
            .file("EFI/BOOT/BOOTX64.EFI", SampleTree.noise(70_001, 1))
            .file("EFI/Linux/minimal_0.1+3.efi", SampleTree.noise(5_000_000, 2))
            .file("EFI/Linux/Minimal_0.0.efi", SampleTree.text(512, 3))
            .file("loader/loader.conf", SampleTree.text(33, 4))
            .file("loader/empty", new byte[0])
            .put("loader/keys", new Inode.Directory(SampleTree.plain(0755)));
    for (int i = 0; i < 300; i++) {
      sample.file("many/a longer name, number %d.text".formatted(i), SampleTree.text(i * 7, i));
    }
    return sample;
  }

  private void write(SampleTree sample, int mebibytes, int sectorBytes)
      throws IOException, InterruptedException {
    FatSpec spec =
        new FatSpec(
            "EMT ESP", 0x1234abcdL, ByteSize.ofMebibytes(mebibytes), sectorBytes, sample.tree());
    Images.write(
        folder.resolve("volume"), volume -> FatWriter.write(spec, sample.contents(), volume));
  }
}
