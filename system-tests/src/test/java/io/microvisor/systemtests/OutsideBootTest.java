package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.formats.gpt.Gpt;
import io.microvisor.machine.Bus;
import io.microvisor.machine.Credential;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// What reaches a machine from outside its image: answers, extensions, and what it changed itself, against an update.
@Tag("system")
class OutsideBootTest {
  private static final long GIBIBYTE = 1L << 30;

  private static final String NODE =
      """
      extends: minimal
      image: {name: outside, version: "%s"}
      disk:
        layout: immutable
        slots: {esp: 96MiB, root: 256MiB, rootVerity: 4MiB, state: 256MiB}
      systemConfig:
        hostname: outside
        kernel:
          parameters: [-quiet]
        additionalFiles:
          - {final: /etc/kept/a, content: "%s\\n"}
          - {final: /etc/kept/b, content: "default\\n"}
        provisioning: {answers: each-boot}
        persistence: {state: ext4, paths: [{path: /etc/kept}]}
      """;

  private static final String CLOUD =
      """
      extends: minimal
      image: {name: outside, version: "1"}
      disk:
        layout: immutable
        slots: {esp: 96MiB, root: 384MiB, rootVerity: 4MiB, state: 256MiB}
      systemConfig:
        hostname: outside
        kernel:
          parameters: [-quiet]
        cloudInit: {enabled: true}
        persistence: {state: ext4}
      """;

  private static final String ANSWERS =
      """
      # Two lines of comment,
      # so that line four is wrong at first.
      [machine]
      hostname = %s

      [user root]
      ssh-key = ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ6RhGOMhZzJwXn2JzVHpxlKbCUKcyNJm0ENtxR8hVQx me@work

      [network none*]
      address = 192.0.2.7/24

      [proxy]
      http = http://proxy.example.org:3128

      [file /etc/app/app.conf]
      mode = 0640
      | listen = 0.0.0.0

      [file /var/lib/app.conf]
      | kept

      [unit answered.service]
      | [Service]
      | Type=oneshot
      | RemainAfterExit=yes
      | ExecStart=touch /run/answered
      """;

  /// They are told beside the boot, so some time after it.
  private static final String CHANGES =
      "until [ -e /run/emt/etc-changes ]; do sleep 1; done; cat /run/emt/etc-changes";

  /// Whose NoCloud cloud-init takes, without and with a network, and what that makes of a seed elsewhere.
  private static final String SOURCES =
      """
      mkdir -p /run/seed/seed/nocloud
      cd /run/seed/seed/nocloud
      echo >user-data
      echo 'seedfrom: file:///run/seed/seed/nocloud/' >meta-data
      python3 -c '
      from cloudinit import helpers, sources
      where = (["NoCloud"], ["emt_cloud", "", "cloudinit.sources"])
      needs = ([sources.DEP_FILESYSTEM], [sources.DEP_FILESYSTEM, sources.DEP_NETWORK])
      found = [sources.list_sources(where[0], need, where[1])[0] for need in needs]
      paths = helpers.Paths({"cloud_dir": "/run/seed", "run_dir": "/run/seed"})
      taken = found[0]({"datasource": {"NoCloud": {"fs_label": None}}}, None, paths)._get_data()
      print(*[each.__module__.split(".")[0] for each in found], "taken" if taken else "refused")
      ' 2>/dev/null
      """;

  private static final String USER_DATA =
      """
      #cloud-config
      hostname: by-cloud
      users:
        - {name: op, uid: "1500", shell: /bin/bash}
      write_files:
        - {path: /etc/app.conf, content: "listen\\n"}
      runcmd:
        - [sh, -c, "echo ran >>/var/lib/ran"]
      """;

  @RegisterExtension private static final LabOfClass LAB = new LabOfClass();

  @TempDir Path folder;

