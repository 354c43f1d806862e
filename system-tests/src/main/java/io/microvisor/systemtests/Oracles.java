package io.microvisor.systemtests;

import io.microvisor.packages.toolroot.ToolRoot;
import io.microvisor.sandbox.SandboxSupport;
import io.microvisor.sandbox.ToolResult;
import io.microvisor.sandbox.ToolRun;
import io.microvisor.sandbox.ToolSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/// The foreign tools that say whether what we wrote is right: one tool root of Debian's packages for all tests.
public final class Oracles {
  /// Where a tool sees the folder it works in.
  public static final String WORK = "/run/work";

  private static final List<String> PACKAGES =
      List.of(
          "apt",
          "apt-utils",
          "binutils",
          "cpio",
          "cryptsetup-bin",
          "dosfstools",
          "dpkg",
          "e2fsprogs",
          "erofs-utils",
          "fdisk",
          "gdisk",
          "gnupg1",
          "gpg",
          "gpg-agent",
          "gpgv",
          "initramfs-tools-core",
          "kmod",
          "mtools",
          "nginx",
          "openssl",
          "sqv",
          "systemd-repart",
          "systemd-ukify",
          "tar",
          "tinyproxy-bin",
          "udev",
          "xz-utils",
          "zstd");

  private static final Duration LONGEST = Duration.ofMinutes(5);
  private static final ReentrantLock OPENING = new ReentrantLock();
  private static final List<Oracles> OPENED = new ArrayList<>();

  private final SandboxSupport support;
  private final ToolRoot root;

  private Oracles(SandboxSupport support, ToolRoot root) {
    this.support = support;
    this.root = root;
  }

  /// The tools; composed by whoever asks first. The test ends, see [Absent], if this machine lets us make no namespaces or
  /// has no archive to take packages from.
  public static Oracles open() throws IOException, InterruptedException {
    OPENING.lock();
    try {
      if (OPENED.isEmpty()) {
        OPENED.add(compose());
      }
      return OPENED.getFirst();
    } finally {
      OPENING.unlock();
    }
  }

  private static Oracles compose() throws IOException, InterruptedException {
    SandboxSupport support = SandboxSupport.probe();
    if (support instanceof SandboxSupport.Impossible impossible) {
      throw Absent.oracle("no sandbox: " + impossible.explanation());
    }
    try (Archive archive = Archive.open()) {
      archive.snapshots();
      Path roots = TestCache.directory().resolve("tools");
      return new Oracles(support, ToolRoot.of(archive.provider(), PACKAGES, roots));
    }
  }

  /// The versions of the tools' packages, by name.
  public SortedMap<String, String> versions() {
    return new TreeMap<>(root.versions());
  }

  /// Whether tools run as this machine's root, and so can give files any owner.
  public boolean asRoot() {
    return support instanceof SandboxSupport.AsRoot;
  }

  /// Runs a tool, which sees `work` as [#WORK] and may write there.
  public ToolResult run(Path work, String... command) throws IOException, InterruptedException {
    ToolSpec spec =
        root.tool(List.of(command))
            .bind(work, WORK, ToolSpec.Access.READ_WRITE)
            .environment("GNUPGHOME", "/tmp/gnupg");
    return ToolRun.run(support, spec, LONGEST);
  }

  /// Starts a server, which sees `work` as [#WORK], may write there, and has the host's network.
  public ToolRun start(Path work, String... command) throws IOException, InterruptedException {
    ToolSpec spec =
        root.tool(List.of(command))
            .bind(work, WORK, ToolSpec.Access.READ_WRITE)
            .network(ToolSpec.Network.HOST);
    return ToolRun.start(support, spec, ToolRun.Stdio.PIPED);
  }

  /// Runs a shell script in `work`; the first command that fails ends it.
  public ToolResult shell(Path work, String script) throws IOException, InterruptedException {
    return run(work, "sh", "-euc", "cd " + WORK + "\n" + script);
  }

  /// Runs a shell script in `work` that must succeed, and gives what it said.
  public String succeed(Path work, String script) throws IOException, InterruptedException {
    ToolResult result = shell(work, script);
    if (result.exit() != 0) {
      throw new AssertionError(
          script
              + "\n  exit status "
              + result.exit()
              + "\n"
              + result.text()
              + String.join("\n", result.complaints()));
    }
    return result.text();
  }
}
