package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.Digest;
import io.microvisor.formats.gpt.Gpt;
import io.microvisor.machine.Bus;
import io.microvisor.machine.Credential;
import io.microvisor.machine.Firmware;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Machines that keep state: first boots, later boots, and what may have happened to the disk between them. systemd-repart's
/// own rules are in `DiskLayoutOracleTest`.
@Tag("system")
class StateBootTest {
  private static final long GIBIBYTE = 1L << 30;

  @RegisterExtension private static final LabOfClass LAB = new LabOfClass();

  @TempDir Path folder;

  /// One disk, booted again and again.
  @Test
  void keepsWhatWasDeclaredAndForgetsTheRest() throws IOException, InterruptedException {
    NodeImage disk =
        disk(
            "kept",
            "degrade",
            512,
            64 * GIBIBYTE,
            Bus.SATA,
            many() + "  provisioning: {answers: once}\n  packages: [attr]\n",
            "");
    Path scratch = Files.createDirectory(folder.resolve("kept"));
    String identity;
    long size;
    try (Guest first = LAB.get().boot(disk, scratch, told("first"))) {
      first.awaitSound();
      assertThat(first.said(TOLD)).isEqualTo("/run/told-first");
      assertThat(first.said("findmnt -no FSTYPE,FSROOT /var")).isEqualTo("ext4 /var");
      assertThat(first.said("findmnt -no FSTYPE /etc; findmnt -no FSTYPE /srv/data"))
          .isEqualTo("overlay\noverlay");
      assertThat(first.said("stat -c '%U:%G %a' /opt/app && findmnt -no FSTYPE /opt/app"))
          .isEqualTo("root:root 750\next4");
      identity = first.said(IDENTITY);
      assertThat(first.said("findmnt -no TARGET | grep -c /opt/many/")).isEqualTo("100");
      assertThat(Integer.parseInt(first.said(IN_MEMORY)))
          .as("KiB of memory that file systems hold at rest")
          .isLessThan(16 << 10);
      first.said(
          """
          set -e
          touch /var/kept /root/kept /home/kept /opt/app/kept /srv/data/kept /etc/forgotten
          rm /etc/issue /srv/data/default /etc/kept/gone
          echo own >/etc/kept/own
          ln /etc/kept/own /etc/kept/hard
          ln -s a /etc/kept/link
          ln /opt/app/kept /opt/app/hard
          ln -s /etc/kept/own /opt/app/link
          mkdir -p /etc/many
          for i in $(seq 100 199); do echo $i >/etc/many/$i; echo $i >/opt/many/$i/own; done
          echo other >/etc/hostname.new
          mv /etc/hostname.new /etc/hostname
          for file in /var/kept /etc/kept/own /opt/app/kept; do
            setfattr -n security.selinux -v system_u:object_r:kept_t:s0 $file
          done
          """);
      first.powerOff();
    }
    Digest table = disk.tableBytes();
    List<Gpt.Partition> partitions = disk.table().partitions();
    Gpt.Partition state = partitions.getLast();
    assertThat(partitions)
        .extracting(Gpt.Partition::name)
        .containsExactly("esp", "kept_1", "kept_1_verity", "_empty", "_empty", "state");
    check(disk, "sfdisk --verify disk.raw && sgdisk -v disk.raw");
    check(disk, "e2fsck -fn 'disk.raw?offset=" + state.extent().startBytes() + "'");
    assertThat(Emt.in(folder).run("inspect", disk.file().toString()).said())
        .contains("_empty", "state", "linux-generic");

    try (Guest second = LAB.get().boot(disk, scratch, told("second"))) {
      second.awaitSound();
      assertThat(second.said(IDENTITY)).isEqualTo(identity);
      assertThat(second.said(TOLD)).as("answers that count once").isEqualTo("/run/told-first");
      assertThat(
              second.said(
                  "getfattr -hn security.selinux /var/kept /etc/kept/own /opt/app/kept"
                      + " | grep -c '=\"system_u:object_r:kept_t:s0\"'"))
          .as("files that kept the label SELinux reads")
          .isEqualTo("3");
      assertThat(
              second.said(
                  "ls /var/kept /root/kept /home/kept /etc/forgotten /opt/app/kept /srv/data /etc/issue"
                      + " 2>/dev/null"))
          .isEqualTo(
              "/etc/issue\n/home/kept\n/opt/app/kept\n/root/kept\n/var/kept\n\n/srv/data:\nkept");
      assertThat(second.said("cat /etc/hostname /etc/kept/untouched && stat -c %h /etc/kept/hard"))
          .isEqualTo("other\nthe image's\n2");
      assertThat(second.said("readlink /etc/kept/link; ls /etc/kept/gone 2>&1"))
          .startsWith("a\n")
          .contains("No such file");
      assertThat(second.said("find /run/emt/state/etc/upper -name untouched")).isEmpty();
      assertThat(second.said("stat -c %h /opt/app/hard; readlink /opt/app/link"))
          .isEqualTo("2\n/etc/kept/own");
      assertThat(second.said("cat /etc/many/* /opt/many/*/own | wc -l")).isEqualTo("200");
      size = gibibytes(second);
      second.said("rm /var/lib/emt/answers.conf");
      second.powerOff();
    }
    assertThat(disk.tableBytes()).isEqualTo(table);

    disk.growTo(66 * GIBIBYTE);
    try (Guest grown = LAB.get().boot(disk, scratch, told("second"))) {
      grown.awaitSound();
      assertThat(grown.said(TOLD)).isEqualTo("/run/told-second");
      assertThat(grown.said(IDENTITY)).isEqualTo(identity);
      assertThat(gibibytes(grown)).isGreaterThan(size);
      grown.powerOff();
    }
    assertThat(disk.table().partitions().subList(0, 5)).isEqualTo(partitions.subList(0, 5));
  }

