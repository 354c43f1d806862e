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
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SandboxTest {
  private static final Map<Digest, ByteSource> CONTENTS = new ConcurrentHashMap<>();
  private static Sandbox sandbox;
  private static FileTree programs;

  @BeforeAll
  static void findWhatThisMachineAllows() throws IOException, InterruptedException {
    sandbox = Sandbox.on(HostPrograms.support());
    programs = HostPrograms.tree(CONTENTS);
  }

  @Test
  void returnsWhatTheCommandChangedAndKeepsTheRest() throws Exception {
    FileTree tree =
        programs.toBuilder()
            .put("etc/kept", file("kept", 0, 0))
            .put("etc/owned", file("owned", 17, 4711))
            .put("etc/gone", file("gone", 0, 0))
            .mkdirs(TreePath.of("old/below"))
            .put("old/below/moved", file("moved", 0, 0))
            .build();

    SandboxResult result =
        run(
            tree,
            "echo new >/etc/new; ln /etc/new /etc/twin; rm /etc/gone; mv /old /fresh;"
                + " chmod 4750 /etc/kept; chown 3:4 /etc/new; ln -s kept '/etc/odd name\\é'");

    assertThat(result.output()).isEmpty();
    assertThat(result.exit()).isZero();
    FileTree after = result.tree();
    assertThat(after.find("etc/owned")).isEqualTo(tree.find("etc/owned"));
    assertThat(after.find("bin/sh")).isEqualTo(tree.find("bin/sh"));
    assertThat(after.find("etc/gone")).isEmpty();
    assertThat(after.find("old")).isEmpty();
    assertThat(content(after, "fresh/below/moved")).isEqualTo("moved");
    assertThat(content(after, "etc/new")).isEqualTo("new\n");
    assertThat(after.find("etc/new").orElseThrow().meta().uid()).isEqualTo(3);
    assertThat(after.find("etc/new").orElseThrow().meta().gid()).isEqualTo(4);
    assertThat(after.find("etc/kept").orElseThrow().meta().mode()).isEqualTo(04750);
    assertThat(after.find("etc/odd name\\é")).containsInstanceOf(Inode.Symlink.class);
    assertThat(after.entry(TreePath.of("etc/new")).orElseThrow().id())
        .isEqualTo(after.entry(TreePath.of("etc/twin")).orElseThrow().id());
  }

  @Test
  void returnsAnEqualTreeWhenNothingHappens() throws Exception {
    assertThat(run(programs, "true").tree().find("bin")).isEqualTo(programs.find("bin"));
    assertThat(run(programs, "true").tree().entries().map(FileTree.Entry::path).toList())
        .containsAll(programs.entries().map(FileTree.Entry::path).toList());
  }

  @Test
  void givesTheExitStatusAndWhatWasSaid() throws Exception {
    SandboxResult result = run(programs, "echo one; echo two >&2; exit 7");

    assertThat(result.exit()).isEqualTo(7);
    assertThat(result.output()).containsExactly("one", "two");
  }

  @Test
  void showsTheCommandNothingOfTheHost() throws Exception {
    SandboxResult result =
        run(
            programs,
            "id -u; cat /proc/sys/kernel/hostname; ls -d /home /proc/1/root/home; cat /proc/net/route;"
                + " echo x >/dev/null && echo null; env");

    assertThat(result.output())
        .startsWith("0", "sandbox")
        .noneMatch("/home"::equals)
        .contains("null", "SOURCE_DATE_EPOCH=1", "HOME=/root", "LC_ALL=C.UTF-8")
        .noneMatch(line -> line.startsWith("USER=") || line.startsWith("JAVA_HOME="));
  }

  @Test
  void killsTheCommandAndItsChildrenWhenTimeIsUp() throws Exception {
    SandboxSpec spec =
        spec(programs, "sleep 918273645 & sleep 918273645")
            .with(SandboxSpec.Limits.GENEROUS.time(Duration.ofSeconds(3)));

    assertThatThrownBy(() -> sandbox.run(spec, ContentSink.into(CONTENTS), line -> {}))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("sandbox: /bin/sh still runs after 3 s (expected: an end by then)");
    assertNobodySleepsFor("918273645");
  }

  @Test
  void killsTheCommandWhenTheCallerIsInterrupted() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    AtomicReference<Throwable> outcome = new AtomicReference<>(new AssertionError("no end"));
    Thread caller =
        Thread.ofPlatform()
            .start(() -> {
              try {
                sandbox.run(
                    spec(programs, "echo on; sleep 546372819"),
                    ContentSink.into(CONTENTS),
                    line -> running.countDown());
              } catch (Throwable e) {
                outcome.set(e);
              }
            });
    running.await();
    caller.interrupt();
    caller.join();

    assertThat(outcome.get()).isInstanceOf(InterruptedException.class);
    assertNobodySleepsFor("546372819");
  }

  @Test
  void saysSoWhenTheTreeDoesNotFit() {
    SandboxSpec spec =
        spec(programs, "true").with(SandboxSpec.Limits.GENEROUS.files(new ByteSize(65536)));

    assertThatThrownBy(() -> sandbox.run(spec, ContentSink.into(CONTENTS), line -> {}))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("sandbox: cannot unpack the tree")
        .hasMessageContaining("No space left on device");
  }

  private static SandboxResult run(FileTree tree, String script)
      throws IOException, InterruptedException {
    return sandbox.run(spec(tree, script), ContentSink.into(CONTENTS), line -> {});
  }

  private static SandboxSpec spec(FileTree tree, String script) {
    return SandboxSpec.of(tree, source(), List.of("/bin/sh", "-c", script), 1);
  }

  private static ContentSource source() {
    return ContentSource.of(CONTENTS);
  }

  private static Inode file(String text, long uid, long gid) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    CONTENTS.put(Digest.sha256(bytes), ByteSource.of(bytes));
    return new Inode.RegularFile(
        Meta.of(0640).withOwner(uid, gid), Digest.sha256(bytes), bytes.length);
  }

  private static String content(FileTree tree, String path) throws IOException {
    Inode.RegularFile file = (Inode.RegularFile) tree.find(path).orElseThrow();
    return new String(source().open(file.content()).readAll(1000), StandardCharsets.UTF_8);
  }

  private static void assertNobodySleepsFor(String seconds) throws IOException {
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        String command;
        try {
          command = Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1);
        } catch (IOException _) {
          continue; // It ended meanwhile.
        }
        assertThat(command).isNotEqualTo("sleep\0" + seconds + "\0");
      }
    }
  }
}
