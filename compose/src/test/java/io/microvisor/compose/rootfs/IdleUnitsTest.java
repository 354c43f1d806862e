package io.microvisor.compose.rootfs;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ContentSource;
import io.microvisor.compose.template.Persistence;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IdleUnitsTest {
  private static final String UNITS = "usr/lib/systemd/system/";
  private static final String TRIGGERED = UNITS + "systemd-udev-trigger.service.d/10-emt.conf";
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
  void disablesTheCareForSnapshotsThatNothingMakes() throws IOException {
    apply(Persistence.State.EXT4);

    assertThat(wanted()).containsExactly("ssh.service");
  }

  @Test
  void leavesItWhereThereIsLvm() throws IOException {
    root.write("usr/sbin/lvs", 0755, "elf");

    apply(Persistence.State.EXT4);

    assertThat(wanted()).containsExactly("e2scrub_reap.service", "ssh.service");
  }

  @Test
  void loadsNoModuleThatIsBuiltIn() throws IOException {
    root.write(UNITS + "modprobe@.service", 0644, "[Service]\n");

    apply(Persistence.State.EXT4);

    assertThat(root.text(UNITS + "modprobe@.service.d/10-emt.conf"))
        .hasValue(
            """
            [Unit]
            ConditionPathExists=|!/sys/module/%i
            ConditionPathExists=|/sys/module/%i/initstate
            """);
  }

  @Test
  void tellsUdevOfDevicesAndModulesOnly() throws IOException {
    trigger("-udevadm trigger --type=all --action=add --prioritized-subsystem=module");
    root.write(
        "usr/lib/udev/rules.d/60-block.rules", 0644, "SUBSYSTEM==\"module\", KERNEL==\"block\"\n");

    apply(Persistence.State.EXT4);

    assertThat(root.text(TRIGGERED))
        .hasValue(
            "[Service]\nExecStart=\nExecStart=-udevadm trigger --type=all --action=add"
                + " --prioritized-subsystem=module"
                + " --subsystem-nomatch=drivers --subsystem-nomatch=subsystem\n");
  }

  @Test
  void tellsUdevOfAllThatARuleNames() throws IOException {
    trigger("-udevadm trigger --type=all --action=add");
    root.write(
        "etc/udev/rules.d/90-own.rules", 0644, "ACTION==\"add\", SUBSYSTEM==\"module|drivers\"\n");

    apply(Persistence.State.EXT4);

    assertThat(root.exists(TRIGGERED)).isFalse();
  }

  @Test
  void leavesATriggerOfAnotherKindAlone() throws IOException {
    trigger("-udevadm trigger --type=devices --action=add");

    apply(Persistence.State.EXT4);

    assertThat(root.exists(TRIGGERED)).isFalse();
  }

  @Test
  void keepsNothingForTheNextBootWithoutState() throws IOException {
    root.write(UNITS + "systemd-journal-flush.service", 0644, "[Service]\n");
    String masked = "etc/systemd/system/systemd-journal-flush.service";

    apply(Persistence.State.EXT4);
    assertThat(root.exists(masked)).isFalse();

    apply(Persistence.State.NONE);
    assertThat(root.exists(masked)).isTrue();
    assertThat(root.exists("etc/systemd/system/systemd-random-seed.service")).isFalse();
  }

  private void apply(Persistence.State state) throws IOException {
    IdleUnits.apply(root, new UnitLinks(root), state, Set.of());
  }

  private void trigger(String command) {
    root.write(
        UNITS + "systemd-udev-trigger.service", 0644, "[Service]\nExecStart=" + command + "\n");
  }
}
