package io.microvisor.compose.rootfs;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ContentSource;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IdleUnitsTest {
  private static final String WANTS = "etc/systemd/system/multi-user.target.wants";

  private final RootEditor root =
      new RootEditor(FileTree.builder().build(), ContentSource.of(Map.of()), 0);

  @BeforeEach
  void enable() {
    root.symlink(WANTS + "/e2scrub_reap.service", "/usr/lib/systemd/system/e2scrub_reap.service");
    root.symlink(WANTS + "/ssh.service", "/usr/lib/systemd/system/ssh.service");
  }

  private List<String> wanted() {
    return root.tree().children(TreePath.of(WANTS)).stream()
        .map(entry -> entry.path().name())
        .toList();
  }

  @Test
  void disablesTheCareForSnapshotsThatNothingMakes() {
    IdleUnits.disable(root);

    assertThat(wanted()).containsExactly("ssh.service");
  }

  @Test
  void leavesItWhereThereIsLvm() throws IOException {
    root.write("usr/sbin/lvs", 0755, "elf");

    IdleUnits.disable(root);

    assertThat(wanted()).containsExactly("e2scrub_reap.service", "ssh.service");
  }
}
