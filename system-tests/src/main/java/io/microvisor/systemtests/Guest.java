package io.microvisor.systemtests;

import io.microvisor.bytes.ByteSize;
import io.microvisor.machine.BootTimes;
import io.microvisor.machine.Credential;
import io.microvisor.machine.Firmware;
import io.microvisor.machine.Machine;
import io.microvisor.machine.MachineSpec;
import io.microvisor.machine.MachineTools;
import io.microvisor.sandbox.ToolResult;
import io.microvisor.sandbox.ToolRun;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// An image booted as `emt run` boots it, always by translation, so that it runs everywhere alike; spoken to over ssh with
/// a key that lives for this boot.
public final class Guest implements Closeable {
  private static final ByteSize MEMORY = ByteSize.ofMebibytes(1536);
  private static final int CONSOLE_LIMIT = 4 << 20;
  private static final Duration BETWEEN_TRIES = Duration.ofSeconds(3);

  private final MachineTools tools;
  private final Machine machine;
  private final Path keys;
  private final int port;
  private final StringBuilder console = new StringBuilder();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  private Guest(MachineTools tools, Machine machine, Path keys, int port) {
    this.tools = tools;
    this.machine = machine;
    this.keys = keys;
    this.port = port;
  }

  /// Boots an image; what the guest writes is forgotten, and a reset ends the machine.
  ///
  /// @param scratch an empty folder
  public static Guest boot(MachineTools tools, Path image, Path scratch)
      throws IOException, InterruptedException {
    return boot(tools, new Firmware.Plain(), image, scratch, List.of());
  }

  /// The same, of a machine that is to reach nobody.
  public static Guest bootRestricted(MachineTools tools, Path image, Path scratch)
      throws IOException, InterruptedException {
    return boot(
        tools,
        new Firmware.Plain(),
        MachineSpec.Disk.virtio(image, MachineSpec.Disposition.SNAPSHOT),
        scratch,
        List.of(),
        List.of(),
        MachineSpec.Network.RESTRICTED);
  }

  /// The same with a firmware, and with credentials besides the key.
  public static Guest boot(
      MachineTools tools, Firmware firmware, Path image, Path scratch, List<Credential> credentials)
      throws IOException, InterruptedException {
    return boot(
        tools,
        firmware,
        MachineSpec.Disk.virtio(image, MachineSpec.Disposition.SNAPSHOT),
        scratch,
        credentials);
  }

  /// The same from a disk of any kind. A disk that keeps what the guest writes may be booted again with the same scratch
  /// folder: the key is the same then, because such a guest remembers the first.
  public static Guest boot(
      MachineTools tools,
      Firmware firmware,
      MachineSpec.Disk disk,
      Path scratch,
      List<Credential> credentials)
      throws IOException, InterruptedException {
    return boot(tools, firmware, disk, scratch, credentials, List.of());
  }

  /// The same with parameters added to the kernel's command line.
  public static Guest boot(
      MachineTools tools,
      Firmware firmware,
      MachineSpec.Disk disk,
      Path scratch,
      List<Credential> credentials,
      List<String> kernelParameters)
      throws IOException, InterruptedException {
    return boot(
        tools, firmware, disk, scratch, credentials, kernelParameters, MachineSpec.Network.USER);
  }

  private static Guest boot(
      MachineTools tools,
      Firmware firmware,
      MachineSpec.Disk disk,
      Path scratch,
      List<Credential> credentials,
      List<String> kernelParameters,
      MachineSpec.Network network)
      throws IOException, InterruptedException {
    Path keys = Files.createDirectories(scratch.resolve("keys"));
    Path known = keys.resolve("key.pub");
    String key = Files.exists(known) ? Files.readString(known).strip() : tools.makeKey(keys);
    int port = freePort();
    List<Credential> all = new ArrayList<>(credentials);
    all.add(new Credential("ssh.authorized_keys.root", key));
    MachineSpec spec =
        MachineSpec.of(firmware, disk)
            .memory(MEMORY)
            .network(network)
            .sshPort(port)
            .credentials(all)
            .kernelParameters(kernelParameters)
            .build();
    return start(tools, spec, scratch, keys);
  }

  /// A machine of another kind, watched and not spoken to: its console goes to the output.
  ///
  /// @param scratch an empty folder
  public static Guest watched(MachineTools tools, MachineSpec spec, Path scratch)
      throws IOException, InterruptedException {
    return start(tools, spec, scratch, scratch);
  }

