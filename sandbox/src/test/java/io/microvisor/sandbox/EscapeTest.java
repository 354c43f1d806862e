package io.microvisor.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.ByteSize;
import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSink;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// What a hostile package script might try. Each attempt is made for real, and comes to nothing.
@ParameterizedClass
@MethodSource("supports")
class EscapeTest {
  private static final Map<Digest, ByteSource> CONTENTS = new ConcurrentHashMap<>();
  private static FileTree programs = FileTree.builder().build();

  private final SandboxSupport support;
  private final Sandbox sandbox;

  @TempDir Path folder;

  EscapeTest(SandboxSupport support) throws IOException {
    this.support = support;
    this.sandbox = Sandbox.on(support);
  }

  /// As root, both ways: with ids of nobody, and with root's own, for machines that allow no user namespaces.
  static Stream<SandboxSupport> supports() throws InterruptedException {
    SandboxSupport here = HostPrograms.support();
    return here instanceof SandboxSupport.AsRoot
        ? Stream.of(here, new SandboxSupport.AsRoot(SandboxSupport.Ids.SAME)).distinct()
        : Stream.of(here);
  }

  @BeforeAll
  static void collectPrograms() throws IOException, InterruptedException {
    programs = HostPrograms.tree(CONTENTS);
  }

  @Test
  void filesOfTheHostCannotBeRead() throws Exception {
    Path secret = Files.writeString(folder.resolve("secret"), "s3cret");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r--r--"));

    SandboxResult result =
        run(
            "for p in '' /proc/[0-9]*/root /proc/[0-9]*/cwd /proc/[0-9]*/fd/[0-9]*; do"
                + " cat $p"
                + secret
                + " $p/etc/shadow; ls -d $p/home $p/boot; done; true");

    assertThat(result.output()).isNotEmpty().noneMatch(line -> line.contains("s3cret"));
    assertThat(result.output())
        .allMatch(line -> line.startsWith("cat: ") || line.startsWith("ls: "));
  }

  @Test
  void nothingOfTheHostIsMountedButDeviceNodes() throws Exception {
    SandboxResult result =
        run(
            "while read -r id up dev root point rest; do echo \"$point\"; done </proc/self/mountinfo");

    assertThat(result.output())
        .contains("/", "/dev", "/proc", "/proc/sys")
        .allMatch(point -> point.equals("/") || point.matches("/(dev|proc)(/.*)?"));
    assertThat(run("ls /dev /sys /run /home").output())
        .contains("null", "zero", "full", "random", "urandom", "tty", "ptmx", "pts", "shm")
        .noneMatch(name -> name.matches("sd.*|vd.*|nvme.*|kvm|mem|kmsg|loop.*|fuse"));
  }

  @Test
  void aChrootCannotBeLeftUpwards() throws Exception {
    Path secret = Files.writeString(folder.resolve("secret"), "s3cret");
    CallProgram breakout = new CallProgram().must("chroot", SystemCall.CHROOT, "/etc");
    for (int i = 0; i < 64; i++) {
      breakout.must("go up", SystemCall.CHDIR, "..");
    }
    breakout.must("chroot again", SystemCall.CHROOT, ".");

    SandboxResult result = attack(breakout, "/bin/cat", secret.toString());

    // It works as far as the sandbox's own root, where there is a /bin/cat and nothing to read.
    assertThat(result.output()).singleElement().asString().startsWith("/bin/cat: " + secret);
  }

  @Test
  void noNetworkIsReached() throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      SandboxResult result =
          run(
              "exec 3<>/dev/tcp/127.0.0.1/"
                  + listener.getLocalPort()
                  + " && echo reached; exec 3<>/dev/udp/9.9.9.9/53 && echo reached;"
                  + " cat /proc/net/route /proc/net/unix; true",
              "/bin/bash");