  @Test
  void isConfiguredExtendedAndUpdated() throws IOException, InterruptedException {
    NodeImage disk = disk(image("1", NODE.formatted("1", "default")));

    answer(disk, ANSWERS.formatted("Edge_17"));
    try (Guest first = LAB.get().boot(disk, folder)) {
      refusesWholeAnswersForOneMistake(first);
      passesByALoopDeviceOfTheSameName(first);
      change(first);
      first.powerOff();
    }

    answer(disk, ANSWERS.formatted("edge-17"));
    try (Guest second = LAB.get().boot(disk, folder)) {
      second.awaitSound();
      isAnswered(second);
      isExtended(second);
      assertThat(second.said(CHANGES))
          .endsWith("changed\tno\t/etc/kept/a\ndeleted\tno\t/etc/kept/b");
      second.said("rm -r /var/lib/confexts/* /var/lib/extensions/*");
      second.powerOff();
    }

    answer(disk, "");
    update(disk, image("2", NODE.formatted("2", "another default")));
    try (Guest updated =
        LAB.get()
            .boot(
                disk,
                folder,
                List.of(
                    new Credential("emt.answers", "[machine]\nhostname = by-credential\n"),
                    new Credential("tmpfiles.extra", "f /run/by-systemd - - - - fine\n"),
                    new Credential(
                        "systemd.unit-dropin.ssh.service",
                        "[Service]\nEnvironment=BY=systemd\n")))) {
      updated.awaitSound();
      assertThat(updated.said("grep IMAGE_VERSION /etc/os-release; hostname; cat /etc/kept/a"))
          .isEqualTo("IMAGE_VERSION=2\nby-credential\nown");
      assertThat(updated.said("cat /run/by-systemd; echo; systemctl show -P Environment ssh"))
          .as("what systemd itself takes")
          .isEqualTo("fine\nBY=systemd");
      assertThat(updated.said(CHANGES))
          .endsWith("changed\tyes\t/etc/kept/a\ndeleted\tno\t/etc/kept/b");
      assertThat(updated.said("journalctl -b -t emt -p warning -o cat"))
          .contains("/etc/kept/a: was changed on this machine and stays so");
      assertThat(updated.said("cat /run/emt/image/etc/kept/a")).isEqualTo("another default");
      assertThat(
              updated.said(
                  "ls /etc/app /run/emt/ssh /run/answered 2>/dev/null; cat /var/lib/app.conf"))
          .as("what follows from answers goes with them, but for files on /var")
          .isEqualTo("kept");
      updated.powerOff();
    }
  }

  /// What cloud-init writes to `/etc` is there at each boot; what it runs, it ran once for each instance.
  @Test
  void isConfiguredByCloudInit() throws IOException, InterruptedException {
    NodeImage disk = disk(image("1", CLOUD));
    seed(disk, "CIDATA", Map.of("user-data", USER_DATA, "meta-data", "instance-id: one\n"));
    for (int i = 0; i < 2; i++) {
      try (Guest guest = LAB.get().boot(disk, folder)) {
        isConfigured(guest, "DataSourceNoCloud", "by-cloud", "ran");
        assertThat(guest.said(SOURCES)).isEqualTo("emt_cloud emt_cloud refused");
        guest.powerOff();
      }
    }

    seed(
        disk,
        "config-2",
        Map.of(
            "openstack/latest/user_data",
            USER_DATA.replace("by-cloud", "by-drive"),
            "openstack/latest/meta_data.json",
            "{\"uuid\": \"two\"}"));
    try (Guest guest = LAB.get().boot(disk, folder)) {
      isConfigured(guest, "DataSourceConfigDrive", "by-drive", "ran\nran");
      guest.powerOff();
    }
  }

  @Test
  void isConfiguredByUserDataInItsImage() throws IOException, InterruptedException {
    NodeImage disk =
        disk(
            image(
                "1",
                CLOUD.replace("true}", "true, userDataFile: user-data}"),
                Map.of("user-data", USER_DATA)));
    try (Guest guest = LAB.get().boot(disk, folder)) {
      isConfigured(guest, "DataSourceNoCloud", "by-cloud", "ran");
    }
  }

