package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.compose.disk.DiskSpec;
import io.microvisor.compose.disk.DiskWriter;
import io.microvisor.compose.layout.ImageLayout;
import io.microvisor.compose.template.Loading;
import io.microvisor.compose.template.Template;
import io.microvisor.compose.template.TemplateLoader;
import io.microvisor.formats.gpt.PartitionExtent;
import io.microvisor.formats.gpt.SectorSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A whole disk that others read as its layout says: sfdisk the table, fsck.fat and mcopy the EFI system partition, cmp the rest.
class DiskWriterOracleTest {
  private static final byte[] ROOT = filled('r', 3 << 20);
  private static final byte[] VERITY = filled('v', 70_000);
  private static final byte[] UKI = filled('k', 300_000);
  private static final byte[] LOADER = filled('l', 50_000);

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void everyPartitionHoldsWhatTheLayoutSays(SectorSize sectors)
      throws IOException, InterruptedException {
    DiskSpec spec =
        DiskSpec.of(
            template(sectors),
            Digest.sha256("root hash"),
            ByteSource.of(ROOT),
            ByteSource.of(VERITY),
            DiskSpec.Program.of(ByteSource.of(UKI)),
            DiskSpec.Program.of(ByteSource.of(LOADER)),
            1_700_000_000L);
    Images.write(folder.resolve("disk"), disk -> DiskWriter.write(spec, disk));
    Files.write(folder.resolve("root"), ROOT);
    Files.write(folder.resolve("verity"), VERITY);
    Files.write(folder.resolve("uki"), UKI);
    Files.write(folder.resolve("loader"), LOADER);

    StringBuilder script =
        new StringBuilder("sfdisk --sector-size " + sectors.bytes() + " --verify disk\n");
    for (ImageLayout.Placed each : spec.layout().partitions()) {
      PartitionExtent extent = each.extent();
      script.append(
          switch (each.content()) {
            case ESP_FILES ->
                """
                dd if=disk of=esp bs=1M skip=%d count=%d status=none
                fsck.fat -n esp
                mkdir out
                mcopy -s -i esp '::*' out
                cmp out/EFI/BOOT/BOOTX64.EFI loader
                cmp out/EFI/systemd/systemd-bootx64.efi loader
                cmp out/EFI/Linux/whole_1.efi uki
                """
                    .formatted(extent.startBytes() >> 20, extent.sizeBytes() >> 20);
            case ROOT_IMAGE -> same("root", extent, ROOT);
            case HASH_TREE -> same("verity", extent, VERITY);
          });
    }

    assertThat(Oracles.open().succeed(folder, "set -e\n" + script))
        .contains("No errors detected.", "esp: 10 files");
  }

  private static String same(String file, PartitionExtent extent, byte[] content) {
    return "cmp -i %d:0 -n %d disk %s\n".formatted(extent.startBytes(), content.length, file);
  }

  private Template template(SectorSize sectors) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("whole.yaml"),
            """
            extends: minimal
            image: {name: whole, version: "1"}
            disk:
              sectorSize: %d
              slots: {esp: 260MiB, root: 16MiB, rootVerity: 1MiB}
            """
                .formatted(sectors.bytes()));
    return switch (TemplateLoader.load(file)) {
      case Loading.Loaded loaded -> loaded.template();
      case Loading.Rejected rejected -> throw new AssertionError(rejected.problems().toString());
    };
  }

  private static byte[] filled(char with, int size) {
    byte[] bytes = new byte[size];
    Arrays.fill(bytes, (byte) with);
    return bytes;
  }
}
