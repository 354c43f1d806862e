package io.microvisor.cli.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.cli.terminal.TestTerminal;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExtractCommandTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void copiesAFileUnderTheNameThatWasAskedFor() throws IOException, InterruptedException {
    TinyImage.ordinary().writeDisk(folder.resolve("build/tiny/tiny-0.1.raw"));
    TestTerminal terminal = new TestTerminal(folder);

    assertThat(terminal.run("extract", "tiny", "/etc/os-release", ".")).isZero();
    assertThat(Files.readString(folder.resolve("os-release"))).startsWith("PRETTY_NAME");
    assertThat(terminal.run("extract", "tiny", "/usr/bin/tool", "new")).isZero();
    assertThat(Files.readString(folder.resolve("new"))).isEqualTo("tool\n");
    assertThat(terminal.run("extract", "tiny", "esp:/EFI", ".")).isZero();
    assertThat(folder.resolve("EFI/Linux/tiny_0.1.efi")).isNotEmptyFile();
  }

  @Test
  void copiesFoldersWithModesAndTimesButWithoutSetUserId() throws IOException {
    TinyImage.ordinary().writeRoot(folder.resolve("root.img"));
    TestTerminal terminal = new TestTerminal(folder);

    assertThat(terminal.run("extract", "root.img", "/", "copy")).isZero();
    assertThat(mode("copy/usr/bin/tool")).isEqualTo("rwxr-xr-x");
    assertThat((int) Files.getAttribute(folder.resolve("copy/usr/bin/tool"), "unix:mode") & 07000)
        .isZero();
    assertThat(mode("copy/etc/secret")).isEqualTo("rw-------");
    assertThat(Files.getLastModifiedTime(folder.resolve("copy/etc/secret")).to(TimeUnit.SECONDS))
        .isEqualTo(TinyImage.TIME);
    assertThat(Files.readSymbolicLink(folder.resolve("copy/bin"))).isEqualTo(Path.of("usr/bin"));
    assertThat(folder.resolve("copy/dev/null")).doesNotExist();
    assertThat(terminal.err.toString()).contains("/dev/null: a device, pipe or socket, left out");
  }

  @Test
  void fillsAReadOnlyFolder() throws IOException {
    new TinyImage()
        .put("closed", new Inode.Directory(Meta.of(0555)))
        .file("closed/file", 0444, "text")
        .writeRoot(folder.resolve("root.img"));

    assertThat(new TestTerminal(folder).run("extract", "root.img", "/closed", ".")).isZero();
    assertThat(mode("closed")).isEqualTo("r-xr-xr-x");
    assertThat(folder.resolve("closed/file")).hasContent("text");
  }

  @Test
  void saysWhereACopyIsThatWentBelowAFolder() throws IOException {
    TinyImage.ordinary().writeRoot(folder.resolve("root.img"));
    TestTerminal first = new TestTerminal(folder);
    TestTerminal second = new TestTerminal(folder);

    assertThat(first.run("extract", "root.img", "/etc", "dest")).isZero();
    assertThat(first.out.toString()).endsWith(" to dest\n");
    assertThat(second.run("extract", "root.img", "/etc", "dest")).isZero();
    assertThat(second.out.toString()).endsWith(" to dest/etc\n");
  }

  @Test
  void overwritesNothing() throws IOException {
    TinyImage.ordinary().writeRoot(folder.resolve("root.img"));
    Files.writeString(folder.resolve("secret"), "mine");
    TestTerminal terminal = new TestTerminal(folder);

    assertThat(terminal.run("extract", "root.img", "/etc/secret", ".")).isEqualTo(1);
    assertThat(terminal.err.toString()).contains("secret: exists already");
    assertThat(folder.resolve("secret")).hasContent("mine");
  }

  @Test
  void copiesLinksThatLeadOutAsLinksAndTouchesNothingThere() throws IOException {
    Path outside = Files.createDirectory(folder.resolve("outside"));
    new TinyImage()
        .link("up", "../outside")
        .link("far", outside.toString())
        .link("file", outside.resolve("victim").toString())
        .file("z", 0644, "z")
        .writeRoot(folder.resolve("root.img"));

    assertThat(new TestTerminal(folder).run("extract", "root.img", "/", "copy")).isZero();
    assertThat(Files.readSymbolicLink(folder.resolve("copy/up"))).isEqualTo(Path.of("../outside"));
    assertThat(Files.isSymbolicLink(folder.resolve("copy/file"))).isTrue();
    assertThat(outside).isEmptyDirectory();
  }

  @Test
  void followsNoLinksThatLieInTheDestination() throws IOException {
    Path outside = Files.createDirectory(folder.resolve("outside"));
    Files.createDirectory(folder.resolve("copy"));
    Files.createSymbolicLink(folder.resolve("copy/etc"), outside);
    TinyImage.ordinary().writeRoot(folder.resolve("root.img"));
    TestTerminal terminal = new TestTerminal(folder);

    assertThat(terminal.run("extract", "root.img", "/", "copy")).isEqualTo(1);
    assertThat(terminal.err.toString()).contains("copy/etc: exists already");
    assertThat(outside).isEmptyDirectory();

    Files.createSymbolicLink(folder.resolve("dangling"), outside.resolve("victim"));
    assertThat(terminal.run("extract", "root.img", "/etc/secret", "dangling")).isEqualTo(1);
    assertThat(outside).isEmptyDirectory();
  }

  @Test
  void staysInsideWhateverThePathSays() throws IOException {
    TinyImage.ordinary().writeRoot(folder.resolve("root.img"));
    Path inner = Files.createDirectory(folder.resolve("inner"));
    TestTerminal terminal = new TestTerminal(folder);

    assertThat(terminal.run("extract", "root.img", "/usr/../../etc/..", "inner")).isZero();
    assertThat(terminal.run("cat", "root.img", "/../../../etc/secret")).isZero();
    assertThat(terminal.text()).isEqualTo("secret\n");
    try (Stream<Path> all = Files.list(folder)) {
      assertThat(all.map(p -> p.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(List.of("root.img", "inner"));
    }
    assertThat(inner.resolve("etc/secret")).exists();
  }

  @Test
  void showsNoControlCharactersOfNames() throws IOException {
    new TinyImage()
        .file("red\u001b[31m\n", 0644, "")
        .link("reordered\u202e", "x\u0007")
        .writeRoot(folder.resolve("root.img"));
    TestTerminal terminal = new TestTerminal(folder);

    assertThat(terminal.run("ls", "root.img", "-l")).isZero();
    assertThat(terminal.out.toString())
        .contains("red\\x1b[31m\\x0a\n", "reordered\\u202e -> x\\x07\n")
        .doesNotContain("\u001b", "\u202e", "\u0007");
  }

  private String mode(String path) throws IOException {
    return PosixFilePermissions.toString(
        Files.getPosixFilePermissions(folder.resolve(path), LinkOption.NOFOLLOW_LINKS));
  }
}
