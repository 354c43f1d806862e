package io.microvisor.cli.run;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.FormatException;
import io.microvisor.cli.image.ImageArgument;
import io.microvisor.cli.lock.MirrorOption;
import io.microvisor.cli.lock.SupplyOptions;
import io.microvisor.cli.terminal.ExitCode;
import io.microvisor.cli.terminal.FailureException;
import io.microvisor.cli.terminal.Json;
import io.microvisor.cli.terminal.Progress;
import io.microvisor.cli.terminal.ProgressOptions;
import io.microvisor.cli.terminal.Terminal;
import io.microvisor.compose.plan.BuildEvent;
import io.microvisor.compose.plan.StepId;
import io.microvisor.formats.gpt.GptReader;
import io.microvisor.machine.Acceleration;
import io.microvisor.machine.BootTimes;
import io.microvisor.machine.Bus;
import io.microvisor.machine.Credential;
import io.microvisor.machine.Firmware;
import io.microvisor.machine.Machine;
import io.microvisor.machine.MachineSpec;
import io.microvisor.machine.MachineTools;
import io.microvisor.packages.fetch.DownloadEvent;
import io.microvisor.packages.supply.PackageSupply;
import io.microvisor.packages.supply.SuiteProvider;
import io.microvisor.sandbox.SandboxSupport;
import io.microvisor.sandbox.ToolRun;
import io.microvisor.store.Store;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `emt run`.
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    header = "Boots an image in a virtual machine.",
    description = {
      "Starts QEMU with UEFI firmware, both fetched once and kept: nothing is installed on this machine. The serial console"
          + " is this terminal; Ctrl-A X quits. Root is logged in there, by a credential that lives for this boot and is"
          + " never part of an image; --ssh hands in a throw-away key instead. What the guest writes is forgotten."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  emt run                          the newest image below build/",
      "  emt run build/hello/hello-1.0.raw",
      "  emt run --ssh                    a shell over ssh instead of the console",
      "  emt run --time                   how long the boot takes, and where",
      "  emt run --memory 4GiB --no-snapshot   what the guest writes stays in the image",
      "  emt run --network restricted     for a guest that is not to reach anybody"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the machine was stopped, the ssh session ended, or its boot was measured",
      "1:it could not be started",
      "4:this machine lacks something, see \"emt doctor\""
    })
public final class RunCommand implements Callable<Integer> {
  private static final StepId TOOLS = new StepId("tools");
  private static final Duration LONGEST_BOOT = Duration.ofMinutes(10);
  private static final Duration BETWEEN_TRIES = Duration.ofSeconds(2);
  private static final Duration BETWEEN_WORDS = Duration.ofSeconds(30);

  private final Terminal terminal;
  @Mixin private ImageArgument image = new ImageArgument();
  @Mixin private SupplyOptions supply = new SupplyOptions();

  @Option(names = "--ssh", description = "Wait for the machine and open a shell in it over ssh.")
  private boolean ssh;

  @Mixin private MachineOptions options = new MachineOptions();

