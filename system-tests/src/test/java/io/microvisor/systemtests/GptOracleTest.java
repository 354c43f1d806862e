package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.microvisor.bytes.ByteSize;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.Guid;
import io.microvisor.formats.gpt.PartitionExtent;
import io.microvisor.formats.gpt.GptLayout;
import io.microvisor.formats.gpt.GptSpec;
import io.microvisor.formats.gpt.GptWriter;
import io.microvisor.formats.gpt.PartitionFlag;
import io.microvisor.formats.gpt.PartitionSpec;
import io.microvisor.formats.gpt.PartitionType;
import io.microvisor.formats.gpt.SectorSize;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Partition tables that others read as they were meant.
class GptOracleTest {
  private static final Digest IDENTITY = Digest.sha256("disk");

  @TempDir Path folder;

  @Test
  void sgdiskFindsNoProblems() throws IOException, InterruptedException {
    Oracles oracles = Oracles.open();
    write(SectorSize.B512);

    assertThat(oracles.succeed(folder, "sgdisk -v disk")).contains("No problems found.");
  }

  @Test
  void sgdiskReadsEveryFact() throws IOException, InterruptedException {
    Oracles oracles = Oracles.open();
    GptLayout layout = write(SectorSize.B512);

    assertThat(oracles.succeed(folder, "sgdisk -p disk")).contains(upper(layout.spec().disk()));
    for (int i = 0; i < layout.extents().size(); i++) {
      PartitionSpec partition = layout.spec().partitions().get(i);
      PartitionExtent extent = layout.extents().get(i);
      String facts = oracles.succeed(folder, "sgdisk -i " + (i + 1) + " disk");
      assertThat(fact(facts, "Partition GUID code: (\\S+)")).isEqualTo(upper(partition.type()));
      assertThat(fact(facts, "Partition unique GUID: (\\S+)")).isEqualTo(upper(partition.unique()));
      assertThat(fact(facts, "Partition name: '(.*)'")).isEqualTo(partition.name());
      assertThat(fact(facts, "First sector: (\\d+)")).isEqualTo("" + extent.startBytes() / 512);
      assertThat(fact(facts, "Last sector: (\\d+)")).isEqualTo("" + (extent.endBytes() / 512 - 1));
      assertThat(fact(facts, "Attribute flags: (\\S+)"))
          .isEqualTo("%016X".formatted(partition.attributes()));
    }
  }

  @ParameterizedTest
  @EnumSource(SectorSize.class)
  void sfdiskReadsTheSameTable(SectorSize sectorSize) throws IOException, InterruptedException {
    Oracles oracles = Oracles.open();
    GptLayout layout = write(sectorSize);
    String option = "--sector-size " + sectorSize.bytes();

    assertThat(oracles.succeed(folder, "sfdisk " + option + " --verify disk"))
        .contains("No errors detected.");
    JsonNode table =
        new ObjectMapper()
            .readTree(oracles.succeed(folder, "sfdisk " + option + " --json disk"))
            .get("partitiontable");

    assertThat(table.get("label").asText()).isEqualTo("gpt");
    assertThat(table.get("id").asText()).isEqualTo(upper(layout.spec().disk()));
    assertThat(table.get("sectorsize").asInt()).isEqualTo(sectorSize.bytes());
    assertThat(table.get("partitions")).hasSize(layout.extents().size());
    for (int i = 0; i < layout.extents().size(); i++) {
      JsonNode found = table.get("partitions").get(i);
      PartitionSpec partition = layout.spec().partitions().get(i);
      PartitionExtent extent = layout.extents().get(i);
      assertThat(found.get("start").asLong()).isEqualTo(extent.startBytes() / sectorSize.bytes());
      assertThat(found.get("size").asLong()).isEqualTo(extent.sizeBytes() / sectorSize.bytes());
      assertThat(found.get("type").asText()).isEqualTo(upper(partition.type()));
      assertThat(found.get("uuid").asText()).isEqualTo(upper(partition.unique()));
      assertThat(found.get("name").asText()).isEqualTo(partition.name());
    }
  }

  private GptLayout write(SectorSize sectorSize) throws IOException, InterruptedException {
    List<PartitionSpec> partitions =
        List.of(
            partition(PartitionType.ESP, "esp", 64, PartitionFlag.NO_AUTO),
            partition(
                PartitionType.ROOT_X86_64,
                "emt_0.1",
                33,
                PartitionFlag.READ_ONLY,
                PartitionFlag.GROW_FILE_SYSTEM),
            partition(PartitionType.ROOT_X86_64_VERITY, "emt_0.1_verity", 1),
            partition(PartitionType.LINUX_GENERIC, "ünïcode – 36 units at the very most..", 5));
    GptLayout layout =
        GptLayout.of(new GptSpec(Guid.derive(IDENTITY, "disk"), sectorSize, partitions));
    Images.write(folder.resolve("disk"), disk -> GptWriter.write(layout, disk));
    return layout;
  }

  private static PartitionSpec partition(
      PartitionType type, String name, int mebibytes, PartitionFlag... flags) {
    Guid unique = Guid.derive(IDENTITY, name);
    String fitting = name.substring(0, Math.min(36, name.length()));
    return PartitionSpec.of(type, unique, fitting, ByteSize.ofMebibytes(mebibytes), flags);
  }

  private static String fact(String text, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    assertThat(matcher.find()).as(pattern + " in " + text).isTrue();
    return matcher.group(1);
  }

  private static String upper(Guid guid) {
    return guid.toString().toUpperCase(Locale.ROOT);
  }
}