  private static void isConfigured(Guest guest, String source, String hostname, String ran)
      throws IOException, InterruptedException {
    guest.awaitSound();
    assertThat(guest.said("cloud-init status --wait --long")).contains("status: done", source);
    assertThat(guest.said("hostname; id -u op; cat /etc/app.conf /var/lib/ran"))
        .isEqualTo(hostname + "\n1500\nlisten\n" + ran);
  }

  /// An image on a disk with a small partition behind all that the machine will make.
  private NodeImage disk(Path image) throws IOException, InterruptedException {
    NodeImage disk = NodeImage.of(image, folder.resolve("disk.raw"), 2 * GIBIBYTE, Bus.VIRTIO, 512);
    sgdisk("-e -n 0:-32M:0 -t 0:0700 -c 0:config");
    return disk;
  }

  private static void refusesWholeAnswersForOneMistake(Guest guest)
      throws IOException, InterruptedException {
    assertThat(guest.console())
        .contains("EMT-CONFIG/answers.conf:4:12: hostname: \"Edge_17\" (expected: a host name")
        .contains("EMT-CONFIG/answers.conf: nothing of it is done");
    assertThat(guest.said("journalctl -b -t emt -o cat")).contains("EMT-CONFIG/answers.conf:4:12:");
    assertThat(guest.said("hostname; ls /etc/app /run/emt/ssh /run/answered 2>/dev/null"))
        .isEqualTo("outside");
    assertThat(guest.said("systemctl --failed --plain --no-legend"))
        .startsWith("emt-answers.service")
        .hasLineCount(1);
    assertThat(guest.said(CHANGES)).hasLineCount(1).startsWith("#");
  }

  /// A guest's volume looks like this to its host.
  private static void passesByALoopDeviceOfTheSameName(Guest guest)
      throws IOException, InterruptedException {
    assertThat(
            guest.said(
                """
                dd if=/dev/disk/by-label/EMT-CONFIG of=/var/tmp/guest.img bs=1M status=none
                losetup -f /var/tmp/guest.img
                udevadm settle
                systemctl restart emt-answers 2>/dev/null
                losetup -D
                rm /var/tmp/guest.img
                journalctl -b -t emt -o cat
                """))
        .containsPattern("answers: EMT-CONFIG on loop[0-9]+ does not count")
        .doesNotContain("several")
        .containsPattern("(?s)answers.conf:4:12: .*loop[0-9]+ .*answers.conf:4:12: ");
  }

  /// What the next boot finds: changes, an extension of each kind, and one that is an image.
  private void change(Guest guest) throws IOException, InterruptedException {
    guest.said(
        """
        set -e
        echo own >/etc/kept/a
        rm /etc/kept/b
        confext=/var/lib/confexts/site
        mkdir -p $confext/etc/extension-release.d $confext/etc/site
        echo ID=_any >$confext/etc/extension-release.d/extension-release.site
        echo site >$confext/etc/site/site.conf
        sysext=/var/lib/extensions/tool
        mkdir -p $sysext/usr/lib/extension-release.d $sysext/usr/bin
        echo ID=_any >$sysext/usr/lib/extension-release.d/extension-release.tool
        printf '#!/bin/sh\\necho tool\\n' >$sysext/usr/bin/tool
        chmod 755 $sysext/usr/bin/tool
        """);
    Oracles.open()
        .succeed(
            folder,
            """
            mkdir -p drawn/usr/lib/extension-release.d drawn/usr/share
            echo ID=_any >drawn/usr/lib/extension-release.d/extension-release.drawn
            echo drawn >drawn/usr/share/drawn
            mkfs.erofs --quiet drawn.raw drawn
            """);
    String drawn =
        Base64.getEncoder().encodeToString(Files.readAllBytes(folder.resolve("drawn.raw")));
    guest.said("echo " + drawn + " | base64 -d >/var/lib/extensions/drawn.raw");
  }