  @Option(
      names = "--snapshot",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Forget what the guest writes (default); --no-snapshot changes the image.")
  private boolean snapshot = true;

  @Mixin private TimeOptions times = new TimeOptions();

  /// A command of this world.
  public RunCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, InterruptedException, FailureException {
    boolean measured = times.wanted();
    if (ssh && options.network() == MachineSpec.Network.NONE) {
      throw new FailureException(
          ExitCode.USAGE, "--ssh without a network (expected: --network user or restricted)");
    }
    Path disk = image.path(terminal);
    MachineSpec.Disk drive = drive(disk);
    if (!snapshot) {
      manifestBeside(disk).ifPresent(manifest -> terminal.err().println(warning(disk, manifest)));
    }
    SandboxSupport support = SandboxSupport.probe();
    if (support instanceof SandboxSupport.Impossible impossible) {
      throw new FailureException(ExitCode.ENVIRONMENT, impossible.explanation());
    }
    try (Store store = Store.open(terminal.cache());
        PackageSupply packages = supply.forTools(terminal, store)) {
      MachineTools tools = offlineOrNot(store, packages, support);
      Acceleration acceleration = tools.acceleration();
      terminal
          .err()
          .println(
              switch (acceleration) {
                case KVM -> "starting " + disk.getFileName() + " with KVM";
                case TCG ->
                    "starting "
                        + disk.getFileName()
                        + " without KVM, so each instruction is emulated: expect a few"
                        + " minutes";
              });
      if (measured) {
        return timed(tools, drive, acceleration, store.temporary());
      }
      return ssh
          ? overSsh(tools, drive, acceleration, store.temporary())
          : onConsole(tools, drive, acceleration, store.temporary());
    }
  }

  /// The manifest beside an image that a build published.
  private static Optional<Path> manifestBeside(Path disk) {
    String name = String.valueOf(disk.getFileName()).replaceFirst("\\.raw$", "");
    return Optional.of(disk.resolveSibling(name + ".manifest.json")).filter(Files::exists);
  }

  private static String warning(Path disk, Path manifest) {
    return "warning: %1$s: what the guest writes stays in it, so that %2$s is no longer true of it\n  advice: cp --sparse=always %3$s own.raw, and run that"
        .formatted(disk.getFileName(), manifest.getFileName(), disk);
  }

  /// A disk with the sectors that its partition table is for. Of anything else firmware would look for something to boot, and
  /// end in a shell of its own.
  private MachineSpec.Disk drive(Path disk) throws IOException, FailureException {
    try {
      return new MachineSpec.Disk(
          disk,
          snapshot ? MachineSpec.Disposition.SNAPSHOT : MachineSpec.Disposition.PERSISTENT,
          Bus.VIRTIO,
          GptReader.read(ByteSource.of(disk)).sectorSize().bytes());
    } catch (FormatException e) {
      throw new FailureException(
          ExitCode.FAILED,
          disk.getFileName()
              + ": "
              + e.getMessage()
              + "\n  advice: name a disk image, such as build/edge/edge-0.1.raw");
    }
  }

  private MachineTools offlineOrNot(Store store, PackageSupply packages, SandboxSupport support)
      throws IOException, InterruptedException, FailureException {
    try {
      return tools(store, packages, support);
    } catch (IOException e) {
      if (!supply.offline()) {
        throw e;
      }
      throw new FailureException(
          ExitCode.FAILED,
          "QEMU and firmware are not in the cache: "
              + String.valueOf(e.getMessage()).replaceFirst("\n  advice: .*", "")
              + "\n  advice: do the same once without --offline; the tools are kept");
    }
  }

  private MachineTools tools(Store store, PackageSupply packages, SandboxSupport support)
      throws IOException, InterruptedException, FailureException {
    AtomicLong bytes = new AtomicLong();
    try (Progress progress = new ProgressOptions().open(terminal)) {
      SuiteProvider provider =
          new SuiteProvider(
              packages,
              store,
              MirrorOption.TOOL_SUITE,
              event -> {
                if (event instanceof DownloadEvent.Advanced more) {
                  if (bytes.get() == 0) {
                    progress.accept(new BuildEvent.Noted(TOOLS, "fetching QEMU and firmware"));
                  }
                  long now = bytes.addAndGet(more.bytes());
                  progress.accept(new BuildEvent.Advanced(TOOLS, now, now, BuildEvent.Unit.BYTES));
                }
              });
      MachineTools tools =
          MachineTools.of(provider, terminal.cache().resolve("toolroots"), support);
      if (bytes.get() > 0) {
        progress.accept(
            new BuildEvent.Finished(
                TOOLS,
                "QEMU " + tools.versions().get("qemu-system-x86") + ", fetched once and kept"));
      }
      return tools;
    }
  }

  private int onConsole(
      MachineTools tools, MachineSpec.Disk disk, Acceleration acceleration, Path scratch)
      throws IOException, InterruptedException {
    terminal.err().println("Ctrl-A X quits, Ctrl-A C switches to QEMU's monitor and back");
    terminal.err().flush();
    List<Credential> credentials =
        List.of(new Credential("agetty.autologin", "root"), new Credential("login.noauth", "yes"));
    try (UserTerminal own = UserTerminal.of(terminal);
        Machine machine =
            tools.start(
                machine(disk, acceleration)
                    .credentials(credentials)
                    .kernelParameters(own.kernelParameters())
                    .onTerminal()
                    .build(),
                scratch,
                ToolRun.Stdio.INHERITED)) {
      return machine.exit() == 0 ? ExitCode.OK.value() : ExitCode.FAILED.value();
    }
  }

  private int timed(
      MachineTools tools, MachineSpec.Disk disk, Acceleration acceleration, Path scratch)
      throws IOException, InterruptedException, FailureException {
    MachineSpec spec =
        machine(disk, acceleration)
            .credentials(BootTimes.credentials())
            .reporting(times.clock())
            .build();
    long started = terminal.nanoTime().getAsLong();
    try (Machine machine = tools.start(spec, scratch, ToolRun.Stdio.PIPED)) {
      BootTiming timing =
          BootTiming.await(machine, spec.clock(), started, LONGEST_BOOT, terminal.nanoTime());
      if (times.forMachines()) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("file", disk.image().toString());
        answer.put("acceleration", spec.acceleration().name().toLowerCase(Locale.ROOT));
        answer.put("clock", spec.clock().name().toLowerCase(Locale.ROOT));
        answer.put("qemu", tools.versions().get("qemu-system-x86"));
        answer.putAll(timing.json());
        terminal.out().println(Json.of(answer));
      } else {
        timing.print(terminal.out());
      }
    }
    return ExitCode.OK.value();
  }