  /// The cloud kernel knows no USB.
  private static final String STANDARD_KERNEL = ", packages: [linux-image-amd64]";

  private static final String TOLD = "ls /run/told-*";

  /// Answers that start a unit, which leaves a file of that name.
  private static List<Credential> told(String name) {
    return List.of(
        new Credential(
            "emt.answers",
            """
            [unit told.service]
            | [Service]
            | Type=oneshot
            | RemainAfterExit=yes
            | ExecStart=touch /run/told-%s
            """
                .formatted(name)));
  }

  private static long gibibytes(Guest guest) throws IOException, InterruptedException {
    return Long.parseLong(guest.said("df --output=size -BG /var | tail -1 | tr -dc 0-9"));
  }

  @Test
  void comesUpWithAStateThatIsFullDamagedOrGone() throws IOException, InterruptedException {
    NodeImage disk = disk("damaged", "degrade", 512, 2 * GIBIBYTE, Bus.VIRTIO);
    Path scratch = Files.createDirectory(folder.resolve("damaged"));
    try (Guest first = LAB.get().boot(disk, scratch)) {
      first.said("echo other >/etc/hostname; sync");
      first.said(
          "fallocate -l $(($(df --output=avail -B1 /var | tail -1) - 4194304)) /var/full; dd"
              + " if=/dev/zero of=/var/fuller bs=64k");
      assertThat(first.said("echo x 2>&1 >/var/more; df --output=avail /var | tail -1"))
          .endsWith("0");
      first.powerOff();
    }

    disk.damageState(4096);
    try (Guest full = LAB.get().boot(disk, scratch)) {
      assertThat(full.said("findmnt -no FSTYPE /var; cat /etc/hostname")).isEqualTo("ext4\nother");
      assertThat(full.said("rm /var/full; touch /var/again /etc/again && echo fine"))
          .isEqualTo("fine");
      full.powerOff();
    }

    try (Guest guarded = LAB.get().boot(disk.writeProtected(), scratch)) {
      assertThat(guarded.console())
          .contains("cannot be repaired or mounted", "is in memory, a restart forgets it");
      assertThat(guarded.said("findmnt -no FSTYPE /var; cat /etc/hostname"))
          .isEqualTo("tmpfs\ndamaged");
      guarded.powerOff();
    }

    disk.damageState(Long.MAX_VALUE);
    Digest table = disk.tableBytes();
    try (Guest damaged = LAB.get().boot(disk, scratch)) {
      assertThat(damaged.console())
          .contains("cannot be repaired or mounted", "is in memory, a restart forgets it");
      assertThat(damaged.said("findmnt -no FSTYPE /var; cat /etc/hostname"))
          .isEqualTo("tmpfs\ndamaged");
      damaged.powerOff();
    }
    assertThat(disk.tableBytes()).isEqualTo(table);
    check(disk, "sgdisk -v disk.raw");
  }

