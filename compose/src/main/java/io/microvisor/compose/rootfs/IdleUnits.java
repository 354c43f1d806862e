package io.microvisor.compose.rootfs;

import java.util.List;

/// Disables units that packages enable though they can find nothing to do in this image. A template that enables one gets it.
final class IdleUnits {
  /// They look after snapshots that LVM makes of ext4 file systems, and to look for some they read every mount, which mounts
  /// the EFI system partition.
  private static final List<String> SCRUBBING =
      List.of("e2scrub_reap.service", "e2scrub_all.timer");

  private IdleUnits() {}

  static void disable(RootEditor root) {
    if (!root.exists("usr/sbin/lvs")) {
      UnitLinks links = new UnitLinks(root);
      SCRUBBING.forEach(links::disable);
    }
  }
}