  private int overSsh(
      MachineTools tools, MachineSpec.Disk disk, Acceleration acceleration, Path scratch)
      throws IOException, InterruptedException, FailureException {
    Path keys = Files.createDirectory(scratch.resolve("keys"));
    String key = tools.makeKey(keys);
    int port = freePort();
    MachineSpec spec =
        machine(disk, acceleration)
            .sshPort(port)
            .credentials(List.of(new Credential("ssh.authorized_keys.root", key)))
            .build();
    terminal.err().println("waiting for ssh");
    try (Machine machine = tools.start(spec, scratch, ToolRun.Stdio.PIPED);
        ConsoleTail tail = ConsoleTail.of(machine)) {
      awaitSsh(tools, machine, port, keys, tail);
      try (UserTerminal own = UserTerminal.of(terminal);
          ToolRun session =
              ToolRun.start(
                  tools.support(),
                  tools.ssh(port, keys, List.of()).environment("TERM", own.kind()),
                  ToolRun.Stdio.INHERITED)) {
        session.exit();
      }
    }
    return ExitCode.OK.value();
  }

  private void awaitSsh(MachineTools tools, Machine machine, int port, Path keys, ConsoleTail tail)
      throws IOException, InterruptedException, FailureException {
    long deadline = terminal.nanoTime().getAsLong() + LONGEST_BOOT.toNanos();
    long said = terminal.nanoTime().getAsLong();
    while (terminal.nanoTime().getAsLong() < deadline && machine.isRunning()) {
      if (ToolRun.run(
                  tools.support(), tools.ssh(port, keys, List.of("true")), Duration.ofMinutes(1))
              .exit()
          == 0) {
        return;
      }
      if (terminal.nanoTime().getAsLong() - said > BETWEEN_WORDS.toNanos()) {
        said = terminal.nanoTime().getAsLong();
        terminal.err().println("still booting: " + tail.lastLine());
      }
      Thread.sleep(BETWEEN_TRIES);
    }
    throw new FailureException(
        ExitCode.FAILED,
        "ssh: no answer from the machine (expected: a server on port 22 with root's key accepted)\n"
            + tail.text());
  }

  private MachineSpec.Builder machine(MachineSpec.Disk disk, Acceleration acceleration) {
    return options
        .builder(MachineSpec.of(new Firmware.Plain(), disk))
        .acceleration(acceleration)
        .rebooting();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
