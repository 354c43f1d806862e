package io.microvisor.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ToolRunTest {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  @TempDir private static Path root;
  @TempDir private Path work;
  private static SandboxSupport support;

  @BeforeAll
  static void makeAToolRoot() throws IOException, InterruptedException {
    support = HostPrograms.support();
    Map<Digest, ByteSource> contents = new HashMap<>();
    FileTree tree = HostPrograms.tree(contents);
    for (FileTree.Entry entry : (Iterable<FileTree.Entry>) tree.entries()::iterator) {
      Path path = root.resolve(entry.path().toString());
      if (entry.inode() instanceof Inode.RegularFile file) {
        Files.write(
            path,
            contents.getOrDefault(file.content(), ByteSource.of(new byte[0])).readAll(1 << 28));
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
      } else if (!entry.path().isRoot()) {
        Files.createDirectories(path);
      }
    }
    Files.writeString(root.resolve("etc/tool"), "from the tool root");
  }

  @Test
  void runsAToolOfTheToolRootAndGivesWhatItSaid() throws Exception {
    ToolResult result = run(script("cat /etc/tool; echo hm >&2; exit 3"));

    assertThat(result.exit()).as("%s", result.complaints()).isEqualTo(3);
    assertThat(result.text()).isEqualTo("from the tool root");
    assertThat(result.complaints()).containsExactly("hm");
  }

  @Test
  void readsAndWritesWhereItsBindsSaySo() throws Exception {
    Path input = Files.writeString(work.resolve("input"), "in");
    Path output = Files.createDirectory(work.resolve("output"));

    ToolResult result =
        run(
            script("cat /run/input >/run/output/copy; echo x >/run/input || echo refused")
                .bind(input, "/run/input", ToolSpec.Access.READ_ONLY)
                .bind(output, "/run/output", ToolSpec.Access.READ_WRITE));

    assertThat(result.text()).isEqualTo("refused\n");
    assertThat(output.resolve("copy")).hasContent("in");
    assertThat(input).hasContent("in");
  }

  @Test
  void leavesTheToolRootAsItIs() throws Exception {
    ToolResult result = run(script("echo changed >/etc/tool; rm /bin/cat || echo kept"));

    assertThat(result.text()).isEqualTo("kept\n");
    assertThat(root.resolve("etc/tool")).hasContent("from the tool root");
    assertThat(root.resolve("dev")).doesNotExist();
  }

  @Test
  void leavesAToolThatOnlyOpensFilesNothingElseToDo() throws Exception {
    String kept = support instanceof SandboxSupport.AsRoot ? "00000000000000c2" : "0".repeat(16);

    String status =
        run(script("cat /proc/self/status").privileges(ToolSpec.Privileges.OPENING)).text();

    assertThat(status.lines())
        .contains("CapPrm:\t" + kept, "CapEff:\t" + kept, "CapBnd:\t" + kept, "NoNewPrivs:\t1");
  }

  @Test
  void hasNoNetworkUnlessAskedFor() throws Exception {
    assertThat(run(script("cat /proc/net/dev")).text().lines().skip(2))
        .singleElement()
        .asString()
        .contains("lo:");
    String inside = run(script("ls -l /proc/self/ns/net").network(ToolSpec.Network.HOST)).text();
    assertThat(inside).contains(Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString());
  }

  @Test
  void namesABindThatIsNotThere() {
    ToolSpec spec = script("true").bind(work.resolve("none"), "/run/x", ToolSpec.Access.READ_ONLY);

    assertThatThrownBy(() -> run(spec)).hasMessageContaining("none");
  }

  @Test
  void killsAToolThatTakesTooLong() {
    assertThatThrownBy(() -> ToolRun.run(support, script("sleep 192837465"), Duration.ofSeconds(2)))
        .hasMessage("/bin/sh: still runs after 2 s (expected: an end)");
  }

  @Test
  void killsAToolThatBecameAnotherUser() throws Exception {
    String become =
        support instanceof SandboxSupport.AsRoot
            ? "exec setpriv --reuid 1879113728 --regid 1879113728 --clear-groups "
            : "exec ";
    ToolSpec spec =
        script(become + "sh -c 'echo up; exec sleep 192837466'")
            .privileges(ToolSpec.Privileges.OPENING);
    ProcessHandle sleeping;
    try (ToolRun run = ToolRun.start(support, spec, ToolRun.Stdio.PIPED)) {
      assertThat(run.output().readNBytes(3)).asString().isEqualTo("up\n");
      sleeping = tool("192837466");
    }

    assertThat(sleeping.onExit().get(20, TimeUnit.SECONDS).isAlive()).isFalse();
  }

  /// The innermost process of those whose command line ends with `argument`.
  private static ProcessHandle tool(String argument) {
    return ProcessHandle.allProcesses()
        .filter(each -> each.info().commandLine().orElse("").contains(argument))
        .filter(each -> each.children().findAny().isEmpty())
        .findFirst()
        .orElseThrow();
  }

  @Test
  void talksThroughPipesWhileItRuns() throws Exception {
    try (ToolRun cat =
        ToolRun.start(support, ToolSpec.of(root, List.of("/bin/cat")), ToolRun.Stdio.PIPED)) {
      cat.input().write("hello\n".getBytes(StandardCharsets.UTF_8));
      cat.input().flush();

      assertThat(cat.output().readNBytes(6)).asString().isEqualTo("hello\n");
      assertThat(cat.isRunning()).isTrue();
    }
  }

  private static ToolSpec script(String text) {
    return ToolSpec.of(root, List.of("/bin/sh", "-c", text));
  }

  private static ToolResult run(ToolSpec spec) throws IOException, InterruptedException {
    return ToolRun.run(support, spec, LIMIT);
  }
}
