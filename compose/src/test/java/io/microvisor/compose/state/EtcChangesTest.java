package io.microvisor.compose.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.compose.template.Persistence;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The node's own program, run by this host's shell on a folder that looks like a machine's root.
class EtcChangesTest {
  @TempDir Path root;

  @BeforeEach
  void makeMachine() throws IOException {
    EtcChanges.files(List.of("/etc/hostname", "/etc/kept", "/etc/machine-id"))
        .forEach((path, text) -> write(path, text));
    image("v1", "hostname", "one");
    image("v1", "kept/a", "default a");
    image("v1", "kept/b", "default b");
    Files.createDirectories(root.resolve("etc"));
    Files.createDirectories(layer(""));
  }

  @Test
  void keptPathsAreThoseThatWereDeclared() throws IOException {
    assertThat(Files.readString(root.resolve("usr/lib/emt/etc-kept")))
        .isEqualTo("/etc/hostname\n/etc/kept\n");
    assertThat(EtcChanges.files(Persistence.IDENTITY)).isEmpty();
  }

  @Test
  void saysNothingOfAMachineThatChangedNothingAndWritesOnce() throws Exception {
    assertThat(report()).isEmpty();
    assertThat(differences()).isEmpty();
    Files.setLastModifiedTime(base(), FileTime.fromMillis(1000));

    report();

    assertThat(Files.getLastModifiedTime(base())).isEqualTo(FileTime.fromMillis(1000));
  }

  @Test
  void tellsWhatWasChangedAddedAndDeleted() throws Exception {
    change("hostname", "two");
    change("kept/new", "x");
    delete("kept/a");
    Files.createSymbolicLink(layer("kept/b"), Path.of("a"));
    change("elsewhere", "not kept");
    change("kept/with blank", "x");

    assertThat(report()).contains("<6>etc: 2 changed", "<6>etc: 2 added", "<6>etc: 1 deleted");
    assertThat(differences())
        .containsExactly(
            "changed no /etc/hostname",
            "deleted no /etc/kept/a",
            "changed no /etc/kept/b",
            "added no /etc/kept/new",
            "added no /etc/kept/with blank");
  }

  @Test
  void tellsWhenALaterImageBringsAnotherDefault() throws Exception {
    change("hostname", "two");
    change("kept/b", "own b");
    delete("kept/a");
    change("kept/new", "x");
    report();

    image("v2", "hostname", "three");
    image("v2", "kept/a", "another a");
    image("v2", "kept/new", "now the image has one, too");

    assertThat(report())
        .contains(
            "<4>/etc/hostname: was changed on this machine and stays so; the image's own has changed since"
                + " (compare /run/emt/image/etc/hostname)");
    assertThat(differences())
        .containsExactly(
            "changed yes /etc/hostname",
            "deleted yes /etc/kept/a",
            "changed no /etc/kept/b",
            "added yes /etc/kept/new");

    image("v3", "hostname", "one");
    image("v3", "kept/b", null);

    report();
    assertThat(differences())
        .as("three ways, whatever lay between")
        .contains("changed no /etc/hostname", "changed yes /etc/kept/b");
  }

  @Test
  void remembersWhenTheMachineStops() throws Exception {
    report();
    change("hostname", "two");
    assertThat(run("remember")).isEmpty();

    image("v2", "hostname", "three");
    report();

    assertThat(differences()).containsExactly("changed yes /etc/hostname");
  }

  @Test
  void admitsThatItDoesNotKnowAfterAPowerCutBeforeAnUpdate() throws Exception {
    report();
    change("hostname", "two");
    image("v2", "hostname", "three");

    assertThat(report()).contains("whether the image's own has changed since is not known");
    assertThat(differences()).containsExactly("changed unknown /etc/hostname");
    report();
    assertThat(differences()).containsExactly("changed unknown /etc/hostname");

    Files.delete(base());
    report();
    assertThat(differences())
        .as("who has looked removes the base")
        .containsExactly("changed no /etc/hostname");
  }

  @Test
  void aPowerCutWithoutAnUpdateLosesNothing() throws Exception {
    report();
    change("hostname", "two");
    report();
    image("v2", "hostname", "three");

    report();

    assertThat(differences()).containsExactly("changed yes /etc/hostname");
  }

  @Test
  void tellsWhatWasWrittenButNotChanged() throws Exception {
    change("hostname", "one");
    report();
    assertThat(differences()).containsExactly("same no /etc/hostname");

    image("v2", "hostname", "three");
    assertThat(report()).contains("<4>/etc/hostname: is as an earlier image had it");
    assertThat(differences()).containsExactly("same yes /etc/hostname");

    change("hostname", "three");
    report();
    assertThat(differences()).as("taken over").containsExactly("same no /etc/hostname");
  }

