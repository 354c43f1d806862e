package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// The default image, built by the command line and booted once; the guest itself reports.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EdgeBootTest {
  private static final long MEBIBYTE = 1 << 20;

  @RegisterExtension private static final LabOfClass LAB = new LabOfClass();

  private Path image = Path.of("");
  private @Nullable Guest guest;

  @BeforeAll
  void buildAndBoot(@TempDir Path folder) throws IOException, InterruptedException {
    Emt.Ending built = Emt.in(folder).run("build", "edge");
    assertThat(built.exit()).as(built.said()).isZero();
    image = folder.resolve("build/edge/edge-0.1.raw");
    guest = LAB.get().boot(image, folder.resolve("guest"));
    // Units that start late may still fail.
    run("systemctl is-system-running --wait");
  }

  @AfterAll
  void stop() {
    if (guest != null) {
      guest.close();
    }
  }

  private String run(String command) throws IOException, InterruptedException {
    return Objects.requireNonNull(guest).run(command).text().strip();
  }

  @Test
  void reachesMultiUserWithoutAFailedUnit() throws IOException, InterruptedException {
    assertThat(run("systemctl is-system-running"))
        .as(run("systemctl --failed"))
        .isEqualTo("running");
    assertThat(run("systemctl is-active multi-user.target")).isEqualTo("active");
  }

  @Test
  void mountsItsRootReadOnlyThroughVerity() throws IOException, InterruptedException {
    assertThat(run("findmnt -no FSTYPE,SOURCE /")).isEqualTo("erofs /dev/mapper/root");
    assertThat(run("findmnt -no OPTIONS /").split(",")).contains("ro");
    assertThat(run("veritysetup status root || dmsetup table root"))
        .contains(Files.readString(image.resolveSibling("edge-0.1.roothash")).strip());
  }

  @Test
  void refusesWritesToTheSystem() throws IOException, InterruptedException {
    assertThat(run("touch /usr/x 2>&1")).contains("Read-only file system");
    assertThat(run("mount -o remount,rw / 2>&1; touch /usr/x 2>&1"))
        .contains("Read-only file system");
  }

  @Test
  void letsTheMachineWriteItsOwnStateInMemory() throws IOException, InterruptedException {
    assertThat(
            run(
                "touch /etc/x /var/x /root/x /home/x && findmnt -no FSTYPE /etc && findmnt -no FSTYPE /var"))
        .isEqualTo("overlay\ntmpfs");
  }

  @Test
  void leavesTheJournalWhereItBegins() throws IOException, InterruptedException {
    assertThat(run("find /run/log/journal -name '*.journal'")).isNotEmpty();
    assertThat(run("find /var/log/journal -name '*.journal'")).isEmpty();
  }

  @Test
  void readsItsRootWithTheQuickDigest() throws IOException, InterruptedException {
    assertThat(run("dmesg | grep 'verity: sha256 using'"))
        .contains("sha256-")
        .doesNotContain("generic");
  }

  @Test
  void hasAnAddressAndANameServer() throws IOException, InterruptedException {
    assertThat(run("networkctl is-online; ip -4 -o addr show scope global")).contains("10.0.2.15");
    assertThat(run("cat /etc/resolv.conf")).contains("nameserver 127.0.0.53");
  }

  @Test
  void runsAContainer() throws IOException, InterruptedException {
    String image = Base64.getEncoder().encodeToString(TinyContainer.archive());
    assertThat(
            run(
                "echo "
                    + image
                    + " | base64 -d >/tmp/tiny.tar && ctr image import /tmp/tiny.tar 2>&1"))
        .contains(TinyContainer.NAME);
    assertThat(run("ctr run --rm " + TinyContainer.NAME + " tiny 2>&1"))
        .isEqualTo(TinyContainer.SAYS.strip());
  }

  @Test
  void holdsNothingThatBelongsToOneMachine() throws IOException, InterruptedException {
    // The lower layer of /etc is what the image brings.
    assertThat(
            run(
                "mkdir -p /run/image && mount -t erofs -o ro /dev/mapper/root /run/image && cd /run/image"
                    + " && wc -c <etc/machine-id && ls etc/ssh/*key* var/log/*.log var/lib/systemd/random-seed 2>/dev/null"))
        .isEqualTo("0");
  }

  @Test
  void doesNoFirstBootOrUpdateWork() throws IOException, InterruptedException {
    for (String unit :
        new String[] {"ldconfig", "systemd-journal-catalog-update", "systemd-update-done"}) {
      assertThat(run("systemctl show -P ConditionResult " + unit)).as(unit).isEqualTo("no");
    }
  }

  @Test
  void keepsItsLimits() throws IOException {
    assertThat(Files.size(image.resolveSibling("edge-0.1.raw.zst"))).isLessThan(300 * 1_000_000L);
    assertThat(Files.size(image.resolveSibling("edge-0.1.root"))).isLessThan(400 * 1_000_000L);
    assertThat(Files.size(image.resolveSibling("edge-0.1.efi")))
        .isLessThan(25 * MEBIBYTE + 12_500_000L);
  }
}
