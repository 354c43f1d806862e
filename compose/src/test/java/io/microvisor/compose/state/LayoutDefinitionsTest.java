package io.microvisor.compose.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ByteSize;
import io.microvisor.compose.layout.PartitionSize;
import io.microvisor.compose.layout.SmallDisk;
import io.microvisor.compose.state.LayoutDefinitions.Definition;
import io.microvisor.formats.gpt.PartitionType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LayoutDefinitionsTest {
  @TempDir Path folder;

  /// Machines have these bytes; a release that says something else changes their partitions, or fails to.
  @Test
  void saysWhatTheFirstReleaseSaid() throws IOException {
    StringBuilder all = new StringBuilder();
    LayoutDefinitions.of(SmallDisk.template(folder, 512, "ext4").diskLayout())
        .forEach((name, text) -> all.append("--- ").append(name).append('\n').append(text));

    assertThat(all)
        .hasToString(
            """
            --- 10-esp.conf
            [Partition]
            Type=esp
            SizeMinBytes=272629760
            SizeMaxBytes=272629760
            --- 20-root-a.conf
            [Partition]
            Type=root-x86-64
            SizeMinBytes=16777216
            SizeMaxBytes=16777216
            ReadOnly=yes
            --- 21-root-a-verity.conf
            [Partition]
            Type=root-x86-64-verity
            SizeMinBytes=1048576
            SizeMaxBytes=1048576
            ReadOnly=yes
            --- 30-root-b.conf
            [Partition]
            Type=root-x86-64
            SizeMinBytes=16777216
            SizeMaxBytes=16777216
            Label=_empty
            ReadOnly=yes
            NoAuto=yes
            --- 31-root-b-verity.conf
            [Partition]
            Type=root-x86-64-verity
            SizeMinBytes=1048576
            SizeMaxBytes=1048576
            Label=_empty
            ReadOnly=yes
            NoAuto=yes
            --- 40-state.conf
            [Partition]
            Type=linux-generic
            UUID=5fdc1682-7ee1-81a6-9e38-428bdcd4a76c
            Label=state
            Format=ext4
            SizeMinBytes=1073741824
            """);
  }

  @Test
  void makesWhatFindsNoPartitionOfItsTypeThatIsFree() {
    PartitionSize size = new PartitionSize.Exactly(ByteSize.ofMebibytes(16));
    Definition esp = new Definition("esp", "", size);
    Definition rootA = new Definition("root-x86-64", "", size);
    Definition rootB = new Definition("root-x86-64", "_empty", size);
    Definition state = new Definition("linux-generic", "state", size);
    List<Definition> all = List.of(esp, rootA, rootB, state);

    assertThat(LayoutDefinitions.made(all, List.of())).isEqualTo(all);
    assertThat(LayoutDefinitions.made(all, List.of(PartitionType.SWAP, PartitionType.ROOT_X86_64)))
        .containsExactly(esp, rootB, state);
    assertThat(
            LayoutDefinitions.made(
                all,
                List.of(
                    PartitionType.LINUX_GENERIC,
                    PartitionType.ROOT_X86_64,
                    PartitionType.ESP,
                    PartitionType.ROOT_X86_64)))
        .isEmpty();
  }
}
