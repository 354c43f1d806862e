package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.machine.MachineTools;
import io.microvisor.sandbox.ToolResult;
import io.microvisor.sandbox.ToolRun;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// The README's first two commands: the default image, built by the one and booted once by the other. A person sees it on the
/// console; to all other questions the guest itself answers over ssh.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EdgeBootTest {
  static final String BUILD = "./emt build";
  static final String RUN = "./emt run";

  private static final long MEBIBYTE = 1 << 20;
  private static final Duration SOON = Duration.ofMinutes(3);
  private static final String CTRL_A = "\u0001";

  @RegisterExtension private static final LabOfClass LAB = new LabOfClass();

  private Path image = Path.of("");
  private Path keys = Path.of("");
  private int port;
  private @Nullable PseudoTerminal terminal;

  @BeforeAll
  void buildAndBoot(@TempDir Path folder) throws IOException, InterruptedException {
    Checkout checkout = Checkout.in(folder.resolve("checkout"));
    Emt.Ending built = checkout.run(BUILD);
    assertThat(built.exit()).as(built.said()).isZero();
    image = checkout.folder().resolve("build/edge/edge-0.1.raw");
    keys = Files.createDirectory(folder.resolve("keys"));
    String key = LAB.get().tools().makeKey(keys);
    terminal = PseudoTerminal.of(checkout.shell(RUN));
    terminal().await("root@edge:~# ", Lab.LONGEST_BOOT);
    openSsh(key);
    // Units that start late may still fail.
    run("systemctl is-system-running --wait");
  }

  /// By what the console can do: its root lets a key in, and QEMU's monitor a port.
  private void openSsh(String key) throws IOException, InterruptedException {
    port = freePort();
    terminal()
        .type(
            "mkdir -p .ssh && echo '%s' >>.ssh/authorized_keys && echo ssh $((40 + 2))\r"
                .formatted(key));
    terminal().await("ssh 42", SOON);
    terminal().type(CTRL_A + "c");
    terminal().await("(qemu) ", SOON);
    terminal().type("hostfwd_add net tcp:127.0.0.1:%d-:22\r".formatted(port));
    terminal().await("\n(qemu) ", SOON);
    terminal().type(CTRL_A + "c");
    long deadline = System.nanoTime() + SOON.toNanos();
    while (ssh("true").exit() != 0) {
      assertThat(System.nanoTime()).as(terminal().said()).isLessThan(deadline);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @AfterAll
  void quitByCtrlAX() throws IOException, InterruptedException {
    if (terminal != null) {
      try (PseudoTerminal used = terminal) {
        used.type(CTRL_A + "x");
        assertThat(used.exit(SOON)).as(used.said()).isZero();
      }
    }
  }

  private PseudoTerminal terminal() {
    return Objects.requireNonNull(terminal);
  }

  private ToolResult ssh(String command) throws IOException, InterruptedException {
    MachineTools tools = LAB.get().tools();
    return ToolRun.run(tools.support(), tools.ssh(port, keys, List.of(command)), SOON);
  }

  private String run(String command) throws IOException, InterruptedException {
    return ssh(command).text().strip();
  }

  @Test
  void givesRootAShellOnATerminalOfThisKindAndSize() throws IOException, InterruptedException {
    terminal().type("id\r");
    terminal().await("uid=0(root) gid=0(root)", SOON);
    terminal().type("stty size; echo of $TERM\r");
    terminal().await(PseudoTerminal.SIZE, SOON);
    terminal().await("of " + PseudoTerminal.KIND, SOON);
  }

  @Test
  void itsQemuMayDoNothing() throws IOException {
    List<String> found = new ArrayList<>();
    for (ProcessHandle each : terminal().processes()) {
      String status = Files.readString(Path.of("/proc/" + each.pid() + "/status"));
      if (status.startsWith("Name:\tqemu-system-x86")) {
        found.add(status);
      }
    }
    assertThat(found).hasSize(1);
    assertThat(found.getFirst())
        .contains("CapPrm:\t0000000000000000", "CapEff:\t0000000000000000", "NoNewPrivs:\t1")
        .doesNotContainPattern("[UG]id:.*\t0\\b");
  }

  @Test
  void reachesTheHostsLoopbackAsDocumented() throws IOException, InterruptedException {
    try (Loopback host = Loopback.open()) {
      assertThat(run(host.call())).isEqualTo(Loopback.SAYS);
    }
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
