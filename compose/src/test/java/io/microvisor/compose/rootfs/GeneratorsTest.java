package io.microvisor.compose.rootfs;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ContentSource;
import io.microvisor.compose.problem.Place;
import io.microvisor.compose.template.Persistence.KeptPath;
import io.microvisor.compose.template.Persistence.Owner;
import io.microvisor.compose.template.Persistence.Seed;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GeneratorsTest {
  private static final String FOLDER = "usr/lib/systemd/system-generators/";
  private static final List<String> ALL =
      List.of(
          "systemd-cryptsetup-generator",
          "systemd-hibernate-resume-generator",
          "systemd-integritysetup-generator",
          "systemd-rc-local-generator",
          "systemd-ssh-generator",
          "systemd-system-update-generator",
          "systemd-sysv-generator");

  private final RootEditor root =
      new RootEditor(FileTree.builder().build(), ContentSource.of(Map.of()), 0);

  private List<String> off(String commandLine, KeptPath... kept) throws IOException {
    ALL.forEach(name -> root.write(FOLDER + name, 0755, "elf"));
    root.write(FOLDER + "systemd-getty-generator", 0755, "elf");
    Generators.apply(root, commandLine, List.of(kept));
    return root.tree().children(TreePath.of("etc/systemd/system-generators")).stream()
        .filter(entry ->
            entry.inode() instanceof Inode.Symlink link && link.target().equals("/dev/null"))
        .map(entry -> entry.path().name())
        .toList();
  }

  @Test
  void turnsOffWhatFindsNothingToDo() throws IOException {
    root.write("etc/crypttab", 0644, "# <target name> <source device>\n\n");
    root.write("etc/init.d/ssh", 0755, "#!/bin/sh\n");
    root.write("usr/lib/systemd/system/ssh.service", 0644, "[Service]\n");
    root.write("etc/init.d/README", 0644, "text");

    assertThat(off("quiet systemd.ssh_auto=no")).containsExactlyElementsOf(ALL);
  }

  @Test
  void keepsWhatTheImageOrItsCommandLineNeeds() throws IOException {
    root.write("etc/crypttab", 0644, "data /dev/sda2\n");
    root.write("etc/integritytab", 0644, "data /dev/sda3\n");
    root.write("etc/rc.local", 0755, "#!/bin/sh\n");
    root.write("etc/init.d/legacy", 0755, "#!/bin/sh\n");
    root.symlink("system-update", "var/update");

    assertThat(off("resume=/dev/sda1")).isEmpty();
  }

  @Test
  void keepsWhatTheMachineMayComeToNeed() throws IOException {
    KeptPath etc = new KeptPath("/etc", Seed.IMAGE, Owner.UNCHANGED, new Place("node.yaml", 1, 1));

    assertThat(off("systemd.ssh_auto=no", etc))
        .containsExactly(
            "systemd-hibernate-resume-generator",
            "systemd-ssh-generator",
            "systemd-system-update-generator");
  }

  @Test
  void keepsTheOneForEncryptionWhereTheCommandLineAsks() throws IOException {
    assertThat(off("rd.luks.uuid=1")).doesNotContain("systemd-cryptsetup-generator");
  }

  @Test
  void leavesAloneWhatTheTemplatePutThere() throws IOException {
    root.write("etc/systemd/system-generators/systemd-rc-local-generator", 0755, "own");

    assertThat(off("")).doesNotContain("systemd-rc-local-generator", "systemd-ssh-generator");
  }
}
