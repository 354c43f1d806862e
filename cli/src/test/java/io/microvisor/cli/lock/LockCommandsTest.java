package io.microvisor.cli.lock;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.cli.terminal.TestTerminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LockCommandsTest {
  private static final String BEFORE =
      """
      emt-lock 1
      architecture amd64
      input package%20less
      repository Debian trixie trixie 2026-01-10T09:38:31Z AA
      package less 668-1 amd64 _ 5 Debian trixie main pool/less.deb
      package nano 8.4-1 amd64 _ 5 Debian trixie main pool/nano.deb
      """
          .replace("_", "ab".repeat(32));

  @TempDir private Path folder = Path.of("");
  private TestTerminal terminal = new TestTerminal(Path.of(""));

  @BeforeEach
  void open() throws IOException {
    terminal = new TestTerminal(folder);
    write("a.lock", BEFORE);
    write(
        "hello.yaml",
        "extends: minimal\nimage: {name: hello, version: \"1\"}\nsystemConfig:\n  packages: [less]\n");
  }

  @Test
  void tellsEqualLocksFromDifferentOnesByExitCode() throws IOException {
    write("b.lock", "# a comment\n" + BEFORE);
    write(
        "c.lock",
        BEFORE
            .replace("less 668-1", "less 669-1")
            .replaceFirst(
                "package nano.*\n",
                "package zstd 1-1 amd64 " + "cd".repeat(32) + " 5 Debian trixie main x\n")
            .replace("2026-01-10", "2026-02-10"));

    assertThat(terminal.run("diff", "a.lock", "b.lock")).isZero();
    assertThat(terminal.out.toString()).isEmpty();
    assertThat(terminal.run("diff", "a.lock", "c.lock")).isEqualTo(1);
    assertThat(terminal.out.toString().lines())
        .containsExactly(
            "Debian trixie: 2026-01-10T09:38:31Z -> 2026-02-10T09:38:31Z",
            "^ less 668-1 -> 669-1",
            "- nano 8.4-1",
            "+ zstd 1-1",
            "1 added, 1 removed, 1 upgraded");
  }

  @Test
  void tellsDifferencesToMachines() throws IOException {
    write("c.lock", BEFORE.replace("less 668-1 amd64 ab", "less 668-1 amd64 cd"));

    assertThat(terminal.run("diff", "--json", "a.lock", "c.lock")).isEqualTo(1);
    assertThat(terminal.out.toString())
        .contains("\"same\" : false", "\"kind\" : \"replaced\"", "\"name\" : \"less\"");
  }

  @Test
  void doesNotTakeWhatItCannotReadForADifference() throws IOException {
    write("bad.lock", "pins: []\n");

    assertThat(terminal.run("diff", "a.lock", "bad.lock")).isEqualTo(3);
    assertThat(terminal.run("diff", "a.lock", "nowhere.lock")).isEqualTo(3);
    assertThat(terminal.err.toString())
        .contains("not a lock: bad.lock", "nowhere.lock: no such file");
  }

  @Test
  void refusesToBuildWithoutALockWhenFrozen() throws IOException {
    assertThat(terminal.run("build", "--frozen", "hello.yaml")).isEqualTo(3);
    assertThat(terminal.err.toString())
        .contains("hello.lock:1:1: there is no lock", "advice: emt lock hello.yaml, and commit");
    assertThat(folder.resolve("hello.lock")).doesNotExist();
    assertThat(folder.resolve("build")).doesNotExist();
  }

  @Test
  void namesEveryDifferenceOfAStaleLockWithItsPlaceWhenFrozen() throws IOException {
    String stale = BEFORE.replace("package%20less", "package%20htop");
    write("hello.lock", stale);

    assertThat(terminal.run("lock", "--frozen", "hello.yaml")).isEqualTo(3);
    assertThat(terminal.err.toString())
        .contains(
            "hello.yaml:4:14: package less: not in hello.lock (expected: a lock made for it)",
            "hello.lock:3:1: package htop: the template asks for it no more");
    assertThat(folder.resolve("hello.lock")).hasContent(stale);
  }

  @Test
  void saysThatALockIsDamagedWithItsLine() throws IOException {
    write("hello.lock", BEFORE.replace("architecture amd64", "architecture"));

    assertThat(terminal.run("build", "hello.yaml")).isEqualTo(3);
    assertThat(terminal.err.toString()).contains("hello.lock:2: 1 words (expected: 2)");
  }

  @Test
  void refusesWordsThatMeanNothing() {
    assertThat(terminal.run("lock", "hello.yaml", "less")).isEqualTo(2);
    assertThat(terminal.err.toString()).contains("advice: emt lock --update hello.yaml less");
    assertThat(terminal.run("lock", "--frozen", "--update", "hello.yaml")).isEqualTo(2);
    assertThat(terminal.run("lock", "--prune", "hello.yaml")).isEqualTo(2);
  }

  @Test
  void suggestsThePinnedPackageThatWasMeant() throws IOException {
    write("hello.lock", BEFORE);

    assertThat(terminal.run("lock", "--update", "hello.yaml", "les")).isEqualTo(1);
    assertThat(terminal.err.toString())
        .contains("les: not in hello.lock (expected: a pinned package; did you mean less?)");
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }
}
