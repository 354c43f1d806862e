package io.microvisor.cli.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.microvisor.bytes.Digest;
import io.microvisor.cli.terminal.Json;
import io.microvisor.cli.terminal.TestTerminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ImageCommandsTest {
  @TempDir private Path folder = Path.of("");
  private Path disk = Path.of("");

  @BeforeEach
  void writeImage() throws IOException, InterruptedException {
    disk = TinyImage.ordinary().writeDisk(folder.resolve("build/tiny/tiny-0.1.raw"));
  }

  @Test
  void listsTheRootOfTheNewestImage() throws IOException, InterruptedException {
    Path old = new TinyImage().file("old", 0644, "").writeDisk(folder.resolve("build/z/z-9.raw"));
    Files.setLastModifiedTime(old, FileTime.fromMillis(0));
    TestTerminal terminal = new TestTerminal(folder);

    assertThat(terminal.run("ls")).isZero();
    assertThat(terminal.out.toString().lines()).containsExactly("bin", "dev", "etc", "usr", "var");
  }

  @Test
  void findsAnImageByItsNameOrThatOfItsTemplate() throws IOException {
    Files.writeString(folder.resolve("tiny.yaml"), "");
    for (String name : new String[] {"tiny", "tiny.yaml", "build/tiny/tiny-0.1.raw"}) {
      TestTerminal terminal = new TestTerminal(folder);
      assertThat(terminal.run("ls", name, "/usr/bin")).isZero();
      assertThat(terminal.out.toString().strip()).isEqualTo("tool");
    }
  }

  @Test
  void listsDetailsWithNumericOwnersInUtc() {
    TestTerminal terminal = new TestTerminal(folder);

    assertThat(terminal.run("ls", "tiny", "/bin", "-l")).isZero();
    assertThat(terminal.out.toString().strip())
        .isEqualTo("-rwsr-xr-x     0     0            5 2023-11-14 22:13 tool");
  }

  @Test
  void listsAllBelowWithPaths() {
    TestTerminal terminal = new TestTerminal(folder);

    assertThat(terminal.run("ls", "tiny", "-R", "/etc")).isZero();
    assertThat(terminal.out.toString().lines()).containsExactly("/etc/os-release", "/etc/secret");
  }

  @Test
  void listsTheEfiSystemPartition() {
    TestTerminal terminal = new TestTerminal(folder);

    assertThat(terminal.run("ls", "tiny", "esp:/EFI/Linux")).isZero();
    assertThat(terminal.out.toString().strip()).isEqualTo("tiny_0.1.efi");
  }

  @Test
  void listsForMachines() {
    TestTerminal terminal = new TestTerminal(folder);

    assertThat(terminal.run("ls", "tiny", "/etc", "--json")).isZero();
    assertThat(terminal.out.toString())
        .contains("\"path\" : \"/etc/os-release\"", "\"target\" : \"../usr/lib/os-release\"");
  }

  @Test
  void printsAFileThroughLinks() {
    TestTerminal terminal = new TestTerminal(folder);

    assertThat(terminal.run("cat", "tiny", "/etc/os-release")).isZero();
    assertThat(terminal.text()).startsWith("PRETTY_NAME=\"Tiny 1\"\n").endsWith("0.1\n");
    assertThat(terminal.out.toString()).isEmpty();
  }

  @Test
  void refusesToPrintWhatIsNoFile() {
    TestTerminal terminal = new TestTerminal(folder);

    assertThat(terminal.run("cat", "tiny", "/etc")).isEqualTo(1);
    assertThat(terminal.err.toString())
        .isEqualTo("emt: /etc: not a file (expected: a regular file)\n");
    assertThat(terminal.run("cat", "tiny", "/none")).isEqualTo(1);
    assertThat(terminal.err.toString()).contains("/none: not in the image");
  }

  @Test
  void wantsAPathToPrint() {
    TestTerminal terminal = new TestTerminal(folder);

    assertThat(terminal.run("cat", "tiny")).isEqualTo(2);
    assertThat(terminal.err.toString()).contains("Missing required parameter", "emt cat --help");
  }

  @Test
  void saysWhatToDoWhenThereIsNoImage() {
    TestTerminal terminal = new TestTerminal(folder.resolve("elsewhere"));

    assertThat(terminal.run("inspect")).isEqualTo(1);
    assertThat(terminal.err.toString()).contains("no image below build/", "advice: emt build");
    assertThat(terminal.run("inspect", "nope")).isEqualTo(1);
    assertThat(terminal.err.toString()).contains("nope: no such image");
  }

  @Test
  void refusesAFileThatIsNoImage() throws IOException {
    Files.writeString(folder.resolve("text"), "no image at all ".repeat(1000));
    TestTerminal terminal = new TestTerminal(folder);

    assertThat(terminal.run("ls", "text")).isEqualTo(1);
    assertThat(terminal.err.toString())
        .startsWith("emt: not a disk image: nothing known in text (expected: a GPT disk");
  }

  @Test
  void tellsWhatIsInADisk() {
    TestTerminal terminal = new TestTerminal(folder);

    assertThat(terminal.run("inspect", "tiny")).isZero();
    assertThat(terminal.out.toString())
        .contains("tiny-0.1.raw: disk, ", "tiny_0.1_verity", "read-only", "root hash       ")
        .contains("not verified", "6.12.0-tiny  /EFI/Linux/tiny_0.1.efi", ".linux 9 B")
        .contains("Tiny 1, image tiny 0.1", "/usr/share 29.3 KiB")
        .contains("packages        2\n", "large 2 MiB, small 10 KiB")
        .doesNotContain("damaged", "gone");
  }

  @Test
  void tellsTheSameToMachines() throws IOException {
    Files.writeString(
        disk.resolveSibling("tiny-0.1.manifest.json"),
        "{\"time\": \"2026-01-01T00:00:00Z\", \"packages\": [{}, {}],"
            + " \"artifacts\": [{\"file\": \"tiny-0.1.raw\"}]}");
    TestTerminal terminal = new TestTerminal(folder);

    assertThat(terminal.run("inspect", "--verify", "--json")).isZero();
    assertThat(terminal.out.toString())
        .contains("\"intact\" : true", "\"type\" : \"root-x86_64\"", "\"packages\" : 2")
        .contains("\"built from\" : \"2 packages\"", "\"version\" : \"6.12.0-tiny\"");
  }

  @Test
  void tellsWhereTheBytesAre() {
    TestTerminal terminal = new TestTerminal(folder);

    assertThat(terminal.run("inspect", "--size", "tiny")).isZero();
    assertThat(terminal.out.toString())
        .contains(
            "tiny-0.1.raw  (",
            "esp  (",
            "idle besides",
            "EFI/Linux/tiny_0.1.efi",
            "headers and padding")
        .contains("tiny_0.1  (", "usr/\n", "file system's own", "tiny_0.1_verity  (")
        .contains("large", "(no package: made by the build, and folders)");
  }

  @Test
  void tellsSizesToMachinesThatAddUpToTheDisk() throws IOException {
    TestTerminal terminal = new TestTerminal(folder);

    assertThat(terminal.run("inspect", "--size", "--json")).isZero();
    JsonNode sizes = Json.read(terminal.out.toString(), "sizes").path("sizes");
    assertThat(sizes.path("stored").asLong() + sizes.path("idle").asLong())
        .isEqualTo(Files.size(disk));
    checkSums(sizes);
    JsonNode packages = Json.read(terminal.out.toString(), "sizes").path("packages");
    assertThat(packages.valueStream().map(each -> each.path("name").asText()))
        .containsExactlyInAnyOrder("large", "");
  }

  private static void checkSums(JsonNode part) {
    long sum = part.path("parts").valueStream().mapToLong(p -> p.path("stored").asLong()).sum();
    assertThat(sum)
        .as(part.path("name").asText())
        .isLessThanOrEqualTo(part.path("stored").asLong());
    part.path("parts").forEach(ImageCommandsTest::checkSums);
  }

  @Test
  void takesPackagesFromTheManifestWhereTheImageHasNoDatabase()
      throws IOException, InterruptedException {
    Path bare =
        new TinyImage().file("usr/bin/x", 0644, "x").writeDisk(folder.resolve("b/bare.raw"));
    Files.writeString(
        bare.resolveSibling("bare.manifest.json"),
        "{\"packages\": [{\"name\": \"p\", \"size\": 4096}], \"artifacts\": [{\"file\": \"bare.raw\"}]}");
    TestTerminal terminal = new TestTerminal(folder);

    assertThat(terminal.run("inspect", "--size", "b/bare.raw")).isZero();
    assertThat(terminal.out.toString())
        .contains("by their archives (the image has no package database)", "4 KiB             p\n");
  }

  @Test
  void drawsWhereTheBytesAre() throws IOException {
    TestTerminal terminal = new TestTerminal(folder);

    assertThat(terminal.run("inspect", "--html", "sizes.html", "tiny")).isZero();
    assertThat(terminal.out.toString()).isEmpty();
    assertThat(Files.readString(folder.resolve("sizes.html")))
        .startsWith("<!DOCTYPE html>")
        .contains("usr/share/large", "Where the bytes of tiny-0.1.raw are");
    assertThat(terminal.run("inspect", "--depth", "2", "tiny")).isEqualTo(2);
    assertThat(terminal.err.toString()).contains("--depth, --limit: without --size");
  }

  @Test
  void tellsWhatTheBootConsistsOf() throws IOException, InterruptedException {
    TinyImage.ordinary().withUnits().writeDisk(folder.resolve("build/units/units-1.raw"));
    TestTerminal terminal = new TestTerminal(folder);

    assertThat(terminal.run("inspect", "--boot", "units")).isZero();
    assertThat(terminal.out.toString())
        .contains("kernel image    /EFI/Linux/tiny_0.1.efi\n", ".linux 9 B")
        .contains("  ro                                          the root is mounted read-only\n")
        .contains("1 kernel modules", "initrd.target: 2 units (1 service, 1 target)")
        .contains("dm-verity.ko 6.8 KiB", "generators    systemd-cryptsetup-generator\n")
        .contains(
            "multi-user.target: 6 units (3 service, 3 target)",
            "one-db systemd-udev-settle web@one\n",
            "systemd-getty-generator systemd-rc-local-generator\n")
        .contains("root: systemd-udev-settle.service: waits until all devices have settled")
        .contains("systemd-rc-local-generator: runs, but there is no /etc/rc.local")
        .doesNotContain("off.service", "fstab");
  }

  @Test
  void tellsTheLayoutOfAMachine() throws IOException, InterruptedException {
    TinyImage.ordinary()
        .file("usr/lib/repart.d/10-esp.conf", 0644, "[Partition]\nType=esp\nSizeMinBytes=1\n")
        .file("usr/lib/repart.d/20-a.conf", 0644, "Type=root-x86-64\nSizeMinBytes=2\n")
        .file("usr/lib/repart.d/21-a.conf", 0644, "Type=root-x86-64-verity\nSizeMinBytes=2\n")
        .file(
            "usr/lib/repart.d/30-b.conf",
            0644,
            "Type=root-x86-64\nLabel=_empty\nSizeMinBytes=2097152\nSizeMaxBytes=2097152\n")
        .file(
            "usr/lib/repart.d/40-state.conf",
            0644,
            "Type=linux-generic\nLabel=state\nSizeMinBytes=1048576\n")
        .file("usr/lib/emt/paths", 0644, "# path\n/\timage\tsame\tnew\tsame\n")
        .writeDisk(folder.resolve("build/node/node-1.raw"));
    TestTerminal terminal = new TestTerminal(folder);

    assertThat(terminal.run("inspect", "--layout", "node")).isZero();
    assertThat(terminal.out.toString())
        .contains("  1  esp                 esp ", "  3  root-x86_64-verity  tiny_0.1_verity ")
        .contains(
            "  4  root-x86_64         _empty                       2 MiB  (by the first boot)\n")
        .contains(
            "  5  linux-generic       state                        1 MiB and all that is left  (by the first boot)\n")
        .endsWith(
            """
            paths  lies on  restart    update  factory reset
            /      image    same       new     same
            """);

    assertThat(terminal.run("inspect", "--layout", "--json", "node")).isZero();
    assertThat(terminal.out.toString())
        .contains("\"madeByFirstBoot\" : true", "\"afterFactoryReset\" : \"same\"");
  }

  @Test
  void saysWhatAnImageWithoutATableOfPathsIs() {
    TestTerminal terminal = new TestTerminal(folder);

    assertThat(terminal.run("inspect", "--layout", "tiny")).isEqualTo(1);
    assertThat(terminal.err.toString()).contains("no /usr/lib/emt/paths");
  }

  @Test
  void tellsTheBootToMachines() throws IOException, InterruptedException {
    TinyImage.ordinary().withUnits().writeDisk(folder.resolve("build/units/units-1.raw"));
    TestTerminal terminal = new TestTerminal(folder);

    assertThat(terminal.run("inspect", "--boot", "--json", "units")).isZero();
    JsonNode boot = Json.read(terminal.out.toString(), "boot");
    assertThat(boot.path("initrd").path("modules").toString()).isEqualTo("[\"dm_verity\"]");
    assertThat(boot.path("commandLine").path(1).path("word").asText()).isEqualTo("ro");
    assertThat(boot.path("root").path("units")).hasSize(6);
  }

  @Test
  void tellsTheBootOfAKernelImageAlone() throws IOException {
    TinyImage.writeKernel(folder.resolve("tiny.efi"), Digest.sha256("root"));
    TestTerminal terminal = new TestTerminal(folder);

    assertThat(terminal.run("inspect", "--boot", "tiny.efi")).isZero();
    assertThat(terminal.out.toString()).contains("kernel image    this file", "initrd.target");
  }

  @Test
  void tellsThatTheRootIsNotWhatTheKernelDemands() throws IOException {
    damageRoot(5);
    TestTerminal terminal = new TestTerminal(folder);

    assertThat(terminal.run("inspect", "--verify")).isEqualTo(1);
    assertThat(terminal.out.toString())
        .contains("DAMAGED: 1 of the root's blocks, the first at byte 0", "Tiny 1");
  }

  @Test
  void tellsDamageEvenWhereItCannotReadOn() throws IOException {
    damageRoot(1030);
    TestTerminal terminal = new TestTerminal(folder);

    assertThat(terminal.run("inspect", "--verify")).isEqualTo(1);
    assertThat(terminal.err.toString())
        .contains("DAMAGED: 1 of the root's blocks, the first at byte 0", "EROFS image");
  }

  /// Changes one bit of the root partition, which begins behind 1 MiB of table and the 40 MiB of the other.
  private void damageRoot(int position) throws IOException {
    byte[] bytes = Files.readAllBytes(disk);
    bytes[(41 << 20) + position] ^= 1;
    Files.write(disk, bytes);
  }

  @Test
  void looksIntoARootFileSystemAlone() throws IOException {
    TinyImage.ordinary().writeRoot(folder.resolve("root.erofs"));
    TestTerminal terminal = new TestTerminal(folder);

    assertThat(terminal.run("cat", "root.erofs", "/bin/tool")).isZero();
    assertThat(terminal.text()).isEqualTo("tool\n");
    assertThat(terminal.run("inspect", "root.erofs")).isZero();
    assertThat(terminal.run("inspect", "--verify", "root.erofs")).isEqualTo(1);
    assertThat(terminal.err.toString()).contains("no root hash on its kernel's command line");
    assertThat(terminal.run("ls", "root.erofs", "esp:/")).isEqualTo(1);
    assertThat(terminal.err.toString()).contains("root.erofs: no EFI system partition");
  }

  @Test
  void looksIntoAKernelImageAlone() throws IOException {
    TinyImage.writeKernel(folder.resolve("tiny.efi"), Digest.sha256("root"));
    TestTerminal terminal = new TestTerminal(folder);

    assertThat(terminal.run("inspect", "tiny.efi")).isZero();
    assertThat(terminal.out.toString())
        .contains("kernel image", Digest.sha256("root").hex(), "6.12.0-tiny", "Tiny 1");
    assertThat(terminal.run("ls", "tiny.efi")).isEqualTo(1);
    assertThat(terminal.err.toString()).contains("tiny.efi: no root file system");
  }
}
