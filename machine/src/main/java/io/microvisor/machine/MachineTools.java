package io.microvisor.machine;

import io.microvisor.bytes.ByteSize;
import io.microvisor.packages.toolroot.PackageProvider;
import io.microvisor.packages.toolroot.ToolRoot;
import io.microvisor.sandbox.SandboxSupport;
import io.microvisor.sandbox.ToolResult;
import io.microvisor.sandbox.ToolRun;
import io.microvisor.sandbox.ToolSpec;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/// The programs that machines are made of, in a tool root: QEMU, its firmware, and an ssh client.
public final class MachineTools {
  /// The packages the tool root is made of.
  public static final List<String> PACKAGES = List.of("qemu-system-x86", "ovmf", "openssh-client");

  private static final String KEY_FOLDER = "/run/key";
  private static final Duration SHORT = Duration.ofMinutes(2);
  private static final Duration LONGEST_TRIAL = Duration.ofSeconds(20);

  private final ToolRoot root;
  private final SandboxSupport support;

  private MachineTools(ToolRoot root, SandboxSupport support) {
    this.root = root;
    this.support = support;
  }

  /// The tools, fetched if they are not there.
  ///
  /// @param roots the folder that holds all tool roots
  public static MachineTools of(PackageProvider provider, Path roots, SandboxSupport support)
      throws IOException, InterruptedException {
    return new MachineTools(ToolRoot.of(provider, PACKAGES, roots), support);
  }

  /// The versions of what is in the tool root, by package.
  public SortedMap<String, String> versions() {
    return root.versions();
  }

  /// Whether KVM works, as far as the firmware's first words: the device may be there and of no use, or a virtual machine
  /// around this one may lack instructions that the firmware needs.
  public Acceleration acceleration() throws IOException, InterruptedException {
    if (!Files.isReadable(Path.of("/dev/kvm")) || !Files.isWritable(Path.of("/dev/kvm"))) {
      return Acceleration.TCG;
    }
    ToolSpec spec = root.tool(QemuCommand.ofTrial()).device("kvm");
    try (ToolRun run = ToolRun.start(support, spec, ToolRun.Stdio.PIPED)) {
      Thread.ofVirtual().start(() -> endOnError(run));
      Thread limit = Thread.ofVirtual().start(() -> endAfter(run, LONGEST_TRIAL));
      try {
        return run.output().read() < 0 ? Acceleration.TCG : Acceleration.KVM;
      } finally {
        limit.interrupt();
      }
    }
  }