  @Test
  void seesWhatAFolderThatWasMadeAnewHides() throws Exception {
    Files.createDirectories(layer("kept"));
    change("kept/b", "own b");
    Files.delete(root.resolve("etc/kept/a"));

    report();

    assertThat(differences()).containsExactly("deleted no /etc/kept/a", "changed no /etc/kept/b");
  }

  @Test
  void aFileOfTheSameTextWithAnotherModeIsChanged() throws Exception {
    change("hostname", "one");
    Files.setPosixFilePermissions(layer("hostname"), PosixFilePermissions.fromString("rw-------"));

    report();

    assertThat(differences()).containsExactly("changed no /etc/hostname");
  }

  @Test
  void identityIsNoDifference() throws Exception {
    EtcChanges.files(List.of("/etc")).forEach((path, text) -> write(path, text));
    change("machine-id", "x");
    change("ssh/ssh_host_ed25519_key", "x");
    change("elsewhere", "x");

    report();

    assertThat(differences()).containsExactly("added no /etc/elsewhere");
  }

  /// A user owns a kept folder and puts there what would hold root up, lead it elsewhere, or tell others what he may not know.
  @Test
  void isNotHeldUpOrLedAwayByWhatAUserPutThere() throws Exception {
    Files.createDirectories(layer("kept"));
    mkfifo("kept/a");
    mkfifo("kept/pipe");
    try (RandomAccessFile endless = new RandomAccessFile(layer("kept/b").toFile(), "rw")) {
      endless.setLength(1L << 40);
    }
    Files.createSymbolicLink(layer("kept/folder"), root);
    change("kept/-rf", "x");
    change("kept/a\nb", "x");
    change("kept/\\t%s$(x)`x`'\"", "x");

    report();

    assertThat(differences())
        .containsExactly(
            "added no /etc/kept/-rf",
            "added no /etc/kept/\\t%s$(x)`x`'\"",
            "changed no /etc/kept/a",
            "changed no /etc/kept/b",
            "added no /etc/kept/folder",
            "added no /etc/kept/pipe");
    for (Path path : List.of(base(), root.resolve("run/emt/etc-changes"))) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void tellsABoundedNumberOfPaths() throws Exception {
    for (int i = 0; i < 30; i++) {
      change("kept/" + i, "x");
    }
    change("hostname", "two");

    assertThat(run("report", "20"))
        .contains("<4>etc: /etc/kept: not more than 20 changed paths are told");
    assertThat(differences()).hasSize(21).contains("changed no /etc/hostname");
  }

  private void mkfifo(String path) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder("mkfifo", layer(path).toString()).start().waitFor()).isZero();
  }

  private String report() throws IOException, InterruptedException {
    return run("report");
  }

  private String run(String mode, String... most) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("/bin/sh"));
    command.add(root.resolve("usr/lib/emt/etc-changes").toString());
    command.addAll(List.of(mode, root.toString()));
    command.addAll(List.of(most));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }

  /// The report, a line for each difference, with blanks between its fields.
  private List<String> differences() throws IOException {
    List<String> lines = new ArrayList<>(Files.readAllLines(root.resolve("run/emt/etc-changes")));
    assertThat(lines.removeFirst()).startsWith("#");
    return lines.stream().map(line -> line.replace('\t', ' ')).toList();
  }

  private Path base() {
    return root.resolve("run/emt/state/etc/base");
  }

  private Path layer(String path) {
    return root.resolve("run/emt/state/etc/upper").resolve(path);
  }

  /// Gives the image `name` a file, or takes it away; the machine's `/etc` shows it unless the layer has something else.
  private void image(String name, String path, @Nullable String text) throws IOException {
    write("proc/cmdline", "quiet roothash=" + Integer.toHexString(name.hashCode()) + " ro\n");
    Path file = root.resolve("run/emt/image/etc").resolve(path);
    if (text == null) {
      Files.delete(file);
      return;
    }
    write("run/emt/image/etc/" + path, text);
    write("etc/" + path, text);
  }

  private void change(String path, String text) {
    write("run/emt/state/etc/upper/" + path, text);
    write("etc/" + path, text);
  }

  /// A whiteout, as an overlay makes it.
  private void delete(String path) throws IOException, InterruptedException {
    Files.createDirectories(Objects.requireNonNull(layer(path).getParent()));
    Process process =
        new ProcessBuilder("mknod", layer(path).toString(), "c", "0", "0").inheritIO().start();
    assertThat(process.waitFor()).isZero();
    Files.delete(root.resolve("etc").resolve(path));
  }

  private void write(String path, String text) {
    try {
      Path file = root.resolve(path);
      Files.createDirectories(Objects.requireNonNull(file.getParent()));
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
