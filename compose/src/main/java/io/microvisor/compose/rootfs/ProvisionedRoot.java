package io.microvisor.compose.rootfs;

import io.microvisor.compose.answers.NodeFiles;
import io.microvisor.compose.template.Provisioning;
import java.util.List;
import java.util.SortedMap;

/// What an image brings so that its machines can be told their configuration from outside.
final class ProvisionedRoot {
  private static final String UNITS = UnitLinks.PACKAGED;

  private ProvisionedRoot() {}

  static void apply(RootEditor root, Provisioning provisioning) {
    SortedMap<String, String> files = NodeFiles.of(provisioning.answers());
    if (!root.exists("usr/sbin/sshd")) {
      files.remove(NodeFiles.SSHD);
    }
    files.forEach((path, text) -> root.write(path, 0644, text));
    if (!files.isEmpty()) {
      for (String unit : List.of(NodeFiles.UNIT, NodeFiles.REFUSAL)) {
        root.symlink(UNITS + "basic.target.wants/" + unit, "../" + unit);
      }
    }
    switch (provisioning.cloudInit()) {
      case NO -> {}
      case YES -> CloudInitRoot.apply(root);
    }
  }
}
