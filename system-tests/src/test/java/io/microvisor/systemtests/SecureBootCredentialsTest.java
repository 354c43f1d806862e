package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ByteSource;
import io.microvisor.formats.gpt.GptReader;
import io.microvisor.formats.gpt.PartitionType;
import io.microvisor.machine.Credential;
import io.microvisor.machine.Firmware;
import io.microvisor.machine.MachineTools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whoever writes a machine's SMBIOS strings, or files beside its kernel, does not get into it when Secure Boot is on. That a
/// credential opens it without Secure Boot is what every other boot here shows.
@Tag("system")
class SecureBootCredentialsTest {
  private static final Duration LONGEST_REFUSAL = Duration.ofMinutes(3);

  /// Handed in both ways, besides a key for ssh.
  private static final List<Credential> CREDENTIALS =
      List.of(
          new Credential("agetty.autologin", "root"),
          new Credential("login.noauth", "yes"),
          new Credential("fstab.extra", "tmpfs /usr/share tmpfs rw 0 0"));

  @Test
  void nobodyIsLoggedInByCredentialsWhenSecureBootIsOn(@TempDir Path folder)
      throws IOException, InterruptedException {
    try (Lab lab = Lab.open()) {
      Emt.Ending built = Emt.in(folder).run("build", "minimal");
      assertThat(built.exit()).as(built.said()).isZero();
      Path signing = Files.createDirectory(folder.resolve("signing"));
      SecureBootKeys keys = SecureBootKeys.make(lab.archive(), lab.tools().support(), signing);
      Path image = signing.resolve("signed.raw");
      Files.move(folder.resolve("build/minimal/minimal-0.1.raw"), image);
      MachineTools tools = lab.tools();
      Firmware firmware = new Firmware.SecureBoot(keys.variables());
      try (Guest unsigned =
          Guest.boot(tools, firmware, image, folder.resolve("unsigned"), List.of())) {
        unsigned.awaitConsole("Access Denied", LONGEST_REFUSAL);
      }
      long partition = systemPartition(image);
      keys.sign(
          "signed.raw", partition, List.of("EFI/BOOT/BOOTX64.EFI", "EFI/Linux/minimal_0.1.efi"));
      for (Credential each : CREDENTIALS) {
        keys.putCredential("signed.raw", partition, each);
      }
      try (Guest guest = Guest.boot(tools, firmware, image, folder.resolve("guest"), CREDENTIALS)) {
        guest.awaitConsole("login:", Lab.LONGEST_BOOT);
        guest.awaitSshGreeting(Lab.LONGEST_BOOT);

        assertThat(guest.run("true").exit()).as("ssh with the key handed in").isNotZero();
        assertThat(guest.console())
            .contains("refused system credentials")
            .doesNotContain("root@")
            .doesNotContain("automatic login");
      }
    }
  }

  private static long systemPartition(Path image) throws IOException {
    return GptReader.read(ByteSource.of(image))
        .first(PartitionType.ESP)
        .orElseThrow()
        .extent()
        .startBytes();
  }
}