  private static final String IN_MEMORY =
      "df -t tmpfs --output=used | tail -n +2 | paste -sd+ | { read sum; echo $((sum)); }";

  private static final String IDENTITY =
      "cat /etc/machine-id; ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub";

  @Test
  void makesADamagedStateAnewOnNvmeWithLargeSectors() throws IOException, InterruptedException {
    NodeImage disk = disk("anew", "recreate", 4096, 8 * GIBIBYTE, Bus.NVME);
    Path scratch = Files.createDirectory(folder.resolve("anew"));
    try (Guest first = LAB.get().boot(disk, scratch)) {
      first.awaitSound();
      assertThat(first.said("cat /sys/block/nvme0n1/queue/logical_block_size")).isEqualTo("4096");
      assertThat(Long.parseLong(first.said("df --output=size -B1M /var | tail -1").strip()))
          .isGreaterThan(6500);
      first.powerOff();
    }
    check(disk, "sfdisk --sector-size 4096 --verify disk.raw");

    disk.damageState(Long.MAX_VALUE);
    try (Guest damaged = LAB.get().boot(disk, scratch)) {
      assertThat(damaged.console()).contains("is made anew, all in it is lost");
      assertThat(damaged.said("findmnt -no FSTYPE /var")).isEqualTo("ext4");
      damaged.powerOff();
    }
  }

  /// QEMU loads the kernel: its firmware takes many minutes to read one from such a disk.
  @Test
  void makesItsStateOnAUsbDisk() throws IOException, InterruptedException {
    Path scratch = Files.createDirectory(folder.resolve("usb"));
    // Without firmware, nobody can tell whether Secure Boot is on, and the image refuses a key that
    // is handed in.
    String key = LAB.get().tools().makeKey(Files.createDirectory(scratch.resolve("keys")));
    String user = "  users:\n    - {name: root, sshAuthorizedKeys: [" + key + "]}\n";
    NodeImage disk = disk("usb", "degrade", 512, 4 * GIBIBYTE, Bus.USB, user, STANDARD_KERNEL);
    long esp = disk.table().partitions().getFirst().extent().startBytes();
    check(disk, "mcopy -i disk.raw@@" + esp + " ::EFI/Linux/usb_1.efi usb.efi");
    Firmware firmware =
        DirectBoot.of(
            disk.file().resolveSibling("usb.efi"),
            scratch,
            "systemd.default_device_timeout_sec=600");
    String identity;
    try (Guest first = LAB.get().boot(disk, scratch, firmware)) {
      first.awaitSound();
      assertThat(first.said("readlink -f /sys/block/sda")).contains("/usb");
      assertThat(first.said("findmnt -no FSTYPE /var")).isEqualTo("ext4");
      identity = first.said(IDENTITY);
      first.powerOff();
    }
    Digest table = disk.tableBytes();
    try (Guest second = LAB.get().boot(disk, scratch, firmware)) {
      second.awaitSound();
      assertThat(second.said(IDENTITY)).isEqualTo(identity);
      second.powerOff();
    }
    assertThat(disk.tableBytes()).isEqualTo(table);
  }

