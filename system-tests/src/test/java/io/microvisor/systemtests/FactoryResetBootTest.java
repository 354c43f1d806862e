package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.Digest;
import io.microvisor.machine.Bus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// Machines that are told to forget what they keep, in each of the ways there are to ask.
@Tag("system")
class FactoryResetBootTest {
  private static final String VARIABLE =
      "/sys/firmware/efi/efivars/FactoryReset-8cf2644b-4b0b-428f-9387-6d876050dc67";
  private static final String GONE = VARIABLE + " 2>/dev/null";
  private static final String EMPTIED =
      "factory reset: the state is emptied, but for /etc/hostname /etc/machine-id /opt/app /var/lib/id";
  private static final String DONE = "factory reset: done";
  private static final String HOST_KEY = "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub";

  /// What of all that [#FILL] makes is there.
  private static final String LIST =
      "cd / && ls -d etc/kept/own home/own opt/app/own root/own srv/data/own var/lib/id/own var/locked"
          + " var/many var/own 2>/dev/null";

  private static final String FILL =
      """
      set -e
      cd /
      touch etc/kept/own home/own opt/app/own root/own srv/data/own var/lib/id/own var/own
      touch var/locked
      chattr +i var/locked
      mkdir var/many
      cd var/many
      seq 20000 | xargs touch
      sync
      """;

  @RegisterExtension private static final LabOfClass LAB = new LabOfClass();

  @TempDir Path folder;

  /// One disk: asked by a command and interrupted, asked by the kernel command line, asked when the state is damaged.
  @Test
  void keepsOnlyWhatItIsToldToKeep() throws IOException, InterruptedException {
    NodeImage disk =
        disk("reset", "{keep: [/etc/machine-id, /etc/hostname, /opt/app, /var/lib/id]}");
    Path scratch = Files.createDirectory(folder.resolve("reset"));
    String identity;
    String hostKey;
    try (Guest first = LAB.get().boot(disk, scratch)) {
      assertThat(first.console()).doesNotContain("factory reset:");
      first.said(FILL);
      first.said("echo other >/etc/hostname");
      identity = first.said("cat /etc/machine-id");
      hostKey = first.said(HOST_KEY);
      ask(first);
    }
    Digest table = disk.tableBytes();

    try (Guest cut = disk.boot(LAB.get().tools(), scratch)) {
      cut.awaitConsole(EMPTIED, Lab.LONGEST_BOOT);
      assertThat(cut.console())
          .contains("factory reset: asked for by the EFI variable FactoryReset")
          .doesNotContain(DONE);
    }

    try (Guest next = LAB.get().boot(disk, scratch)) {
      assertThat(next.console()).contains(EMPTIED, DONE).doesNotContain("is not finished");
      next.awaitSound();
      assertThat(next.said(LIST)).isEqualTo("opt/app/own\nvar/lib/id/own");
      assertThat(next.said("cat /etc/machine-id /etc/hostname")).isEqualTo(identity + "\nother");
      assertThat(next.said(HOST_KEY)).isNotEqualTo(hostKey);
      assertThat(next.said("findmnt -no FSTYPE /var; ls -A /run/emt/state; ls " + GONE))
          .isEqualTo("ext4\netc\nfolders\nlost+found\nvar");
      next.said(FILL);
      next.powerOff();
    }

    try (Guest told = LAB.get().boot(disk, scratch, "systemd.factory_reset=yes")) {
      assertThat(told.console())
          .contains("factory reset: asked for by the kernel command line", EMPTIED, DONE);
      assertThat(told.said(LIST)).isEqualTo("opt/app/own\nvar/lib/id/own");
      told.said("touch /var/own && printf '\\7\\0\\0\\0n\\0o\\0' >" + VARIABLE);
      told.powerOff();
    }

    try (Guest later = LAB.get().boot(disk, scratch)) {
      assertThat(later.console()).doesNotContain("factory reset:");
      assertThat(later.said(LIST)).isEqualTo("opt/app/own\nvar/lib/id/own\nvar/own");
      ask(later);
    }

    disk.damageState(Long.MAX_VALUE);
    try (Guest damaged = LAB.get().boot(disk, scratch)) {
      assertThat(damaged.console())
          .contains("factory reset: the state cannot be mounted and is made anew", DONE);
      assertThat(damaged.said(LIST + "; findmnt -no FSTYPE /var")).isEqualTo("ext4");
      assertThat(damaged.said("cat /etc/machine-id")).isNotEqualTo(identity);
      damaged.powerOff();
    }
    assertThat(disk.tableBytes()).isEqualTo(table);
  }

  @Test
  void forgetsEverythingThoughTheStateIsDamaged() throws IOException, InterruptedException {
    NodeImage disk = disk("forget", "{}");
    Path scratch = Files.createDirectory(folder.resolve("forget"));
    String identity;
    try (Guest first = LAB.get().boot(disk, scratch)) {
      first.said(FILL);
      identity = first.said("cat /etc/machine-id");
      first.said("printf '\\7\\0\\0\\0y\\0e\\0s\\0\\0\\0' >" + VARIABLE);
      first.powerOff();
    }
    Digest table = disk.tableBytes();
    disk.damageState(1 << 20);

    try (Guest next = LAB.get().boot(disk, scratch)) {
      assertThat(next.console())
          .contains("factory reset: the state is made anew, all in it is forgotten", DONE)
          .doesNotContain("is not finished", "cannot be repaired");
      next.awaitSound();
      assertThat(next.said(LIST + "; findmnt -no FSTYPE /var; ls " + GONE)).isEqualTo("ext4");
      assertThat(next.said("cat /etc/machine-id")).isNotEqualTo(identity);
      next.powerOff();
    }
    assertThat(disk.tableBytes()).isEqualTo(table);
  }

  /// Asks by the usual target, which restarts the machine.
  private static void ask(Guest guest) throws IOException, InterruptedException {
    guest.run("systemctl start factory-reset.target");
    assertThat(guest.awaitEnd(Duration.ofMinutes(2))).as(guest.console()).isTrue();
  }

  /// A new disk with the image of a template of that name.
  private NodeImage disk(String name, String factoryReset)
      throws IOException, InterruptedException {
    Path own = Files.createDirectory(folder.resolve(name + "-disk"));
    Files.writeString(
        own.resolve("node.yaml"),
        """
        extends: minimal
        image: {name: %1$s, version: "1"}
        disk:
          layout: immutable
          slots: {esp: 96MiB, root: 256MiB, rootVerity: 4MiB, state: 512MiB}
        systemConfig:
          hostname: %1$s
          kernel:
            parameters: [-quiet]
          additionalFiles:
            - {final: /etc/kept/default, content: x}
            - {final: /srv/data/default, content: x}
          persistence:
            state: ext4
            paths:
              - {path: /etc/kept}
              - {path: /etc/hostname}
              - {path: /opt/app, seed: none}
              - {path: /srv/data}
              - {path: /var/lib/id, seed: none}
            factoryReset: %2$s
        """
            .formatted(name, factoryReset));
    Emt.Ending built = Emt.in(own).run("build", "node.yaml");
    assertThat(built.exit()).as(built.said()).isZero();
    return NodeImage.of(
        own.resolve("build/" + name + "/" + name + "-1.raw"),
        own.resolve("disk.raw"),
        2L << 30,
        Bus.VIRTIO,
        512);
  }
}
