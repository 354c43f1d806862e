package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSink;
import io.microvisor.formats.cpio.CpioReader;
import io.microvisor.formats.cpio.CpioWriter;
import io.microvisor.formats.tar.TarReader;
import io.microvisor.formats.tar.TarWriter;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.systemtests.TreeListing.Fact;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// GNU tar and cpio extract ours, and ours read theirs.
class ArchiveFormatsOracleTest {
  private static final String EXTRACT =
      "mkdir out\ntar --xattrs --xattrs-include='*' --numeric-owner -p -C out -xf archive";

  /// It writes into directories after it has set their times.
  private static final Set<Fact> NOT_BY_CPIO = EnumSet.of(Fact.ATTRIBUTES, Fact.DIRECTORY_TIME);

  @TempDir Path folder;

  @Test
  void tarExtractsEveryFileAsItWas() throws IOException, InterruptedException {
    Oracles oracles = Oracles.open();
    SampleTree sample = oracles.asRoot() ? SampleTree.attributed() : SampleTree.ordinary();
    tar(sample);

    oracles.succeed(folder, EXTRACT);

    Set<Fact> facts = settable(oracles);
    assertThat(
            TreeListing.differences(
                TreeListing.of(sample.tree(), facts), TreeListing.of(folder.resolve("out"), facts)))
        .isEmpty();
  }

  @Test
  void tarListsDevicesWithTheirNumbers() throws IOException, InterruptedException {
    Oracles oracles = Oracles.open();
    SampleTree sample =
        new SampleTree()
            .put(
                "dev/null",
                new Inode.Device(SampleTree.plain(0666), Inode.Device.Kind.CHARACTER, 1, 3))
            .put(
                "dev/disk",
                new Inode.Device(SampleTree.plain(0660), Inode.Device.Kind.BLOCK, 259, 7));
    tar(sample);

    assertThat(oracles.succeed(folder, "tar --numeric-owner -tvf archive"))
        .containsPattern("crw-rw-rw- 0/0\\s+1,3 2025-11-22 08:26 ./dev/null")
        .containsPattern("brw-rw---- 0/0\\s+259,7 2025-11-22 08:26 ./dev/disk");
  }

  @ParameterizedTest
  @ValueSource(strings = {"posix", "gnu"})
  void ourReaderReadsWhatTarWrote(String format) throws IOException, InterruptedException {
    Oracles oracles = Oracles.open();
    SampleTree sample = oracles.asRoot() ? SampleTree.attributed() : SampleTree.ordinary();
    tar(sample);
    String attributes = format.equals("posix") ? " --xattrs --xattrs-include='*'" : "";
    oracles.succeed(
        folder,
        EXTRACT
            + "\ntar --format="
            + format
            + attributes
            + " --numeric-owner --sort=name -C out -cf again .");

    FileTree again;
    try (InputStream stream = Files.newInputStream(folder.resolve("again"))) {
      again = TarReader.read(stream, ContentSink.discarding());
    }

    Set<Fact> facts = settable(oracles);
    if (format.equals("gnu")) {
      facts.remove(Fact.ATTRIBUTES);
    }
    assertThat(
            TreeListing.differences(
                TreeListing.of(sample.tree(), facts), TreeListing.of(again, facts)))
        .isEmpty();
  }

  @Test
  void cpioExtractsEveryFileAsItWas() throws IOException, InterruptedException {
    Oracles oracles = Oracles.open();
    SampleTree sample = SampleTree.ordinary();
    cpio(sample);

    oracles.succeed(folder, "mkdir out\ncd out\ncpio -idm --quiet <../archive");

    Set<Fact> facts = settable(oracles);
    facts.removeAll(NOT_BY_CPIO);
    assertThat(
            TreeListing.differences(
                TreeListing.of(sample.tree(), facts), TreeListing.of(folder.resolve("out"), facts)))
        .isEmpty();
  }

  @Test
  void cpioListsEveryPathOnce() throws IOException, InterruptedException {
    Oracles oracles = Oracles.open();
    SampleTree sample =
        SampleTree.ordinary()
            .put(
                "dev/console",
                new Inode.Device(SampleTree.plain(0600), Inode.Device.Kind.CHARACTER, 5, 1));
    cpio(sample);

    String listing = oracles.succeed(folder, "cpio -it --quiet <archive");
    assertThat(listing.lines().filter(line -> !line.equals(".")).map(line -> "/" + line))
        .containsExactlyInAnyOrderElementsOf(
            sample.tree().entries().skip(1).map(e -> e.path().absolute()).toList());
    assertThat(oracles.succeed(folder, "cpio -itv --quiet <archive"))
        .containsPattern("crw-------\\s+1\\s+root\\s+root\\s+5,\\s+1 Nov 22\\s.*dev/console");
  }

  @Test
  void lsinitramfsListsTwoArchivesInARow() throws IOException, InterruptedException {
    Oracles oracles = Oracles.open();
    try (OutputStream out = Files.newOutputStream(folder.resolve("initrd"))) {
      SampleTree early = new SampleTree().file("kernel/x86/microcode/A.bin", new byte[600]);
      CpioWriter.write(early.tree(), early.contents(), out);
      SampleTree main = new SampleTree().file("init", SampleTree.text(900, 1));
      CpioWriter.write(main.tree(), main.contents(), out);
    }

    assertThat(oracles.succeed(folder, "lsinitramfs initrd"))
        .contains("kernel/x86/microcode/A.bin")
        .containsPattern("(?m)^init$");
  }

  @Test
  void ourReaderReadsWhatCpioWrote() throws IOException, InterruptedException {
    Oracles oracles = Oracles.open();
    SampleTree sample = SampleTree.ordinary();
    cpio(sample);
    oracles.succeed(
        folder,
        "mkdir out\ncd out\ncpio -idm --quiet <../archive\nfind . | cpio -o -H newc --quiet >../again");

    FileTree again = CpioReader.read(ByteSource.of(folder.resolve("again"))).tree();

    Set<Fact> facts = settable(oracles);
    facts.removeAll(NOT_BY_CPIO);
    assertThat(
            TreeListing.differences(
                TreeListing.of(sample.tree(), facts), TreeListing.of(again, facts)))
        .isEmpty();
  }

  private static Set<Fact> settable(Oracles oracles) {
    Set<Fact> facts = EnumSet.allOf(Fact.class);
    if (!oracles.asRoot()) {
      facts.removeAll(Set.of(Fact.OWNER, Fact.ATTRIBUTES));
    }
    return facts;
  }

  private void tar(SampleTree sample) throws IOException {
    try (OutputStream out = Files.newOutputStream(folder.resolve("archive"))) {
      TarWriter.write(sample.tree(), sample.contents(), out);
    }
  }

  private void cpio(SampleTree sample) throws IOException {
    try (OutputStream out = Files.newOutputStream(folder.resolve("archive"))) {
      CpioWriter.write(sample.tree(), sample.contents(), out);
    }
  }
}
