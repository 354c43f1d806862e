package io.microvisor.compose.template;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.compose.problem.Code;
import io.microvisor.compose.problem.Place;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.template.ModuleSelection.Profile;
import java.util.List;
import org.junit.jupiter.api.Test;

class SystemRecordsTest {
  @Test
  void edgeProfileKeepsStorageAndNetworkAndDropsSound() {
    ModuleSelection edge = new ModuleSelection(Profile.EDGE, List.of(), List.of());
    assertThat(edge.keeps("kernel/drivers/nvme/host/nvme.ko.xz")).isTrue();
    assertThat(edge.keeps("kernel/drivers/net/ethernet/intel/igb/igb.ko.xz")).isTrue();
    assertThat(edge.keeps("kernel/fs/overlayfs/overlay.ko.xz")).isTrue();
    assertThat(edge.keeps("kernel/sound/pci/hda/snd-hda-intel.ko.xz")).isFalse();
    assertThat(edge.keeps("kernel/net/ax25/ax25.ko.xz")).isFalse();
  }

  @Test
  void virtualProfileKeepsVirtioAndDropsOtherCards() {
    ModuleSelection virtual = new ModuleSelection(Profile.VIRTUAL, List.of(), List.of());
    assertThat(virtual.keeps("kernel/drivers/net/virtio_net.ko.xz")).isTrue();
    assertThat(virtual.keeps("kernel/drivers/md/dm-verity.ko.xz")).isTrue();
    assertThat(virtual.keeps("kernel/drivers/net/ethernet/broadcom/tg3.ko.xz")).isFalse();
  }

  @Test
  void includeWinsOverExcludeAndDashesAreUnderscores() {
    ModuleSelection selection =
        new ModuleSelection(
            Profile.EDGE, List.of("snd_hda*"), List.of("fs/btrfs", "snd-hda-intel", "nbd"));
    assertThat(selection.keeps("kernel/sound/pci/hda/snd-hda-intel.ko.xz")).isTrue();
    assertThat(selection.keeps("kernel/fs/btrfs/btrfs.ko.xz")).isFalse();
    assertThat(selection.keeps("kernel/drivers/block/nbd.ko")).isFalse();
    assertThat(selection.keeps("kernel/fs/ext4/ext4.ko")).isTrue();
  }

  @Test
  void profilesLeaveAddedModulesAlone() {
    ModuleSelection virtual =
        new ModuleSelection(Profile.VIRTUAL, List.of(), List.of("bbswitch", "extra/vendor"));
    assertThat(virtual.keeps("updates/dkms/acpi_call.ko")).isTrue();
    assertThat(virtual.keeps("updates/dkms/bbswitch.ko")).isFalse();
    assertThat(virtual.keeps("extra/vendor/npu.ko.zst")).isFalse();
  }

  @Test
  void networkIsToldToNetworkdInItsOwnWords() {
    Place place = Place.startOf("x");
    Network network =
        new Network(
            List.of(
                new Network.Interface("e*", true, false, List.of(), List.of(), List.of(), place),
                new Network.Interface(
                    "eth1",
                    false,
                    false,
                    List.of("10.0.0.2/24"),
                    List.of(new Network.Route("default", "10.0.0.1")),
                    List.of("10.0.0.1"),
                    place)),
            place);
    assertThat(network.files())
        .containsEntry(
            "/etc/systemd/network/20-ex.network",
            """
            [Match]
            Name=e*

            [Network]
            DHCP=ipv4

            [DHCPv4]
            ClientIdentifier=mac
            """)
        .containsEntry(
            "/etc/systemd/network/21-eth1.network",
            """
            [Match]
            Name=eth1

            [Network]
            DHCP=no
            Address=10.0.0.2/24
            DNS=10.0.0.1

            [Route]
            Gateway=10.0.0.1
            """);
  }

  @Test
  void problemHasTheFormOfTheStyleGuide() {
    Problem problem =
        Problem.of(
            Code.PARTITION_TOO_SMALL,
            new Place("edge.yaml", 14, 7),
            "root-a: 512 MiB is too small for its tree (expected: >= 604 MiB)",
            "raise size to 608MiB");
    assertThat(problem)
        .hasToString(
            """
            edge.yaml:14:7: root-a: 512 MiB is too small for its tree (expected: >= 604 MiB)
              advice: raise size to 608MiB\
            """);
  }

  @Test
  void sshKeysAreTakenWithOptionsAndRefusedWhenTheirTypeLies() {
    String ed25519 = "AAAAC3NzaC1lZDI1NTE5AAAAIMVPNm6kA0RZ4vm15JgC10mIV8S2VQnmiDVoCKaQ21Jd";
    assertThat(SshKey.complaint("ssh-ed25519 " + ed25519)).isEmpty();
    assertThat(SshKey.complaint("restrict,pty ssh-ed25519 " + ed25519 + " me")).isEmpty();
    assertThat(SshKey.complaint("ssh-rsa " + ed25519))
        .contains("the key inside is not of type ssh-rsa");
    assertThat(SshKey.complaint("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMVP"))
        .contains("the key is cut off");
    assertThat(SshKey.complaint("-----BEGIN OPENSSH PRIVATE KEY-----"))
        .contains("a private key, which belongs in no image");
  }
}