      assertThat(result.output()).noneMatch("reached"::equals);
      assertThat(result.output()).filteredOn(line -> line.contains(": /dev/")).hasSize(2);
      assertThat(result.output()).noneMatch(line -> line.contains("@"));
    }
  }

  @Test
  void noDeviceNodeCanBeMade() throws Exception {
    assertThat(run("mknod /disk b 8 0 || echo no; mknod /memory c 1 1 || echo no").output())
        .contains("no")
        .filteredOn("no"::equals)
        .hasSize(2);
  }

  @Test
  void theKernelsSettingsCannotBeWritten() throws Exception {
    SandboxResult result =
        run(
            "for f in /proc/sys/kernel/core_pattern /proc/sys/kernel/modprobe /proc/sys/vm/drop_caches"
                + " /proc/sys/kernel/hostname /proc/sys/net/ipv4/ip_forward /proc/sys/vm/overcommit_memory"
                + " /proc/self/uid_map; do (echo 0 >$f) && echo wrote $f; done;"
                + " stat -c '%n %t,%T' /proc/sysrq-trigger /proc/kcore; true");

    assertThat(result.output()).noneMatch(line -> line.startsWith("wrote"));
    assertThat(result.output()) // Where the kernel has them at all, they are the null device.
        .filteredOn(line -> line.startsWith("/proc/"))
        .allMatch(line -> line.endsWith(" 1,3"));
  }

  @Test
  void noProcessOfTheHostIsSeenOrSignalled() throws Exception {
    long own = ProcessHandle.current().pid();

    SandboxResult result =
        run(
            "cd /proc; for p in [0-9]*; do echo pid $p; done; kill -9 "
                + own
                + " || echo no such; kill -9 1; kill -9 -1; echo alive; cat /proc/1/mem | head -c 1;"
                + " readlink /proc/1/exe /proc/1/root; true");

    assertThat(result.exit()).isZero();
    assertThat(result.output()).contains("no such", "alive").noneMatch(l -> l.equals("pid " + own));
    assertThat(result.output()).filteredOn(line -> line.startsWith("pid ")).hasSizeLessThan(5);
    assertThat(result.output()).noneMatch(line -> line.startsWith("/usr") || line.equals("/"));
  }

  @Test
  void systemCallsThatReachBeyondAreRefused() throws Exception {
    Map<String, CallProgram> attempts =
        Map.ofEntries(
            attempt("mount", SystemCall.MOUNT, "none", "/etc", "tmpfs", 0, 0),
            attempt("remount", SystemCall.MOUNT, "none", "/proc/sys", "", 0x1020, 0),
            attempt("unmount", SystemCall.UMOUNT2, "/proc/sys", 2),
            attempt("make user namespaces", SystemCall.UNSHARE, 0x10000000),
            attempt("make mount namespaces", SystemCall.UNSHARE, 0x20000),
            attempt("clone into namespaces", SystemCall.CLONE, 0x10000011, 0, 0, 0, 0),
            attempt("use new calls", SystemCall.CLONE3, 0, 0),
            attempt("trace", SystemCall.PTRACE, 16, 1, 0, 0),
            attempt("ask for keys", SystemCall.KEYCTL, 0, -3, 1),
            attempt("load into the kernel", SystemCall.BPF, 0, 0, 0),
            attempt("read performance", SystemCall.PERF_EVENT_OPEN, 0, 0, -1, -1, 0),
            attempt("handle faults", SystemCall.USERFAULTFD, 1),
            attempt("reach the hypervisor", SystemCall.SOCKET, 40, 1, 0),
            attempt("rename the host", SystemCall.SETHOSTNAME, "x", 1),
            attempt("read the log", SystemCall.SYSLOG, 3, 0, 0),
            attempt("hide files", SystemCall.MEMFD_CREATE, "x", 0),
            attempt("pass by", SystemCall.IO_URING_SETUP, 1, 0));
    FileTree.Builder tree = programs.toBuilder();
    attempts.forEach(
        (what, program) -> tree.put(what, file(program.toBytes(List.of("/bin/true"), what))));
    List<String> command =
        new ArrayList<>(List.of("/bin/sh", "-c", "for a in \"$@\"; do \"/$a\"; done; true", "sh"));
    command.addAll(attempts.keySet());

    SandboxResult result = run(SandboxSpec.of(tree.build(), source(), command, 1));

    assertThat(result.output())
        .containsExactlyInAnyOrderElementsOf(
            attempts.keySet().stream().map(what -> "sandbox: cannot " + what).toList());
  }

  @Test
  void syncReturnsAtOnce() throws Exception {
    CallProgram calls =
        new CallProgram()
            .must("sync", SystemCall.SYNC)
            .must("sync nothing, which is an error to the kernel", SystemCall.FSYNC, 4711);

    assertThat(attack(calls, "/bin/id", "-u").output()).containsExactly("0");
  }

  @Test
  void onlyTheCapabilitiesOfAnInstallerAreLeftEvenToSetuidPrograms() throws Exception {
    SandboxResult result =
        run(
            "chmod 4755 /bin/cat; cat /proc/self/status | while read -r k v; do case $k in Cap* | Seccomp:)"
                + " echo $k $v;; esac; done");

    assertThat(result.output())
        .contains(
            "CapInh: 0000000000000000",
            "CapPrm: 00000000a00405ff",
            "CapEff: 00000000a00405ff",
            "CapBnd: 00000000a00405ff",
            "CapAmb: 0000000000000000",
            "Seccomp: 2");
  }

  @Test
  void aForkBombIsStopped() throws Exception {
    SandboxSpec spec =
        spec("i=0; while [ $i -lt 400 ]; do sleep 645362 & i=$((i+1)); done; echo through; sleep 60")
            .with(SandboxSpec.Limits.GENEROUS.processes(60));

    if (support.equals(new SandboxSupport.AsRoot(SandboxSupport.Ids.SAME))) {
      // The kernel counts no processes of root; we do.
      assertThatThrownBy(() -> run(spec)).hasMessageContaining(" processes (expected: at most 60)");
    } else {
      assertThat(run(spec).output()).noneMatch("through"::equals).anyMatch(l -> l.contains("fork"));
    }
    assertNobodySleeps("645362");
  }

  @Test
  void aMemoryBombOfOneProcessIsStopped() throws Exception {
    SandboxSpec spec =
        spec("cat /dev/zero | tail -c 300000000; echo ended $?")
            .with(SandboxSpec.Limits.GENEROUS.addressSpace(ByteSize.ofMebibytes(100)));

    assertThat(run(spec).output()).contains("ended 1");
  }

  @Test
  void aMemoryBombOfManyProcessesIsStopped() throws Exception {
    // Each fills its part and waits: a dozen that never rest keep us from looking, for a minute and
    // more.
    SandboxSpec spec =
        spec("for i in 1 2 3 4 5 6; do (head -c 12000000 /dev/zero; sleep 300) | tail -c 10000000 & done; wait")
            .with(SandboxSpec.Limits.GENEROUS.memory(ByteSize.ofMebibytes(30)));

    assertThatThrownBy(() -> run(spec))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("sandbox: /bin/sh fills ")
        .hasMessageContaining("of memory (expected: at most 30 MiB)");
  }

  @Test
  void filesCannotFillTheMemory() throws Exception {
    SandboxSpec spec =
        spec("cat /dev/zero >/one; cat /dev/zero >/two; cat /dev/zero >/dev/shm/three; echo ended; rm /one")
            .with(SandboxSpec.Limits.GENEROUS.files(ByteSize.ofMebibytes(40)));

    SandboxResult result = run(spec);

    assertThat(result.output()).contains("ended").anyMatch(l -> l.contains("No space left"));
  }

  @Test
  void sparseFilesComeOutOnlyUpToTheSizeOfAllFiles() {
    SandboxSpec spec =
        spec("for i in 1 2 3 4; do truncate -s 30000000 /f$i; done")
            .with(SandboxSpec.Limits.GENEROUS.files(ByteSize.ofMebibytes(40)));

    assertThatThrownBy(() -> run(spec))
        .hasMessageStartingWith(
            "sandbox: /bin/sh leaves files of more than 40 MiB (expected: less)");
  }

  @Test
  void noFileIsLargerThanAllMayBe() throws Exception {
    SandboxSpec spec =
        spec("truncate -s 1000000000000 /huge; echo ended $?")
            .with(SandboxSpec.Limits.GENEROUS.files(ByteSize.ofMebibytes(40)));

    assertThat(run(spec).output()).contains("ended 153"); // SIGXFSZ
  }

  @Test
  void aFloodOfOutputIsStopped() {
    SandboxSpec spec =
        spec("yes").with(SandboxSpec.Limits.GENEROUS.output(ByteSize.ofMebibytes(1)));

    assertThatThrownBy(() -> run(spec))
        .hasMessageStartingWith("sandbox: /bin/sh says more than 1 MiB (expected: an end of it)");
  }

  @Test
  void whatWasStartedInTheBackgroundEndsWithTheCommand() throws Exception {
    SandboxResult result = run("(trap '' HUP TERM INT; sleep 736451 & sleep 736451 &) & echo gone");

    assertThat(result.output()).containsExactly("gone");
    assertNobodySleeps("736451");
  }

  @Test
  void allDieWithTheProcessThatStartedThem() throws Exception {
    Process parent =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                SleepingSandbox.class.getName(),
                "564738")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertThat(parent.getInputStream().read()).isEqualTo('!');
    List<ProcessHandle> all = parent.descendants().toList();
    assertThat(all).hasSizeGreaterThan(3);

    parent.destroyForcibly().waitFor();

    for (ProcessHandle each : all) {
      each.onExit().get(20, java.util.concurrent.TimeUnit.SECONDS);
    }
  }

  @Test
  void noTerminalAndNoOpenFileIsInherited() throws Exception {
    SandboxResult result =
        run("(: </dev/tty) || echo none; cd /proc/self/fd; ls; cat /proc/self/cgroup");

    assertThat(result.output()).contains("none", "0", "1", "2").doesNotContain("9");
    assertThat(result.output()).filteredOn(line -> line.matches("\\d+")).hasSizeLessThan(5);
    assertThat(result.output())
        .filteredOn(l -> l.contains(":"))
        .filteredOn(l -> l.matches("\\d+:.*"))
        .allMatch(l -> l.endsWith(":/"));
  }

  @Test
  void linksThatPointOutsideStayLinks() throws Exception {
    Path victim = Files.writeString(folder.resolve("victim"), "as it was");

    FileTree tree =
        run("ln -s "
                + victim
                + " /etc/absolute; ln -s ../../../../../.."
                + victim
                + " /etc/upwards;"
                + " ln -s / /etc/root; echo x >/etc/absolute; echo x >/etc/upwards; true")
            .tree();

    assertThat(tree.find("etc/absolute")).containsInstanceOf(Inode.Symlink.class);
    assertThat(tree.find("etc/upwards")).containsInstanceOf(Inode.Symlink.class);
    assertThat(tree.find("etc/root")).containsInstanceOf(Inode.Symlink.class);
    assertThat(victim).hasContent("as it was");
  }

  @Test
  void aTreeWhoseMountPointsAreLinksIsRefused() {
    FileTree tree =
        programs.toBuilder().put("proc", new Inode.Symlink(Meta.of(0777), "/etc")).build();

    assertThatThrownBy(() -> run(SandboxSpec.of(tree, source(), List.of("/bin/sh", "-c", ":"), 1)))
        .hasMessageContaining("sandbox: /proc: a symbolic link (expected: a directory)");
  }

  @Test
  void contentsThatAreMissingAreNamedAndNotTheEarlyEndThatFollows() {
    Digest lost = Digest.sha256("lost");
    FileTree tree =
        programs.toBuilder().put("etc/lost", new Inode.RegularFile(Meta.of(0644), lost, 4)).build();

    assertThatThrownBy(() -> run(SandboxSpec.of(tree, source(), List.of("/bin/sh", "-c", ":"), 1)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(lost.hex());
  }

  private static Map.Entry<String, CallProgram> attempt(
      String what, SystemCall call, Object... arguments) {
    return Map.entry(what, new CallProgram().must(what, call, arguments));
  }

  /// Runs a program that makes calls and then becomes `command`.
  private SandboxResult attack(CallProgram program, String... command) throws Exception {
    Inode file = file(program.toBytes(List.of(command[0]), command[0]));
    FileTree tree = programs.toBuilder().put("attack", file).build();
    List<String> line =
        Stream.concat(Stream.of("/bin/sh", "-c", "/attack \"$@\"; true", "sh"), Stream.of(command))
            .toList();
    return run(SandboxSpec.of(tree, source(), line, 1));
  }

  private static Inode file(byte[] program) {
    CONTENTS.put(Digest.sha256(program), ByteSource.of(program));
    return new Inode.RegularFile(Meta.of(0755), Digest.sha256(program), program.length);
  }

  private SandboxResult run(String script) throws Exception {
    return run(spec(script));
  }

  private SandboxResult run(String script, String shell) throws Exception {
    return run(SandboxSpec.of(programs, source(), List.of(shell, "-c", script), 1));
  }

  private SandboxResult run(SandboxSpec spec) throws Exception {
    return sandbox.run(
        spec.with(spec.limits().time(Duration.ofMinutes(5))),
        ContentSink.into(CONTENTS),
        line -> {});
  }

  private static SandboxSpec spec(String script) {
    return SandboxSpec.of(programs, source(), List.of("/bin/sh", "-c", script), 1);
  }

  private static ContentSource source() {
    return ContentSource.of(CONTENTS);
  }

  private static void assertNobodySleeps(String seconds) {
    assertThat(ProcessHandle.allProcesses().map(p -> p.info().commandLine().orElse("")))
        .noneMatch(line -> line.endsWith("sleep " + seconds));
  }
}
