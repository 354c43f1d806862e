package io.microvisor.formats.fat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.ByteSize;
import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.formats.MemoryDisk;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FatWriterTest {
  @Test
  void whatIsWrittenIsReadBack() throws IOException {
    FatFixture fixture =
        new FatFixture()
            .files("EFI/BOOT/BOOTX64.EFI", "EFI/Linux/edge_1.0.0+3.efi", "loader/loader.conf")
            .file("empty", 0)
            .file("large.bin", 3_000_001)
            .emptyDirectory("EFI/nothing");
    FatVolume volume = FatReader.open(fixture.written());
    assertThat(volume.tree()).isEqualTo(fixture.tree());
    assertThat(volume.label()).isEqualTo("ESP");
    assertThat(volume.volumeId()).isEqualTo(0xcafe_f00dL);
    for (FileTree.Entry entry : fixture.tree().entries().toList()) {
      if (entry.inode() instanceof Inode.RegularFile file) {
        assertThat(Digest.sha256(volume.contents().open(file.content()))).isEqualTo(file.content());
      }
    }
  }

  @Test
  void readsAnyPartOfAFile() throws IOException {
    FatVolume volume = FatReader.open(new FatFixture().file("large.bin", 70_000).written());
    Inode.RegularFile file = (Inode.RegularFile) volume.tree().find("large.bin").orElseThrow();
    ByteSource content = volume.contents().open(file.content());
    assertThat(content.slice(511, 1030).readAll(2000))
        .isEqualTo(Arrays.copyOfRange(content.readAll(70_000), 511, 1541));
    assertThatThrownBy(() -> content.slice(0, 70_000).readFully(69_999, buffer(2)))
        .isInstanceOf(IOException.class);
  }

  private static ByteBuffer buffer(int size) {
    return ByteBuffer.allocate(size);
  }

  @Test
  void theSameSpecificationGivesTheSameBytes() throws IOException {
    FatFixture fixture = new FatFixture().files("a/long name.txt", "a/long nest.txt", "b");
    assertThat(Digest.sha256((ByteSource) fixture.written()))
        .isEqualTo(Digest.sha256((ByteSource) fixture.written()));
  }

  @Test
  void freeClustersAndZerosStayHoles() throws IOException {
    MemoryDisk empty = new FatFixture().written();
    assertThat(empty.size()).isEqualTo(FatFixture.SIZE.bytes());
    assertThat(empty.allocated()).isLessThanOrEqualTo(6 * 4096);
    MemoryDisk zeros = new FatFixture().file("zeros", new byte[10 << 20]).written();
    assertThat(zeros.allocated()).isLessThanOrEqualTo(200 * 1024);
  }

  @ParameterizedTest
  @CsvSource({
    "34107392, 512, 512",
    "268435456, 512, 512",
    "536870912, 512, 4096",
    "536870912, 4096, 4096",
    "1073741824, 512, 4096",
    "9663676416, 512, 8192",
    "21474836480, 512, 16384",
    "68719476736, 512, 32768"
  })
  void choosesCustomaryClustersWithoutFallingBelowFat32(long size, int sector, int cluster) {
    FatGeometry geometry = FatGeometry.of(new ByteSize(size), sector);
    assertThat(geometry.clusterBytes()).isEqualTo(cluster);
    assertThat(geometry.clusters()).isGreaterThanOrEqualTo(FatGeometry.FEWEST_CLUSTERS);
    assertThat((geometry.clusters() + 2) * 4)
        .isLessThanOrEqualTo(geometry.fatSectors() * geometry.sectorBytes());
    assertThat(geometry.clusterStartBytes(geometry.clusters() + 2)).isLessThanOrEqualTo(size);
    assertThat(geometry.clusterStartBytes(2) % cluster).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 4096})
  void refusesAVolumeThatIsTooSmallAndNamesTheSmallest(int sector) {
    ByteSize smallest = FatGeometry.smallest(sector);
    assertThat(FatGeometry.of(smallest, sector).clusters())
        .isGreaterThanOrEqualTo(FatGeometry.FEWEST_CLUSTERS);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FatGeometry.of(new ByteSize(smallest.bytes() - sector), sector))
        .withMessageContaining("expected: at least " + smallest.bytes());
  }

  @Test
  void refusesATreeThatDoesNotFit() {
    Inode.RegularFile large =
        new Inode.RegularFile(Meta.of(0644), Digest.sha256("large"), 50L << 20);
    FileTree tree = FileTree.builder().put("large", large).build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FatLayout.of(new FatSpec("ESP", 1, FatFixture.SIZE, tree)))
        .withMessage(
            "FAT32 volume: its tree needs 50.0 MiB (expected: at most 39.4 MiB, the data area of a"
                + " volume of 40 MiB)");
  }

  @Test
  void refusesAFileOfFourGibibytes() {
    Inode.RegularFile large =
        new Inode.RegularFile(Meta.of(0644), Digest.sha256("large"), 1L << 32);
    FileTree tree = FileTree.builder().put("large", large).build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FatLayout.of(new FatSpec("ESP", 1, ByteSize.parse("8GiB"), tree)))
        .withMessageContaining("/large has 4294967296 bytes (expected: at most 4294967295)");
  }

  @Test
  void refusesWhatAFatCannotHold() {
    FileTree tree =
        FileTree.builder().put("link", new Inode.Symlink(Meta.of(0777), "target")).build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FatLayout.of(new FatSpec("ESP", 1, FatFixture.SIZE, tree)))
        .withMessageContaining("/link is a symbolic link");
  }

  @Test
  void refusesNamesThatDifferInCaseOnly() {
    FatFixture fixture = new FatFixture().files("EFI/Linux/a.efi", "EFI/Linux/A.EFI");
    assertThatIllegalArgumentException()
        .isThrownBy(fixture::written)
        .withMessage(
            "/EFI/Linux: \"A.EFI\" and \"a.efi\" are the same name in a FAT (expected: a difference"
                + " besides case)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a:b", "a*", "q?", "back\\slash", "tab\t", "dot.", "space ", "\ud800"})
  void refusesNamesThatCannotStandInAFat(String name) {
    FatFixture fixture = new FatFixture();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> fixture.file(name, 1).written())
        .withMessageContaining("cannot be a name in a FAT");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "lower", "TWELVE CHARS", " SPACE", "A.B"})
  void refusesLabelsThatCannotStandInAFat(String label) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new FatSpec(label, 1, FatFixture.SIZE, FileTree.empty()))
        .withMessageContaining("volume label");
  }

  @Test
  void refusesContentOfAnotherSize() {
    Digest digest = Digest.sha256("x");
    FileTree tree =
        FileTree.builder().put("x", new Inode.RegularFile(Meta.of(0644), digest, 7)).build();
    assertThatThrownBy(() ->
            FatWriter.write(
                new FatSpec("ESP", 1, FatFixture.SIZE, tree),
                _ -> Optional.of(ByteSource.of(new byte[1])),
                new MemoryDisk()))
        .isInstanceOf(IOException.class)
        .hasMessage("/x: content of 1 bytes (expected: 7)");
  }

  @Test
  void hardLinksBecomeCopies() throws IOException {
    FatFixture fixture = new FatFixture().file("one", 1000);
    fixture.builder().link(TreePath.of("two"), TreePath.of("one"));
    FileTree tree = FatReader.open(fixture.written()).tree();
    assertThat(tree.find("two")).isEqualTo(tree.find("one")).isPresent();
  }

  @ParameterizedTest
  @CsvSource({
    "1979-12-31T23:59:59Z, 1980-01-01T00:00:00Z",
    "1980-01-01T00:00:00Z, 1980-01-01T00:00:00Z",
    "2024-02-29T23:59:59Z, 2024-02-29T23:59:58Z",
    "2107-12-31T23:59:58Z, 2107-12-31T23:59:58Z",
    "2500-06-01T00:00:00Z, 2107-12-31T23:59:58Z"
  })
  void timesAreThoseThatAFatCanHold(Instant given, Instant held) {
    assertThat(Instant.ofEpochSecond(FatTime.of(given.getEpochSecond()).mtime())).isEqualTo(held);
  }
}
