package io.microvisor.compose.rootfs;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ContentSource;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.template.Loading;
import io.microvisor.compose.template.Template;
import io.microvisor.compose.template.TemplateLoader;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetworkRootTest {
  private static final String WANTS = "etc/systemd/system/multi-user.target.wants/";
  private static final String SERVERS =
      "network: {interfaces: [{name: e*, nameservers: [9.9.9.9, fd00::1]}, {name: x, nameservers: [9.9.9.9]}]}";

  @TempDir Path folder;
  private final RootEditor root =
      new RootEditor(FileTree.builder().build(), ContentSource.of(Map.of()), 0);

  @BeforeEach
  void startNetworkd() {
    root.symlink(WANTS + "systemd-networkd.service", "/usr/lib/systemd/system/x");
  }

  @Test
  void leavesNamesToResolvedWhereItStarts() throws IOException {
    root.write("usr/lib/systemd/systemd-resolved", 0755, "");
    root.symlink(WANTS + "systemd-resolved.service", "/usr/lib/systemd/system/x");

    assertThat(settle(SERVERS)).isEmpty();

    assertThat(root.find("etc/resolv.conf")).get().isInstanceOf(Inode.Symlink.class);
  }

  @Test
  void writesTheServersWhereNobodyReadsThem() throws IOException {
    assertThat(settle(SERVERS)).isEmpty();
    assertThat(root.text("etc/resolv.conf")).hasValue("nameserver 9.9.9.9\nnameserver fd00::1\n");

    root.write("usr/lib/systemd/systemd-resolved", 0755, "");
    assertThat(settle(SERVERS)).isEmpty();
    assertThat(root.text("etc/resolv.conf")).hasValue("nameserver 9.9.9.9\nnameserver fd00::1\n");
  }

  @Test
  void leavesTheTemplatesOwnFile() throws IOException {
    root.write("etc/resolv.conf", 0644, "own");

    settle(SERVERS + "\n  additionalFiles: [{final: /etc/resolv.conf, content: own}]");

    assertThat(root.text("etc/resolv.conf")).hasValue("own");
  }

  @Test
  void refusesInterfacesThatNobodyConfigures() throws IOException {
    root.remove(WANTS + "systemd-networkd.service");

    assertThat(settle("network: {interfaces: [{name: e*, dhcp4: true}, {name: x}]}"))
        .extracting(Problem::what)
        .containsExactly(
            "interfaces: systemd-networkd, which configures them, does not start (expected:"
                + " systemd-networkd.service among services.enable)");
    assertThat(settle("hostname: x")).isEmpty();
  }

  private List<Problem> settle(String system) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("network.yaml"),
            """
            image: {name: network, version: "1"}
            target: {os: debian, dist: debian13, arch: x86_64, imageType: raw}
            systemConfig:
              kernel: {packages: [linux-image-amd64]}
              %s
            """
                .formatted(system));
    return switch (TemplateLoader.load(file)) {
      case Loading.Loaded(Template template) -> NetworkRoot.settle(root, template.system());
      case Loading.Rejected rejected -> throw new AssertionError(rejected.toString());
    };
  }
}
