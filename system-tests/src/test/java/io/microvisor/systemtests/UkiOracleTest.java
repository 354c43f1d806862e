package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreePath;
import io.microvisor.formats.uki.UkiReader;
import io.microvisor.formats.uki.UkiSection;
import io.microvisor.formats.uki.UkiSpec;
import io.microvisor.formats.uki.UkiWriter;
import io.microvisor.packages.install.MergedPackages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A unified kernel image of Debian's stub and kernel, in the eyes of binutils and of systemd's own tool.
class UkiOracleTest {
  private static final String COMMAND_LINE = "roothash=00ff rw=0 ünï console=ttyS0";

  @TempDir Path folder;

  @Test
  void ukifyAndObjdumpFindEverySectionAsItWas() throws IOException, InterruptedException {
    Oracles oracles = Oracles.open();
    List<UkiSection> sections = sections();
    UkiSpec spec = new UkiSpec(file(Kernels.stub(), "linuxx64.efi.stub"), sections);
    Path uki = Images.write(folder.resolve("image.efi"), out -> UkiWriter.write(spec, out));

    JsonNode inspected =
        new ObjectMapper()
            .readTree(oracles.succeed(folder, "ukify --json=short inspect image.efi"));
    String headers = oracles.succeed(folder, "objdump -h image.efi");
    Map<String, ByteSource> read = UkiReader.read(ByteSource.of(uki));
    for (UkiSection section : sections) {
      String name = section.name().text();
      Digest digest = Digest.sha256(section.content());
      assertThat(inspected.get(name).get("sha256").asText()).as(name).isEqualTo(digest.hex());
      assertThat(inspected.get(name).get("size").asLong()).isEqualTo(section.content().size());
      assertThat(headers).containsPattern("(?m)^ *\\d+ \\Q" + name + "\\E +[0-9a-f]+ ");
      assertThat(Digest.sha256(read.get(name))).as(name).isEqualTo(digest);
      oracles.succeed(folder, "objcopy --dump-section " + name + "=dumped image.efi ignored");
      byte[] dumped = Files.readAllBytes(folder.resolve("dumped"));
      byte[] expected = section.content().readAll(64 << 20);
      assertThat(Arrays.copyOf(dumped, expected.length)).as(name).isEqualTo(expected);
    }
    assertThat(inspected.get(".sbat").get("text").asText())
        .startsWith("sbat,1,")
        .contains("systemd-stub,", "uki,1,");
  }

  @Test
  void sectionsDoNotOverlapInMemory() throws IOException, InterruptedException {
    Oracles oracles = Oracles.open();
    UkiSpec spec = new UkiSpec(file(Kernels.stub(), "linuxx64.efi.stub"), sections());
    Images.write(folder.resolve("image.efi"), out -> UkiWriter.write(spec, out));

    List<long[]> places =
        oracles
            .succeed(folder, "objdump -h image.efi")
            .lines()
            .map(line -> line.strip().split("\\s+"))
            .filter(words -> words.length > 5 && words[1].startsWith("."))
            .map(words -> new long[] {Long.parseLong(words[3], 16), Long.parseLong(words[2], 16)})
            .sorted((a, b) -> Long.compare(a[0], b[0]))
            .toList();

    assertThat(places).hasSizeGreaterThan(8);
    for (int i = 1; i < places.size(); i++) {
      assertThat(places.get(i)[0])
          .isGreaterThanOrEqualTo(places.get(i - 1)[0] + places.get(i - 1)[1]);
    }
  }

  private static List<UkiSection> sections() throws IOException, InterruptedException {
    return List.of(
        UkiSection.of(UkiSection.Name.OSREL, "ID=emt\nVERSION_ID=0.1\n"),
        UkiSection.of(UkiSection.Name.CMDLINE, COMMAND_LINE),
        UkiSection.of(UkiSection.Name.UNAME, "6.12.0-test"),
        new UkiSection(UkiSection.Name.LINUX, file(Kernels.cloud(), "vmlinuz")),
        new UkiSection(UkiSection.Name.INITRD, ByteSource.of(SampleTree.noise(3_000_001, 1))));
  }

  /// The one file of a package whose name begins like that.
  private static ByteSource file(MergedPackages packages, String name) throws IOException {
    FileTree.Entry found =
        packages
            .tree()
            .entries()
            .filter(entry -> !entry.path().equals(TreePath.ROOT))
            .filter(entry -> entry.path().name().startsWith(name))
            .filter(entry -> entry.inode() instanceof Inode.RegularFile)
            .findFirst()
            .orElseThrow();
    return packages.contents().open(((Inode.RegularFile) found.inode()).content());
  }
}