  /// QEMU does not end when KVM gives up on a processor: it says so, and stops the machine.
  private static void endOnError(ToolRun run) {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(run.complaints(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("KVM internal error")) {
          run.close();
        }
      }
    } catch (IOException _) {
      // It has ended, which its output tells.
    }
  }

  private static void endAfter(ToolRun run, Duration limit) {
    try {
      Thread.sleep(limit);
      run.close();
    } catch (InterruptedException _) {
      // It said something in time.
    }
  }

  /// Starts a machine.
  ///
  /// @param scratch an empty folder for its variable store and report, kept until the machine is closed
  /// @param stdio whether its console is this process's terminal or [Machine#console]
  public Machine start(MachineSpec spec, Path scratch, ToolRun.Stdio stdio)
      throws IOException, InterruptedException {
    ToolSpec.Access diskAccess =
        switch (spec.disk().disposition()) {
          case SNAPSHOT, REFUSED -> ToolSpec.Access.READ_ONLY;
          case PERSISTENT -> ToolSpec.Access.READ_WRITE;
        };
    List<String> command =
        new ArrayList<>(QemuCommand.of(spec, new ByteSize(Files.size(spec.disk().image()))));
    if (support instanceof SandboxSupport.AsRoot) {
      command.addAll(QemuCommand.AS_NOBODY);
    }
    ToolSpec tool =
        root.tool(command)
            .privileges(ToolSpec.Privileges.OPENING)
            .bind(spec.disk().image(), QemuCommand.DISK, diskAccess);
    tool =
        switch (spec.firmware()) {
          case Firmware.Plain _, Firmware.SecureBoot _, Firmware.Remembering _ ->
              withVariables(tool, spec.firmware(), scratch.resolve("variables.fd"));
          case Firmware.None none ->
              tool.bind(none.kernel(), QemuCommand.KERNEL, ToolSpec.Access.READ_ONLY)
                  .bind(none.initrd(), QemuCommand.INITRD, ToolSpec.Access.READ_ONLY);
        };
    Path report = scratch.resolve("report");
    switch (spec.report()) {
      case NONE -> {}
      case SERIAL ->
          tool =
              tool.bind(Files.createFile(report), QemuCommand.REPORT, ToolSpec.Access.READ_WRITE);
    }
    boolean onHost =
        switch (spec.network()) {
          case USER -> true;
          case RESTRICTED -> spec.sshPort().isPresent();
          case NONE -> false;
        };
    if (onHost) {
      tool = tool.network(ToolSpec.Network.HOST);
    }
    if (spec.acceleration() == Acceleration.KVM) {
      tool = tool.device("kvm");
    }
    return new Machine(ToolRun.start(support, tool, stdio), report);
  }

  private ToolSpec withVariables(ToolSpec tool, Firmware firmware, Path copy) throws IOException {
    Path empty = root.path().resolve(QemuCommand.FIRMWARE_VARIABLES.substring(1));
    Path variables =
        switch (firmware) {
          case Firmware.Plain _ -> Files.copy(empty, copy);
          case Firmware.SecureBoot(Path enrolled) -> Files.copy(enrolled, copy);
          case Firmware.Remembering(Path own) -> Files.exists(own) ? own : Files.copy(empty, own);
          case Firmware.None _ -> throw new IllegalArgumentException("variables of no firmware");
        };
    return tool.bind(variables, QemuCommand.VARIABLES, ToolSpec.Access.READ_WRITE);
  }

  /// Makes a throw-away ssh key pair `key` and `key.pub` in a folder.
  ///
  /// @return the public key's line
  public String makeKey(Path folder) throws IOException, InterruptedException {
    ToolSpec spec =
        root.tool(
                List.of(
                    "/usr/bin/ssh-keygen",
                    "-q",
                    "-t",
                    "ed25519",
                    "-N",
                    "",
                    "-C",
                    "emt run",
                    "-f",
                    KEY_FOLDER + "/key"))
            .bind(folder, KEY_FOLDER, ToolSpec.Access.READ_WRITE);
    ToolResult result = ToolRun.run(support, spec, SHORT);
    if (result.exit() != 0) {
      throw new IOException(
          "ssh-keygen: status "
              + result.exit()
              + "\n  "
              + String.join("\n  ", result.complaints()));
    }
    return Files.readString(folder.resolve("key.pub")).strip();
  }

  /// An ssh client for a machine that forwards `port`, as root, with the key made in `folder`; host keys are not checked,
  /// because the machine made its own a moment ago and is reached through loopback.
  ///
  /// @param command what to run; empty for a shell
  public ToolSpec ssh(int port, Path folder, List<String> command) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "/usr/bin/ssh",
                "-q",
                "-p",
                Integer.toString(port),
                "-i",
                KEY_FOLDER + "/key",
                "-o",
                "StrictHostKeyChecking=no",
                "-o",
                "UserKnownHostsFile=/dev/null",
                "-o",
                "ConnectTimeout=10",
                "-o",
                "BatchMode=yes",
                "root@127.0.0.1"));
    words.addAll(command);
    return root.tool(words)
        .bind(folder, KEY_FOLDER, ToolSpec.Access.READ_ONLY)
        .network(ToolSpec.Network.HOST);
  }

  /// What the tools run in.
  public SandboxSupport support() {
    return support;
  }
}
