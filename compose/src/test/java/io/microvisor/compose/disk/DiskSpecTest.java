package io.microvisor.compose.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.compose.template.Loading;
import io.microvisor.compose.template.Template;
import io.microvisor.compose.template.TemplateLoader;
import io.microvisor.formats.gpt.SectorSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskSpecTest {
  private static final int MEBIBYTE = 1 << 20;

  @TempDir Path folder;

  @Test
  void tellsWhenSlotsThatNeverGrowAreTight() throws IOException {
    assertThat(spec("ext4", 9).tightness())
        .hasValue(
            "root: 9 MiB of 16 MiB are in use (expected: half or less; slots never grow, so later"
                + " releases have to fit)");
    assertThat(spec("ext4", 8).tightness()).isEmpty();
    assertThat(spec("none", 15).tightness()).isEmpty();
  }

  @Test
  void laysTheDiskOutInItsOwnSectors() throws IOException {
    assertThat(spec("none", 1).layout().table().spec().sectorSize()).isEqualTo(SectorSize.B4096);
  }

  private DiskSpec spec(String state, int mebibytes) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("tight.yaml"),
            """
            image: {name: tight, version: "1"}
            target: {os: debian, dist: debian13, arch: x86_64, imageType: raw}
            disk:
              layout: immutable
              sectorSize: 4096
              slots: {esp: 260MiB, root: 16MiB, rootVerity: 1MiB}
            systemConfig:
              kernel: {packages: [linux-image-amd64]}
              persistence: {state: %s}
            """
                .formatted(state));
    ByteSource small = ByteSource.of(new byte[4096]);
    return switch (TemplateLoader.load(file)) {
      case Loading.Loaded(Template template) ->
          DiskSpec.of(
              template,
              Digest.sha256("root hash"),
              ByteSource.of(new byte[mebibytes * MEBIBYTE]),
              small,
              DiskSpec.Program.of(small),
              DiskSpec.Program.of(small),
              0);
      case Loading.Rejected rejected -> throw new AssertionError(rejected.toString());
    };
  }
}