  private static Guest start(MachineTools tools, MachineSpec spec, Path scratch, Path keys)
      throws IOException, InterruptedException {
    Machine machine =
        tools.start(spec, Files.createTempDirectory(scratch, "machine"), ToolRun.Stdio.PIPED);
    Guest guest = new Guest(tools, machine, keys, spec.sshPort().orElse(0));
    guest.threads.execute(() -> guest.listen(machine.console()));
    guest.threads.execute(() -> guest.listen(machine.complaints()));
    return guest;
  }

  private void listen(InputStream stream) {
    byte[] buffer = new byte[4096];
    try (stream) {
      for (int read; (read = stream.read(buffer)) >= 0; ) {
        remember(new String(buffer, 0, read, StandardCharsets.ISO_8859_1));
      }
    } catch (IOException _) {
      // The machine ended.
    }
  }

  private void remember(String said) {
    synchronized (console) {
      if (console.length() < CONSOLE_LIMIT) {
        console.append(said);
      }
    }
  }

  /// What the console has said so far.
  public String console() {
    synchronized (console) {
      return console.toString();
    }
  }

  /// Waits until the guest answers over ssh.
  ///
  /// @throws IOException if it does not within `limit`, with what the console said
  public void awaitSsh(Duration limit) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (System.nanoTime() < deadline && machine.isRunning()) {
      if (run("true").exit() == 0) {
        return;
      }
      Thread.sleep(BETWEEN_TRIES);
    }
    throw new IOException("the guest does not answer; its console said:\n" + console());
  }

  /// Waits until the console says something.
  ///
  /// @throws IOException if it does not within `limit`, with what it said instead
  public void awaitConsole(String text, Duration limit) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!console().contains(text)) {
      if (System.nanoTime() > deadline || !machine.isRunning()) {
        throw new IOException("the console does not say \"" + text + "\", but:\n" + console());
      }
      Thread.sleep(Duration.ofMillis(500));
    }
  }

  /// Waits for what [BootTimes#unit] reports.
  ///
  /// @throws IOException if it does not within `limit`, with what the console said
  public BootTimes awaitReport(Duration limit) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (System.nanoTime() < deadline && machine.isRunning()) {
      Optional<BootTimes> times = BootTimes.parse(machine.report());
      if (times.isPresent()) {
        return times.get();
      }
      Thread.sleep(BETWEEN_TRIES);
    }
    throw new IOException("the guest does not report; its console said:\n" + console());
  }

  /// Waits until the guest's ssh server greets, which it does before it asks who is there.
  ///
  /// @throws IOException if it does not within `limit`, with what the console said
  public void awaitSshGreeting(Duration limit) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (System.nanoTime() < deadline && machine.isRunning()) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        socket.setSoTimeout(30_000);
        if (new String(socket.getInputStream().readNBytes(4), StandardCharsets.US_ASCII)
            .equals("SSH-")) {
          return;
        }
      } catch (IOException _) {
        // QEMU takes the call before the guest does.
      }
      Thread.sleep(BETWEEN_TRIES);
    }
    throw new IOException("no ssh server greets; the console said:\n" + console());
  }

  /// Runs a shell command in the guest.
  public ToolResult run(String command) throws IOException, InterruptedException {
    return ToolRun.run(
        tools.support(), tools.ssh(port, keys, List.of(command)), Duration.ofMinutes(5));
  }

  /// Runs a shell command in the guest.
  ///
  /// @return what it wrote to its standard output, without blanks around
  public String said(String command) throws IOException, InterruptedException {
    return run(command).text().strip();
  }

  /// Waits until all units have started.
  ///
  /// @throws AssertionError if one has failed, with what the journal says
  public void awaitSound() throws IOException, InterruptedException {
    String state = said("systemctl is-system-running --wait");
    if (!state.equals("running")) {
      throw new AssertionError(state + "\n" + said("systemctl --failed; journalctl -b -p warning"));
    }
  }

  /// Switches the guest off, as a user would, and waits for its end.
  ///
  /// @throws AssertionError if it does not come
  public void powerOff() throws IOException, InterruptedException {
    run("systemctl poweroff");
    if (!awaitEnd(Duration.ofMinutes(2))) {
      throw new AssertionError("does not switch off; its console said:\n" + console());
    }
  }

  /// Waits for the machine's end.
  ///
  /// @return whether it ended within `limit`
  public boolean awaitEnd(Duration limit) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (System.nanoTime() < deadline) {
      if (!machine.isRunning()) {
        return true;
      }
      Thread.sleep(Duration.ofMillis(500));
    }
    return false;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() {
    machine.close();
    threads.shutdownNow();
  }
}