  private static void isAnswered(Guest guest) throws IOException, InterruptedException {
    assertThat(
            guest.said(
                "hostname; cat /etc/hostname /var/lib/app.conf; stat -c %a /etc/app/app.conf"))
        .isEqualTo("edge-17\nedge-17\nkept\n640");
    assertThat(guest.said("ls /run/answered /run/systemd/network; systemctl is-active answered"))
        .contains("/run/answered", "05-emt-3.network", "active");
    assertThat(guest.said("/usr/sbin/sshd -T | grep -i authorizedkeysfile; cat /run/emt/ssh/root"))
        .contains("/run/emt/ssh/%u", "me@work");
    assertThat(guest.said("systemctl show -p Environment answered.service"))
        .contains("http_proxy=http://proxy.example.org:3128");
  }

  /// Both kinds join what lies below: the machine's `/etc` over the image's, and `/usr`.
  private static void isExtended(Guest guest) throws IOException, InterruptedException {
    assertThat(
            guest.said(
                "cat /etc/site/site.conf /etc/kept/a; tool; cat /usr/share/drawn; ls /etc/kept"))
        .isEqualTo("site\nown\ntool\ndrawn\na");
    assertThat(guest.said("touch /etc/kept/x 2>&1")).contains("Read-only file system");
  }

  private void sgdisk(String options) throws IOException, InterruptedException {
    Oracles.open().succeed(folder, "sgdisk " + options + " disk.raw");
  }

  /// Puts these answers into the last partition; empty: a file system without any.
  private void answer(NodeImage disk, String answers) throws IOException, InterruptedException {
    seed(disk, "EMT-CONFIG", answers.isEmpty() ? Map.of() : Map.of("answers.conf", answers));
  }

  /// Puts a file system with these files into the last partition.
  private void seed(NodeImage disk, String label, Map<String, String> files)
      throws IOException, InterruptedException {
    Path tree = Files.createTempDirectory(folder, "seed");
    for (Map.Entry<String, String> file : files.entrySet()) {
      Path path = tree.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.writeString(path, file.getValue());
    }
    Oracles.open()
        .succeed(
            folder,
            """
            rm -f config.img
            mkfs.vfat -C -n %s config.img 16384
            for each in %s/*; do [ ! -e "$each" ] || mcopy -s -i config.img "$each" ::; done
            """
                .formatted(label, tree.getFileName()));
    disk.copy(folder.resolve("config.img"), 0, Files.size(folder.resolve("config.img")), "config");
  }

  /// Does what an update does to slot A, and to the EFI system partition.
  private void update(NodeImage disk, Path image) throws IOException, InterruptedException {
    NodeImage fresh = new NodeImage(image, Bus.VIRTIO, 512);
    List<Gpt.Partition> old = disk.table().partitions().subList(0, 3);
    StringBuilder options = new StringBuilder();
    for (int i = 0; i < old.size(); i++) {
      Gpt.Partition now = fresh.table().partitions().get(i);
      disk.copy(image, now.extent().startBytes(), now.extent().sizeBytes(), old.get(i).name());
      options.append(" -u %d:%s -c %d:%s".formatted(i + 1, now.unique(), i + 1, now.name()));
    }
    sgdisk(options.toString());
  }

  private Path image(String version, String template) throws IOException, InterruptedException {
    return image(version, template, Map.of());
  }

  /// @param beside files beside the template
  private Path image(String version, String template, Map<String, String> beside)
      throws IOException, InterruptedException {
    Path own = Files.createDirectories(folder.resolve("image" + version));
    Files.writeString(own.resolve("node.yaml"), template);
    for (Map.Entry<String, String> file : beside.entrySet()) {
      Files.writeString(own.resolve(file.getKey()), file.getValue());
    }
    Emt.Ending built = Emt.in(own).run("build", "node.yaml");
    assertThat(built.exit()).as(built.said()).isZero();
    return own.resolve("build/outside/outside-" + version + ".raw");
  }
}
