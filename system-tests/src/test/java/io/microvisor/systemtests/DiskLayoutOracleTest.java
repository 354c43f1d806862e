package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.microvisor.bytes.ByteSize;
import io.microvisor.bytes.Digest;
import io.microvisor.compose.state.LayoutDefinitions;
import io.microvisor.compose.state.NodeDisk;
import io.microvisor.compose.template.Loading;
import io.microvisor.compose.template.Template;
import io.microvisor.compose.template.TemplateLoader;
import io.microvisor.formats.gpt.GptLayout;
import io.microvisor.formats.gpt.GptWriter;
import io.microvisor.formats.gpt.PartitionType;
import io.microvisor.sandbox.ToolResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What Debian's own systemd-repart makes of an image's definitions, on disks of all sizes; sfdisk and e2fsck judge it. The
/// boots are in `StateBootTest`.
class DiskLayoutOracleTest {
  private static final Digest IDENTITY = Digest.sha256("root hash");

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"512,4096", "4096,4096", "512,65536", "4096,8192"})
  void addsSlotBAndGivesTheRestToTheState(int sector, int mebibytes)
      throws IOException, InterruptedException {
    Template template = template(sector, "");
    Path disk = disk(template, ByteSize.ofMebibytes(mebibytes));

    repart(template, disk, 0);

    JsonNode partitions = partitions(sector);
    assertThat(partitions).hasSize(6);
    assertThat(partitions.findValuesAsText("name"))
        .containsExactly("esp", "kept_1", "kept_1_verity", "_empty", "_empty", "state");
    assertThat(partitions.findValuesAsText("type"))
        .containsExactly(
            type(PartitionType.ESP),
            type(PartitionType.ROOT_X86_64),
            type(PartitionType.ROOT_X86_64_VERITY),
            type(PartitionType.ROOT_X86_64),
            type(PartitionType.ROOT_X86_64_VERITY),
            type(PartitionType.LINUX_GENERIC));
    assertThat(partitions.get(3).get("attrs").asText()).contains("60", "63");
    assertThat(partitions.get(5).get("uuid").asText())
        .isEqualTo(
            new NodeDisk(template.diskLayout()).stateGuid().toString().toUpperCase(Locale.ROOT));
    List<Long> mebi = new ArrayList<>();
    partitions.forEach(each -> mebi.add(each.get("size").asLong() * sector >> 20));
    long state =
        new NodeDisk(template.diskLayout())
                .stateOn(ByteSize.ofMebibytes(mebibytes))
                .orElseThrow()
                .bytes()
            >> 20;
    assertThat(mebi.subList(0, 5)).containsExactly(sector == 512 ? 96L : 260L, 256L, 4L, 256L, 4L);
    assertThat(mebi.get(5)).isBetween(state, state + 1);
    Oracles.open()
        .succeed(
            folder,
            "sfdisk --sector-size "
                + sector
                + " --verify disk && e2fsck -fn 'disk?offset="
                + partitions.get(5).get("start").asLong() * sector
                + "'");
  }

  @Test
  void doesNothingTheSecondTimeNorAfterAnUpdate() throws IOException, InterruptedException {
    Template template = template(512, "");
    Path disk = disk(template, ByteSize.ofMebibytes(2048));
    repart(template, disk, 0);
    Digest made = Digest.sha256(Files.newInputStream(disk));

    repart(template, disk, 0);

    assertThat(Digest.sha256(Files.newInputStream(disk))).isEqualTo(made);
    Oracles.open()
        .succeed(
            folder,
            "sfdisk -q --part-label disk 4 kept_2 && sfdisk -q --part-attrs disk 4 GUID:60 && sfdisk -q"
                + " --part-uuid disk 4 11111111-2222-3333-4444-555555555555");
    Digest updated = Digest.sha256(Files.newInputStream(disk));
    repart(template, disk, 0);
    assertThat(Digest.sha256(Files.newInputStream(disk))).isEqualTo(updated);
  }

  @Test
  void givesRoomThatIsAddedLaterToTheState() throws IOException, InterruptedException {
    Template template = template(512, "");
    Path disk = disk(template, ByteSize.ofMebibytes(2048));
    repart(template, disk, 0);
    long before = partitions(512).get(5).get("size").asLong();
    Oracles.open().succeed(folder, "truncate -s 3G disk");

    repart(template, disk, 0);

    JsonNode grown = partitions(512);
    assertThat(grown).hasSize(6);
    assertThat(grown.get(5).get("size").asLong() - before).isEqualTo(1L << 30 >> 9);
    assertThat(grown.get(4).get("size").asLong()).isEqualTo(4 << 20 >> 9);
  }

  @Test
  void leavesADiskThatIsTooSmallAsItWas() throws IOException, InterruptedException {
    Template template = template(512, "");
    ByteSize least = new NodeDisk(template.diskLayout()).leastSize();
    Path small = disk(template, new ByteSize(least.bytes() - (2 << 20)));
    Digest before = Digest.sha256(Files.newInputStream(small));

    assertThat(repart(template, small, 1)).contains("Can't fit requested partitions");

    assertThat(Digest.sha256(Files.newInputStream(small))).isEqualTo(before);
    Files.delete(small);
    repart(template, disk(template, least), 0);
  }

  @Test
  void aLaterReleaseThatWantsMoreChangesNothing() throws IOException, InterruptedException {
    Template template = template(512, "");
    Path disk = disk(template, ByteSize.ofMebibytes(2048));
    repart(template, disk, 0);
    Digest before = Digest.sha256(Files.newInputStream(disk));

    for (String more : List.of("root: 512MiB, rootVerity: 8MiB", "esp: 128MiB", "state: 4GiB")) {
      assertThat(repart(template(512, more), disk, 1)).contains("Can't fit requested partitions");
      assertThat(Digest.sha256(Files.newInputStream(disk))).as(more).isEqualTo(before);
    }
  }

  private Template template(int sector, String other) throws IOException {
    StringBuilder slots = new StringBuilder(other);
    for (String slot :
        List.of(
            sector == 512 ? "esp: 96MiB" : "esp: 260MiB",
            "root: 256MiB",
            "rootVerity: 4MiB",
            "state: 512MiB")) {
      if (!other.contains(slot.substring(0, slot.indexOf(' ')))) {
        slots.append(slots.isEmpty() ? "" : ", ").append(slot);
      }
    }
    Path file =
        Files.writeString(
            folder.resolve("kept.yaml"),
            """
            image: {name: kept, version: "1"}
            target: {os: debian, dist: debian13, arch: x86_64, imageType: raw}
            disk:
              layout: immutable
              sectorSize: %d
              slots: {%s}
            systemConfig:
              kernel: {packages: [linux-image-cloud-amd64]}
              persistence: {state: ext4}
            """
                .formatted(sector, slots));
    return switch (TemplateLoader.load(file)) {
      case Loading.Loaded(Template template) -> template;
      case Loading.Rejected rejected -> throw new AssertionError(rejected.toString());
    };
  }

  /// A disk as the image brings it, on a larger one.
  private Path disk(Template template, ByteSize size) throws IOException, InterruptedException {
    GptLayout layout = template.diskLayout().image(IDENTITY).table();
    Path disk = Images.write(folder.resolve("disk"), out -> GptWriter.write(layout, out));
    Oracles.open().succeed(folder, "truncate -s " + size.bytes() + " disk");
    return disk;
  }

  private String repart(Template template, Path disk, int expected)
      throws IOException, InterruptedException {
    Path definitions = Files.createDirectories(folder.resolve("repart.d"));
    for (var each : LayoutDefinitions.of(template.diskLayout()).entrySet()) {
      Files.writeString(definitions.resolve(each.getKey()), each.getValue());
    }
    ToolResult result =
        Oracles.open()
            .shell(
                folder,
                "systemd-repart --definitions=repart.d --dry-run=no --offline=yes --sector-size="
                    + template.disk().sectorSize().bytes()
                    + " "
                    + disk.getFileName()
                    + " 2>&1");
    assertThat(result.exit()).as(result.text()).isEqualTo(expected);
    return result.text();
  }

  private JsonNode partitions(int sector) throws IOException, InterruptedException {
    return new ObjectMapper()
        .readTree(Oracles.open().succeed(folder, "sfdisk --sector-size " + sector + " --json disk"))
        .get("partitiontable")
        .get("partitions");
  }

  private static String type(PartitionType type) {
    return type.guid().toString().toUpperCase(Locale.ROOT);
  }
}
