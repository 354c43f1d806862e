package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.formats.gpt.Gpt;
import io.microvisor.machine.Bus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// A machine made with a layout.env of Edge Microvisor Toolkit: path by path, what it lies on and whether it survives.
@Tag("system")
class LayoutEnvBootTest {
  private static final String BINDS = "/.mount/persistence/";

  @RegisterExtension private static final LabOfClass LAB = new LabOfClass();

  /// What a path lies on, as findmnt says it, and whether what is written there survives a restart.
  private record Row(String path, String mount, boolean survives) {}

  private static final List<Row> TABLE =
      List.of(
          new Row("/opt", "ext4 /", true),
          new Row("/opt/docker", "ext4 /", true),
          new Row("/opt/.mount/tmpfs", "tmpfs /", false),
          new Row("/var", "overlay /", false),
          new Row("/var/log", "overlay /", false),
          new Row("/usr/share/pki", "overlay /", false),
          new Row("/etc", "overlay /", false),
          new Row("/etc/systemd", "overlay /", false),
          new Row("/etc/ssh", "ext4 " + BINDS + "etc-ssh.bind", true),
          new Row("/home", "ext4 " + BINDS + "home.bind", true),
          new Row("/root", "overlay /roothome", false),
          new Row("/var/lib/kept", "ext4 " + BINDS + "var-lib-kept.bind", true));

  @Test
  void behavesAsAnEmtUserExpects(@TempDir Path folder) throws IOException, InterruptedException {
    NodeImage disk = disk(folder);
    Path scratch = Files.createDirectory(folder.resolve("guest"));
    String identity;
    try (Guest first = LAB.get().boot(disk, scratch)) {
      first.awaitSound();
      first.said("mkdir /opt/docker");
      for (Row row : TABLE) {
        assertThat(first.said("findmnt -no FSTYPE,FSROOT -T " + row.path() + " | tr -s ' '"))
            .as(row.path())
            .isEqualTo(row.mount());
        assertThat(first.said("touch " + row.path() + "/own && echo fine"))
            .as(row.path())
            .isEqualTo("fine");
      }
      assertThat(first.said("findmnt -no FSTYPE,FSROOT /etc/hosts | tr -s ' '"))
          .isEqualTo("ext4 " + BINDS + "etc-hosts.bind/hosts");
      assertThat(first.said("stat -c '%a %U' /var /etc /usr/share/pki"))
          .isEqualTo("755 root\n755 root\n755 root");
      assertThat(first.said("touch /srv/own 2>&1")).contains("Read-only file system");
      assertThat(first.console()).contains("/sysroot/etc/absent");
      identity = first.said("cat /etc/machine-id; ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key");
      first.said("echo changed >/etc/hosts; echo changed >/var/lib/kept/a; rm /var/lib/kept/b");
      first.powerOff();
    }
    assertThat(disk.table().partitions())
        .extracting(Gpt.Partition::name)
        .endsWith("_empty", "_empty", "edge_persistent");

    try (Guest second = LAB.get().boot(disk, scratch)) {
      second.awaitSound();
      for (Row row : TABLE) {
        assertThat(second.said("test -e " + row.path() + "/own && echo there"))
            .as(row.path())
            .isEqualTo(row.survives() ? "there" : "");
      }
      assertThat(second.said("cat /etc/machine-id; ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key"))
          .isEqualTo(identity);
      // What is there is left alone, what is missing is copied again.
      assertThat(second.said("cat /etc/hosts /var/lib/kept/a /var/lib/kept/b"))
          .isEqualTo("changed\nchanged\nb");
      second.powerOff();
    }
  }

  private static NodeImage disk(Path folder) throws IOException, InterruptedException {
    Files.writeString(
        folder.resolve("layout.env"),
        """
        OVERLAY="tmpfs:25%"
        TMPFS_OVERLAY_TARGET="/opt/.mount/tmpfs"
        TMPFS_OVERLAYS_PATHS="/var /usr/share/pki /etc"
        PERSISTENT_BIND_TARGET="/opt/.mount/persistence"
        PERSISTENT_BIND_PATHS="
          /home
          /etc/absent
          /etc/hosts
          /etc/machine-id
          /etc/ssh
          /var/lib/kept"
        """);
    Files.writeString(
        folder.resolve("node.yaml"),
        """
        extends: minimal
        image: {name: emt, version: "1"}
        disk:
          layout: immutable
          slots: {esp: 96MiB, root: 256MiB, rootVerity: 4MiB, state: 512MiB}
        systemConfig:
          hostname: emt
          kernel:
            parameters: [-quiet]
          additionalFiles:
            - {final: /etc/hosts, content: "127.0.0.1 localhost\\n"}
            - {final: /usr/share/pki/ca, content: x}
            - {final: /var/lib/kept/a, content: "a\\n"}
            - {final: /var/lib/kept/b, content: "b\\n"}
          persistence: {state: ext4, layoutEnv: layout.env}
        """);
    Emt.Ending built = Emt.in(folder).run("build", "node.yaml");
    assertThat(built.exit()).as(built.said()).isZero();
    return NodeImage.of(
        folder.resolve("build/emt/emt-1.raw"),
        folder.resolve("disk.raw"),
        2L << 30,
        Bus.VIRTIO,
        512);
  }
}
