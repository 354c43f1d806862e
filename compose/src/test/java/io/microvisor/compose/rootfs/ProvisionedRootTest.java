package io.microvisor.compose.rootfs;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ContentSource;
import io.microvisor.compose.problem.Place;
import io.microvisor.compose.template.Provisioning;
import io.microvisor.compose.template.Provisioning.Answers;
import io.microvisor.compose.template.Provisioning.CloudInit;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Meta;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProvisionedRootTest {
  private static final String UNITS = "usr/lib/systemd/system/";

  private final RootEditor root =
      new RootEditor(FileTree.builder().build(), ContentSource.of(Map.of()), 0);

  @BeforeEach
  void makeRoot() {
    root.directory("etc", Meta.of(0755));
  }

  @Test
  void changesNothingUnlessAskedFor() {
    FileTree before = root.tree();

    apply(Answers.NONE, CloudInit.NO);

    assertThat(root.tree()).isEqualTo(before);
  }

  @Test
  void readsAnswersBeforeTheNetworkAndNotUnderSecureBoot() throws IOException {
    root.write("usr/sbin/sshd", 0755, "");

    apply(Answers.EACH_BOOT, CloudInit.NO);

    assertThat(root.text(UNITS + "emt-answers.service").orElseThrow())
        .contains(
            "\nConditionSecurity=!uefi-secureboot\nConditionPathIsMountPoint=/sys/firmware/efi/efivars\nWants=",
            "\nBefore=systemd-confext.service network-pre.target basic.target shutdown.target\n",
            "\nExecStart=/bin/sh /usr/lib/emt/answers apply each-boot\n");
    assertThat(root.find(UNITS + "basic.target.wants/emt-answers.service")).isPresent();
    assertThat(root.find(UNITS + "basic.target.wants/emt-answers-refused.service")).isPresent();
    assertThat(root.text("etc/ssh/sshd_config.d/50-emt-answers.conf").orElseThrow())
        .contains(" .ssh/authorized_keys ", " /run/emt/ssh/%u\n");
    assertThat(root.exists("usr/lib/emt/answers.vocabulary")).isTrue();
  }

  @Test
  void hasNoKeysForAServerThatIsNotThere() {
    apply(Answers.ONCE, CloudInit.NO);

    assertThat(root.exists("etc/ssh")).isFalse();
    assertThat(root.exists("usr/lib/emt/answers")).isTrue();
  }

  @Test
  void letsCloudInitDoAnewWhatEtcForgets() throws IOException {
    apply(Answers.NONE, CloudInit.YES);

    assertThat(root.text("etc/cloud/cloud.cfg.d/95_emt.cfg").orElseThrow())
        .contains(
            "datasource_list: [NoCloud, ConfigDrive]\ndatasource_pkg_list: [emt_cloud]\n",
            "- [users_groups, always]\n");
    assertThat(root.text(UNITS + "cloud-init-main.service.d/10-emt.conf").orElseThrow())
        .startsWith("[Unit]\nConditionSecurity=!uefi-secureboot\n")
        .contains("\nConditionKernelCommandLine=!cloud-config-url\n");
    assertThat(
            root.text("usr/lib/python3/dist-packages/emt_cloud/DataSourceNoCloud.py").orElseThrow())
        .startsWith("\"\"\"NoCloud without seedfrom")
        .contains("        self.supported_seed_starts = ()\n");
    assertThat(root.text(UNITS + "cloud-init-main.service.d/20-emt-names.conf").orElseThrow())
        .contains("\nExecStartPre=rm -f /var/lib/cloud/data/set-hostname ");
    assertThat(root.exists(UNITS + "emt-answers.service")).isFalse();
  }

  private void apply(Answers answers, CloudInit cloudInit) {
    ProvisionedRoot.apply(root, new Provisioning(answers, cloudInit, Place.startOf("node.yaml")));
  }
}
