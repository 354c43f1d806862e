package io.microvisor.cli.host;

import io.microvisor.bytes.ByteSize;
import io.microvisor.bytes.files.FreeSpace;
import io.microvisor.bytes.files.OwnFolder;
import io.microvisor.bytes.files.UntrustedFolderException;
import io.microvisor.cli.terminal.FailureException;
import io.microvisor.cli.terminal.Terminal;
import io.microvisor.formats.compression.Decompressor;
import io.microvisor.sandbox.SandboxSupport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/// What of this machine a build depends on, besides the network.
final class HostCheck {
  private static final int JDK = 25;
  private static final ByteSize ADVISED = new ByteSize(10L << 30);
  private static final ByteSize LEAST = new ByteSize(2L << 30);
  private static final List<String> ALWAYS_SEARCHED =
      List.of("/usr/sbin", "/usr/bin", "/sbin", "/bin");

  private final Terminal terminal;

  public HostCheck(Terminal terminal) {
    this.terminal = terminal;
  }

  List<Finding> run() throws IOException, InterruptedException {
    List<Finding> findings = new ArrayList<>();
    findings.add(jdk());
    findings.add(programs());
    findings.addAll(namespaces());
    findings.add(kvm());
    findings.add(cache());
    findings.add(room("room for images", terminal.workingDirectory()));
    findings.add(xz());
    return findings;
  }

  private static Finding jdk() {
    Runtime.Version version = Runtime.version();
    return version.feature() >= JDK
        ? Finding.ok("java", version.toString())
        : Finding.missing(
            "java",
            version + " (expected: " + JDK + " or newer)",
            "sudo apt install openjdk-25-jdk-headless");
  }

  /// As the sandbox's script searches: our PATH behind the usual folders.
  private Finding programs() {
    List<Path> folders = new ArrayList<>(ALWAYS_SEARCHED.stream().map(Path::of).toList());
    for (String folder : terminal.variable("PATH").orElse("").split(":", -1)) {
      if (!folder.isEmpty()) {
        folders.add(Path.of(folder));
      }
    }
    List<String> absent = new ArrayList<>();
    SortedSet<String> packages = new TreeSet<>();
    for (Map.Entry<String, String> program : SandboxSupport.PROGRAMS.entrySet()) {
      if (folders.stream().noneMatch(f -> Files.isExecutable(f.resolve(program.getKey())))) {
        absent.add(program.getKey());
        packages.add(program.getValue());
      }
    }
    return absent.isEmpty()
        ? Finding.ok("programs", String.join(", ", SandboxSupport.PROGRAMS.keySet()))
        : Finding.missing(
            "programs",
            "no " + String.join(", ", absent) + " (expected: them, for package scripts)",
            "sudo apt install " + String.join(" ", packages));
  }

  private static List<Finding> namespaces() throws InterruptedException {
    return switch (SandboxSupport.probe()) {
      case SandboxSupport.AsRoot(SandboxSupport.Ids ids) ->
          List.of(
              switch (ids) {
                case APART -> Finding.ok("namespaces", "as root, with ids that nobody has");
                case SAME ->
                    Finding.warn(
                        "namespaces",
                        "as root; package scripts are root, too, because user namespaces cannot be had",
                        "sudo sysctl -w user.max_user_namespaces=15000");
              });
      case SandboxSupport.Unprivileged _ ->
          List.of(Finding.ok("namespaces", "unprivileged, with subordinate ids"));
      case SandboxSupport.Impossible impossible ->
          impossible.obstacles().stream()
              .map(each -> Finding.missing("namespaces", each.what(), each.advice()))
              .toList();
    };
  }

  private static Finding kvm() {
    String without = "images build all the same; emt run is slower";
    return switch (Kvm.probe()) {
      case WORKS -> Finding.ok("kvm", "the device answers; emt run asks QEMU whether it is of use");
      case UNTRIED -> Finding.ok("kvm", "can be opened; not verified");
      case ABSENT ->
          Finding.warn(
              "kvm",
              "no /dev/kvm; " + without,
              "sudo modprobe kvm_intel || sudo modprobe kvm_amd; in a machine: enable nesting");
      case FORBIDDEN ->
          Finding.warn(
              "kvm",
              "/dev/kvm: not ours to open; " + without,
              "sudo usermod -aG kvm $USER, then log in again");
      case BROKEN ->
          Finding.warn(
              "kvm",
              "/dev/kvm: makes no virtual machine; " + without,
              "enable virtualization in the firmware, or nesting in the machine around this one");
    };
  }

  private Finding cache() throws IOException {
    String subject = "room for the cache";
    try {
      Path cache = terminal.cache();
      OwnFolder.check(cache);
      return room(subject, cache);
    } catch (FailureException _) {
      return Finding.missing(
          subject,
          "none of EMT_CACHE, XDG_CACHE_HOME and HOME leads to a folder (expected: one of them)",
          "export EMT_CACHE=/a/folder/of/ours");
    } catch (UntrustedFolderException e) {
      return Finding.missing(subject, e.what(), e.advice());
    }
  }

  private static Finding room(String subject, Path wanted) throws IOException {
    FreeSpace space = FreeSpace.of(wanted);
    if (!Files.isWritable(space.existing())) {
      return Finding.missing(
          subject,
          wanted + ": not writable (expected: a folder of ours)",
          subject.endsWith("cache") ? "EMT_CACHE=/another/folder" : "cd another-folder");
    }
    if (space.size().isEmpty()) {
      return Finding.ok(subject, wanted + ": its file system does not say");
    }
    ByteSize free = space.size().get();
    String what = free + " free in " + wanted;
    String fix = "free some" + (subject.endsWith("cache") ? ", or EMT_CACHE=/another/folder" : "");
    if (free.compareTo(LEAST) < 0) {
      return Finding.missing(subject, what + " (expected: at least " + LEAST + ")", fix);
    }
    return free.compareTo(ADVISED) < 0
        ? Finding.warn(subject, what + " (advised: " + ADVISED + ")", fix)
        : Finding.ok(subject, what);
  }

  private static Finding xz() {
    return Decompressor.isXzNative()
        ? Finding.ok("xz", Decompressor.xzDecoder())
        : Finding.warn(
            "xz",
            Decompressor.xzDecoder() + ": half as fast as liblzma (expected: liblzma 5.2 or newer)",
            "sudo apt install liblzma5");
  }
}