  @Test
  void comesUpOnADiskThatIsTooSmallAndLeavesItsTableAlone()
      throws IOException, InterruptedException {
    NodeImage disk = disk("small", "degrade", 512, GIBIBYTE, Bus.VIRTIO);
    Digest table = disk.tableBytes();
    Path scratch = Files.createDirectory(folder.resolve("small"));
    try (Guest guest = LAB.get().boot(disk, scratch)) {
      assertThat(guest.console())
          .contains(
              "disk: cannot be divided as this image wants (expected: 1.1 GiB or more",
              "state: this disk has no partition for it",
              "is in memory, a restart forgets it");
      assertThat(guest.said("findmnt -no FSTYPE /var; touch /etc/x /opt/app/x && echo fine"))
          .isEqualTo("tmpfs\nfine");
      guest.powerOff();
    }
    assertThat(disk.tableBytes()).isEqualTo(table);
  }

  /// The plug is pulled some seconds after the kernel began, which is while partitions and file systems are made.
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 10, 12})
  void comesUpAfterAPowerCutDuringTheFirstBoot(int seconds)
      throws IOException, InterruptedException {
    NodeImage disk = disk("cut" + seconds, "degrade", 512, 4 * GIBIBYTE, Bus.VIRTIO);
    Path scratch = Files.createDirectory(folder.resolve("cut" + seconds));
    try (Guest cut = disk.boot(LAB.get().tools(), Files.createDirectory(scratch.resolve("1")))) {
      cut.awaitConsole("Welcome to", Lab.LONGEST_BOOT);
      cut.awaitEnd(Duration.ofSeconds(seconds));
    }
    try (Guest next = LAB.get().boot(disk, Files.createDirectory(scratch.resolve("2")))) {
      next.awaitSound();
      assertThat(next.said("findmnt -no FSTYPE /var")).isEqualTo("ext4");
      assertThat(next.said("ls -d /run/emt/state/var.new 2>/dev/null")).isEmpty();
      next.powerOff();
    }
  }

  private static void check(NodeImage disk, String script)
      throws IOException, InterruptedException {
    Oracles.open().succeed(Objects.requireNonNull(disk.file().getParent()), script);
  }

  /// Two hundred more paths that are kept: files in `/etc`, folders in `/opt`.
  private static String many() {
    return IntStream.range(100, 200)
        .mapToObj(i ->
            "      - {path: /etc/many/%1$d, seed: none}\n      - {path: /opt/many/%1$d, seed: none}\n"
                .formatted(i))
        .collect(Collectors.joining());
  }

  /// A new disk with the image of a template of that name.
  private NodeImage disk(String name, String damaged, int sectorBytes, long size, Bus bus)
      throws IOException, InterruptedException {
    return disk(name, damaged, sectorBytes, size, bus, "", "");
  }

  /// @param more lines behind `persistence.paths`
  /// @param kernel more keys of `kernel`
  private NodeImage disk(
      String name, String damaged, int sectorBytes, long size, Bus bus, String more, String kernel)
      throws IOException, InterruptedException {
    Path own = Files.createDirectory(folder.resolve(name + "-disk"));
    Files.writeString(
        own.resolve("node.yaml"),
        """
        extends: minimal
        image: {name: %1$s, version: "1"}
        disk:
          layout: immutable
          sectorSize: %2$d
          slots: {esp: %4$dMiB, root: 256MiB, rootVerity: 4MiB, state: 512MiB}
        systemConfig:
          hostname: %1$s
          kernel: {parameters: [-quiet]%5$s}
          additionalFiles:
            - {final: /etc/kept/untouched, content: "the image's\\n"}
            - {final: /etc/kept/gone, content: x}
            - {final: /srv/data/default, content: x}
          persistence:
            state: ext4
            damaged: %3$s
            paths:
              - {path: /etc/kept}
              - {path: /etc/hostname}
              - {path: /opt/app, seed: none, owner: "root:root", mode: "0750"}
              - {path: /srv/data}
        """
                .formatted(name, sectorBytes, damaged, sectorBytes == 512 ? 96 : 260, kernel)
            + more);
    Emt.Ending built = Emt.in(own).run("build", "node.yaml");
    assertThat(built.exit()).as(built.said()).isZero();
    return NodeImage.of(
        own.resolve("build/" + name + "/" + name + "-1.raw"),
        own.resolve("disk.raw"),
        size,
        bus,
        sectorBytes);
  }
}
