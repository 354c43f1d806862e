package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ByteSource;
import io.microvisor.formats.erofs.Compression;
import io.microvisor.formats.erofs.ErofsImage;
import io.microvisor.formats.erofs.ErofsReader;
import io.microvisor.formats.erofs.ErofsSpec;
import io.microvisor.formats.erofs.ErofsUsage;
import io.microvisor.formats.erofs.ErofsWriter;
import io.microvisor.sandbox.ToolResult;
import io.microvisor.systemtests.TreeListing.Fact;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What we write as EROFS, others read as it was.
class ErofsOracleTest {
  private static final UUID VOLUME = UUID.fromString("6c3f9f4e-9d43-4c5c-8a0d-0c54a52a6f10");

  @TempDir Path folder;

  /// Without file capabilities, which fsck.erofs sets before it changes the owner, and so loses.
  @ParameterizedTest
  @ValueSource(ints = {0, 16 << 10, 128 << 10, 1 << 20})
  void fsckExtractsEveryFileAsItWas(int extentSize) throws IOException, InterruptedException {
    Oracles oracles = Oracles.open();
    SampleTree sample = oracles.asRoot() ? SampleTree.described() : SampleTree.ordinary();
    image(sample, compression(extentSize));

    String attributes = oracles.asRoot() ? " --xattrs --preserve" : " --no-preserve-owner";
    String said = oracles.succeed(folder, "fsck.erofs --extract=out" + attributes + " image");

    assertThat(said).doesNotContain("<E>");
    Set<Fact> facts = EnumSet.allOf(Fact.class);
    if (!oracles.asRoot()) {
      facts.removeAll(Set.of(Fact.OWNER, Fact.ATTRIBUTES));
    }
    assertThat(
            TreeListing.differences(
                TreeListing.of(sample.tree(), facts), TreeListing.of(folder.resolve("out"), facts)))
        .isEmpty();
  }

  @Test
  void fsckFindsNoFaultInAnyKindOfInode() throws IOException, InterruptedException {
    Oracles oracles = Oracles.open();
    image(SampleTree.everything(), compression(128 << 10));

    ToolResult result = oracles.shell(folder, "fsck.erofs -d3 image 2>&1");

    assertThat(result.exit()).isZero();
    assertThat(result.text()).contains("No errors found");
  }

  @Test
  void dumpNamesTheVolumeAndTheTimeOfTheBuild() throws IOException, InterruptedException {
    Oracles oracles = Oracles.open();
    image(SampleTree.ordinary(), compression(128 << 10));

    assertThat(oracles.succeed(folder, "dump.erofs -s image"))
        .contains(VOLUME.toString())
        .contains("Sat Nov 22 08:26:40 2025");
  }

  @Test
  void fsckNoticesOneFlippedByteOfASuperblock() throws IOException, InterruptedException {
    Oracles oracles = Oracles.open();
    Path image = image(SampleTree.ordinary(), compression(128 << 10));
    try (FileChannel channel =
        FileChannel.open(image, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      channel.read(one, 1024 + 64);
      one.put(0, (byte) (one.get(0) ^ 1));
      channel.write(one.flip(), 1024 + 64);
    }

    assertThat(oracles.shell(folder, "fsck.erofs image 2>&1").text()).contains("checksum");
  }

  @Test
  void ourReaderReadsWhatMkfsWrote() throws IOException, InterruptedException {
    Oracles oracles = Oracles.open();
    SampleTree sample = SampleTree.ordinary();
    image(sample, compression(128 << 10));
    oracles.succeed(
        folder, "fsck.erofs --extract=out --no-preserve image\nmkfs.erofs -T 5 again out");

    ErofsImage again = ErofsReader.open(ByteSource.of(folder.resolve("again")));

    Set<Fact> content = EnumSet.of(Fact.HARD_LINKS);
    assertThat(
            TreeListing.differences(
                TreeListing.of(sample.tree(), content), TreeListing.of(again.tree(), content)))
        .isEmpty();
  }

  /// Every path, mode, owner, time, attribute, hard link and device, as this machine's kernel sees them.
  @ParameterizedTest
  @ValueSource(ints = {0, 128 << 10})
  void theKernelShowsEveryFileAsItWas(int extentSize) throws IOException, InterruptedException {
    SampleTree sample = SampleTree.everything();
    Path image = image(sample, compression(extentSize));
    Path mountPoint = Files.createDirectory(folder.resolve("mounted"));
    String refusal =
        host("mount", "-t", "erofs", "-o", "loop,ro", image.toString(), mountPoint.toString());
    if (!refusal.isEmpty()) {
      throw Absent.permission("mount an EROFS image on a loop device: " + refusal);
    }
    try {
      Set<Fact> all = EnumSet.allOf(Fact.class);
      assertThat(
              TreeListing.differences(
                  TreeListing.of(sample.tree(), all), TreeListing.of(mountPoint, all)))
          .isEmpty();
    } finally {
      assertThat(host("umount", mountPoint.toString())).isEmpty();
    }
  }

  /// dump.erofs counts blocks of a file's own; on top come the inode and its map, and no fragment where the last extent is
  /// whole.
  @Test
  void dumpFindsEachFileAsLargeAsWeSay() throws IOException, InterruptedException {
    Oracles oracles = Oracles.open();
    SampleTree sample =
        new SampleTree()
            .file("text", SampleTree.text(512 << 10, 1))
            .file("noise", SampleTree.noise(256 << 10, 2))
            .file("mixed", SampleTree.text(1 << 20, 3));
    Path image = image(sample, compression(128 << 10));
    for (ErofsUsage.Entry entry : ErofsUsage.of(ByteSource.of(image)).entries()) {
      if (!entry.isDirectory()) {
        String said = oracles.succeed(folder, "dump.erofs --path=/" + entry.path() + " image");
        Matcher onDisk = Pattern.compile("Size: (\\d+) +On-disk size: (\\d+)").matcher(said);
        assertThat(onDisk.find()).as(said).isTrue();
        assertThat(entry.size()).isEqualTo(Long.parseLong(onDisk.group(1)));
        long map = 16 + 8 * (entry.size() / 4096);
        assertThat(entry.stored() - Long.parseLong(onDisk.group(2)))
            .as(said)
            .isIn(map + 32, map + 64);
      }
    }
  }

  /// Runs a command of this machine.
  ///
  /// @return what it complained of; empty if it succeeded
  private static String host(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    if (!process.waitFor(1, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      return command[0] + " does not end";
    }
    return process.exitValue() == 0
        ? ""
        : "exit status " + process.exitValue() + ": " + said.strip();
  }

  private static Compression compression(int extentSize) {
    return extentSize == 0 ? new Compression.None() : new Compression.Zstd(3, extentSize);
  }

  private Path image(SampleTree sample, Compression compression)
      throws IOException, InterruptedException {
    ErofsSpec spec = ErofsSpec.of(VOLUME, SampleTree.TIME).withCompression(compression);
    return Images.write(
        folder.resolve("image"),
        out -> ErofsWriter.write(sample.tree(), sample.contents(), spec, out));
  }
}
