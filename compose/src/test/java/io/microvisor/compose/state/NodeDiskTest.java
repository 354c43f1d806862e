package io.microvisor.compose.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ByteSize;
import io.microvisor.compose.layout.Content;
import io.microvisor.compose.layout.DiskLayout;
import io.microvisor.compose.layout.ImageSize;
import io.microvisor.compose.layout.Partition;
import io.microvisor.compose.layout.PartitionGuid;
import io.microvisor.compose.layout.PartitionSize;
import io.microvisor.compose.layout.Role;
import io.microvisor.compose.layout.Role.Slot;
import io.microvisor.formats.gpt.PartitionType;
import io.microvisor.formats.gpt.SectorSize;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NodeDiskTest {
  @ParameterizedTest
  @EnumSource(SectorSize.class)
  void needsBothSlotsTheStateAndAMebibyteAtEachEnd(SectorSize sectors) {
    assertThat(disk(512, 1024, 16, 1024, sectors).leastSize())
        .isEqualTo(ByteSize.ofMebibytes(1 + 512 + 2 * (1024 + 16) + 1024 + 1));
  }

  @Test
  void leavesTheRestToTheState() {
    NodeDisk node = disk(512, 1024, 16, 1024, SectorSize.B512);

    assertThat(node.stateOn(node.leastSize())).hasValue(ByteSize.ofMebibytes(1024));
    assertThat(node.stateOn(ByteSize.ofMebibytes(4096)))
        .hasValue(ByteSize.ofMebibytes(4096 - 512 - 2 * 1040 - 2));
    assertThat(node.stateOn(new ByteSize(node.leastSize().bytes() - 1))).isEmpty();
  }

  @Test
  void saysWhichDisksItFits() {
    assertThat(disk(512, 1024, 16, 4096, SectorSize.B512).lines())
        .startsWith(
            "disk: esp 512 MiB, two slots of 1 GiB + 16 MiB, state of 4 GiB or more: fits 6.5 GiB or more",
            "    4 GiB: too small",
            "    8 GiB: leaves 5.5 GiB for the state");
  }

  private static NodeDisk disk(int esp, int root, int verity, int state, SectorSize sectors) {
    PartitionSize tree = exactly(verity);
    return new NodeDisk(
        new DiskLayout(
            sectors,
            new ImageSize.Fitting(),
            List.of(
                partition(new Role.Esp(), exactly(esp)),
                partition(new Role.Root(Slot.A), exactly(root)),
                partition(new Role.RootVerity(Slot.A), tree),
                partition(new Role.Root(Slot.B), exactly(root)),
                partition(new Role.RootVerity(Slot.B), tree),
                partition(
                    new Role.State(), new PartitionSize.AtLeast(ByteSize.ofMebibytes(state))))));
  }

  private static PartitionSize exactly(int mebibytes) {
    return new PartitionSize.Exactly(ByteSize.ofMebibytes(mebibytes));
  }

  /// Of no type in particular: sizes alone matter.
  private static Partition partition(Role role, PartitionSize size) {
    return new Partition(
        role,
        PartitionType.LINUX_GENERIC,
        new PartitionGuid.ByMachine(),
        role.name(),
        size,
        Set.of(),
        Content.OnMachine.NOTHING);
  }
}
