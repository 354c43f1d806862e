package io.microvisor.compose.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ByteSize;
import io.microvisor.compose.problem.Place;
import io.microvisor.compose.template.Disk;
import io.microvisor.formats.gpt.SectorSize;
import java.util.List;
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
    return new NodeDisk(
        new Disk(
            slot(esp),
            slot(root),
            slot(verity),
            slot(state),
            sectors,
            new Disk.Size.Fitting(),
            3,
            List.of(),
            Place.startOf("disk.yaml")));
  }

  private static Disk.Slot slot(int mebibytes) {
    return new Disk.Slot(ByteSize.ofMebibytes(mebibytes), Place.startOf("disk.yaml"));
  }
}
