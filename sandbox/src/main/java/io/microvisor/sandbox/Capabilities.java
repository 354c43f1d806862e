package io.microvisor.sandbox;

import io.microvisor.formats.tree.Attributes;
import io.microvisor.formats.tree.Inode;
import java.util.Arrays;

/// File capabilities as a file system's root would have written them.
///
/// Inside a user namespace the kernel stores `security.capability` in revision 3, which names the namespace's root id
/// (`struct vfs_ns_cap_data` in linux/capability.h, all little-endian); outside it stores revision 2, the same without.
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 4 | magic_etc: revision in the top byte, bit 0 is "effective" |
/// | 4 | 16 | permitted and inheritable, low halves then high halves |
/// | 20 | 4 | rootid, in revision 3 only |
final class Capabilities {
  private static final String NAME = "security.capability";
  private static final int REVISION_2_SIZE = 20;
  private static final int REVISION_3_SIZE = 24;

  private Capabilities() {}

  /// The inode with a capability of revision 3 turned into revision 2.
  static Inode normalised(Inode inode) {
    Attributes[] result = {inode.meta().attributes()};
    inode
        .meta()
        .attributes()
        .forEach((name, value) -> {
          if (name.equals(NAME) && value.length == REVISION_3_SIZE && value[3] == 3) {
            byte[] revision2 = Arrays.copyOf(value, REVISION_2_SIZE);
            revision2[3] = 2;
            result[0] = result[0].with(NAME, revision2);
          }
        });
    return result[0].equals(inode.meta().attributes())
        ? inode
        : inode.withMeta(inode.meta().withAttributes(result[0]));
  }
}
