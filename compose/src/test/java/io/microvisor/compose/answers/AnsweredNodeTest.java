package io.microvisor.compose.answers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the node's program does with a credential, on a folder that looks like a machine's root.
class AnsweredNodeTest {
  @TempDir Path root;
  private TestNode node = new TestNode(Path.of(""));

  @BeforeEach
  void makeNode() throws IOException {
    node = TestNode.in(root);
  }

  @Test
  void doesWhatTheAnswersSay() throws Exception {
    String answers = AnswersFileTest.GOOD.replace("owner = root:0", "owner = " + owner());

    TestNode.Ending ending = node.boot("once", answers);

    assertThat(ending.said()).isEqualTo("<6>credential emt.answers: done\n");
    assertThat(ending.exit()).isZero();
    assertThat(node.text("etc/hostname")).isEqualTo("edge-17.example.org\n");
    assertThat(node.text("etc/hosts"))
        .isEqualTo("127.0.0.1\tlocalhost\n127.0.1.1\tedge-17.example.org\n");
    assertThat(node.text("run/emt/ssh/root"))
        .isEqualTo(AnswersFileTest.KEY + "\n" + AnswersFileTest.KEY + "\n");
    assertThat(node.text("run/systemd/network/05-emt-3.network"))
        .isEqualTo(
            """
            [Match]
            Name=en*

            [Network]
            DHCP=ipv4
            Address=192.0.2.7/24
            Address=2001:db8::7/64
            Gateway=192.0.2.1
            DNS=2001:db8::53

            [DHCPv4]
            ClientIdentifier=mac
            """);
    assertThat(node.text("etc/environment"))
        .isEqualTo(
            """
            http_proxy=http://proxy.example.org:3128
            https_proxy=http://proxy.example.org:3128/100%25
            no_proxy=localhost,.example.org,10.0.0.0/8
            """);
    assertThat(node.text("run/systemd/system/service.d/05-emt-proxy.conf"))
        .startsWith("[Service]\nEnvironment=http_proxy=http://proxy.example.org:3128\n")
        .contains("https_proxy=http://proxy.example.org:3128/100%%25\n");
    assertThat(node.text("etc/app/app.conf"))
        .isEqualTo("# not a comment\nlisten = \"0.0.0.0\"\n\n  indented\n");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(root.resolve("etc/app/app.conf"))))
        .isEqualTo("rw-r-----");
    assertThat(node.text("var/lib/app/empty")).isEmpty();
    assertThat(node.text("run/systemd/system/hello.service"))
        .isEqualTo("[Service]\nExecStart=true\n");
    assertThat(node.text("run/systemd/system/ssh.service.d/limits.conf")).contains("Nice=5");
    assertThat(node.has("run/emt/answers")).isFalse();
  }

  @Test
  void keepsTheFirstGoodAnswersAndNoOthers() throws Exception {
    assertThat(node.boot("once", "[machine]\nhostname = A\n").exit()).isEqualTo(1);
    assertThat(node.has("var/lib/emt")).isFalse();

    node.boot("once", "[machine]\nhostname = first\n");
    node.boot("once", "[machine]\nhostname = second\n");

    assertThat(node.text("etc/hostname")).isEqualTo("first\n");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(root.resolve("var/lib/emt/answers.conf"))))
        .isEqualTo("rw-------");
  }

  @Test
  void takesOthersAtEachBootIfTheImageSaysSo() throws Exception {
    node.boot(
        "each-boot", "[machine]\nhostname = first\n[user root]\nssh-key = " + AnswersFileTest.KEY);
    node.boot("each-boot", "[machine]\nhostname = second\n");

    assertThat(node.text("etc/hostname")).isEqualTo("second\n");
    assertThat(node.has("run/emt/ssh/root")).isFalse();
    assertThat(node.has("var/lib/emt")).isFalse();
  }

  @Test
  void doesNothingOfAFileThatHasOneMistake() throws Exception {
    TestNode.Ending ending =
        node.boot("once", "[machine]\nhostname = fine\n[file /etc/x]\n| x\n[user root]\n");

    assertThat(ending.exit()).isEqualTo(1);
    assertThat(ending.said())
        .isEqualTo(
            """
            <3>credential emt.answers:5:2: [user root]: lacks ssh-key (expected: type, base64 and a comment, as in a .pub file: ssh-ed25519 AAAA... me@work)
            <3>credential emt.answers: nothing of it is done
            """);
    assertThat(node.has("etc/hostname")).isFalse();
    assertThat(node.has("etc/x")).isFalse();
  }

  @Test
  void knowsItsUsersAndWhereItCanWrite() throws Exception {
    Files.createDirectories(root.resolve("etc/folder"));
    Files.writeString(root.resolve("etc/file"), "x");

    TestNode.Ending ending =
        node.boot(
            "once",
            """
            [machine]
            hostname = fine
            [user no-such-user]
            ssh-key = %s
            [file /etc/folder]
            [file /etc/file/x]
            [file /etc/y]
            owner = no-such-user
            [file /etc/z]
            owner = 0:no-such-group
            """
                .formatted(AnswersFileTest.KEY));

    assertThat(ending.said())
        .contains(
            ":3:2: [user no-such-user]: no such user in this image\n",
            ":5:2: [file /etc/folder]: cannot be written: is a folder\n",
            ":6:2: [file /etc/file/x]: cannot be written: /etc/file is no folder\n",
            ":7:2: [file /etc/y]: no user no-such-user in this image\n",
            ":9:2: [file /etc/z]: no group no-such-group in this image\n");
    assertThat(node.has("etc/hostname")).isFalse();
  }

  @Test
  void writesNothingThatIsThereAlready() throws Exception {
    String answers = "[machine]\nhostname = a\n[file /var/lib/x]\nowner = " + owner() + "\n| x\n";
    node.boot("once", answers);
    for (String path :
        new String[] {"etc/hostname", "etc/hosts", "var/lib/x", "var/lib/emt/answers.conf"}) {
      Files.setLastModifiedTime(root.resolve(path), FileTime.fromMillis(1000));
    }

    node.boot("once", answers);

    for (String path :
        new String[] {"etc/hostname", "etc/hosts", "var/lib/x", "var/lib/emt/answers.conf"}) {
      assertThat(Files.getLastModifiedTime(root.resolve(path)))
          .as(path)
          .isEqualTo(FileTime.fromMillis(1000));
    }
  }

  /// What sysfs says of disks, on machines of ours and in the kernel's documents.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/sys/devices/pci0000:00/0000:00:14.0/usb2/2-1/2-1:1.0/host6/target6:0:0/6:0:0:0/block/sdb/sdb1",
        "/sys/devices/pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0/block/sr0",
        "/sys/devices/pci0000:00/0000:00:17.0/ata3/host2/target2:0:0/2:0:0:0/block/sda/sda5",
        "/sys/devices/pci0000:3a/0000:3b:00.0/host1/port-1:0/end_device-1:0/target1:0:0/1:0:0:0/block/sdc",
        "/sys/devices/pci0000:00/0000:00:04.0/virtio1/block/vda/vda6",
        "/sys/devices/pci0000:00/0000:00:04.0/virtio1/host2/target2:0:0/2:0:0:0/block/sda",
        "/sys/devices/pci0000:00/0000:00:1c.0/mmc_host/mmc0/mmc0:aaaa/block/mmcblk0/mmcblk0p3",
        "/sys/devices/LNXSYSTM:00/LNXSYBUS:00/ACPI0004:00/VMBUS:00/f8b3781a/host0/target0:0:0/0:0:0:1/block/sdb",
      })
  void readsAnswersFromADiskOfTheMachine(String place) throws Exception {
    node.write("media/answers.conf", "[machine]\nhostname = by-disk\n");

    assertThat(node.bootFromDisks(Map.of("disk7 vfat", place)).said())
        .isEqualTo("<6>EMT-CONFIG/answers.conf: done\n");

    assertThat(node.text("etc/hostname")).isEqualTo("by-disk\n");
    assertThat(node.text("mounted")).startsWith("-t vfat -o ro,nosuid,nodev,noexec /dev/disk7 ");
  }

  /// What a guest, a program or a network can make up.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/sys/devices/virtual/block/dm-3",
        "/sys/devices/virtual/block/loop0/loop0p1",
        "/sys/devices/virtual/block/nbd0",
        "/sys/devices/virtual/block/md127",
        "/sys/devices/virtual/block/zram0",
        "/sys/devices/virtual/nvme-fabrics/ctl/nvme1/nvme1n1",
        "/sys/devices/virtual/nvme-subsystem/nvme-subsys4/nvme4n1",
        "/sys/devices/rbd/0/block/rbd0",
        "/sys/devices/platform/host3/session1/target3:0:0/3:0:0:0/block/sdd",
        "/sys/devices/pci0000:00/0000:00:05.0/host3/session1/target3:0:0/3:0:0:0/block/sdd",
        "/sys/devices/pci0000:00/0000:05:00.0/host7/rport-7:0-1/target7:0:0/7:0:0:0/block/sde",
        "/sys/devices/platform/vhci_hcd.0/usb3/3-1/3-1:1.0/host8/target8:0:0/8:0:0:0/block/sdf",
        "/sys/devices/pseudo_0/adapter0/host9/target9:0:0/9:0:0:0/block/sdg",
      })
  void passesByWhatIsNoDiskOfTheMachine(String place) throws Exception {
    node.write("media/answers.conf", "[machine]\nhostname = by-guest\n");

    assertThat(node.bootFromDisks(Map.of("disk7 vfat", place)).said())
        .startsWith("<4>answers: EMT-CONFIG on disk7 does not count (expected: a disk of this")
        .endsWith("<6>answers: none found\n");

    assertThat(node.has("etc/hostname")).isFalse();
    assertThat(node.has("mounted")).isFalse();
  }

  @Test
  void knowsAnNvmeDiskByItsTransport() throws Exception {
    node.write("media/answers.conf", "[machine]\nhostname = by-disk\n");
    String subsystem = "/sys/devices/virtual/nvme-subsystem/nvme-subsys0";
    node.write(subsystem.substring(1) + "/nvme0/transport", "pcie\n");
    Map<String, String> disks = Map.of("nvme0n1p2 vfat", subsystem + "/nvme0n1/nvme0n1p2");

    assertThat(node.bootFromDisks(disks).exit()).isZero();
    assertThat(node.text("etc/hostname")).isEqualTo("by-disk\n");

    node.write(subsystem.substring(1) + "/nvme1/transport", "tcp\n");
    Files.delete(root.resolve("sys/class/block/nvme0n1p2"));
    assertThat(node.bootFromDisks(disks).said()).contains("EMT-CONFIG on nvme0n1p2 does not count");
  }

  @Test
  void readsFatAloneAndOneDiskAlone() throws Exception {
    String bus = "/sys/devices/pci0000:00/0000:00:04.0/virtio";
    node.write("media/answers.conf", "[machine]\nhostname = by-disk\n");

    assertThat(node.bootFromDisks(Map.of("vda ext4", bus + "1/block/vda")).said())
        .isEqualTo(
            "<3>answers: EMT-CONFIG on vda is ext4 (expected: vfat)\n<6>answers: none found\n");
    assertThat(
            node.bootFromDisks(
                    Map.of("vdb vfat", bus + "2/block/vdb", "vdc vfat", bus + "3/block/vdc"))
                .said())
        .isEqualTo(
            """
            <3>answers: several file systems are called EMT-CONFIG: vdb vdc (expected: one)
            <6>answers: none found
            """);
    assertThat(
            node.bootFromDisks(
                    Map.of(
                        "dm-1 vfat",
                        "/sys/devices/virtual/block/dm-1",
                        "vdd vfat",
                        bus + "4/block/vdd"))
                .said())
        .contains("EMT-CONFIG on dm-1 does not count")
        .endsWith("<6>EMT-CONFIG/answers.conf: done\n");
  }

  /// Tests may run as any user, and only root can give files away.
  private String owner() throws IOException {
    return Files.getAttribute(root, "unix:uid") + ":" + Files.getAttribute(root, "unix:gid");
  }
}
