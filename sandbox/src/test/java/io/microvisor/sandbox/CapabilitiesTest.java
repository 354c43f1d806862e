package io.microvisor.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.formats.tree.Attributes;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class CapabilitiesTest {
  // cap_net_raw=ep: `setcap cap_net_raw=ep file; getfattr -e hex -n security.capability file`
  // (libcap 2.66), as root and
  // in a user namespace whose root is 100000.
  private static final String REVISION_2 = "0100000200200000000000000000000000000000";
  private static final String REVISION_3 = "0100000300200000000000000000000000000000a0860100";

  @Test
  void dropsTheRootIdOfARevisionThreeCapability() {
    assertThat(Capabilities.normalised(file(REVISION_3))).isEqualTo(file(REVISION_2));
  }

  @Test
  void leavesARevisionTwoCapabilityAlone() {
    assertThat(Capabilities.normalised(file(REVISION_2))).isEqualTo(file(REVISION_2));
  }

  private static Inode file(String capability) {
    Attributes attributes =
        Attributes.NONE.with("security.capability", HexFormat.of().parseHex(capability));
    return new Inode.RegularFile(
        Meta.of(0755).withAttributes(attributes), Inode.RegularFile.EMPTY, 0);
  }
}
