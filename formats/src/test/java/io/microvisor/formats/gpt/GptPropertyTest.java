package io.microvisor.formats.gpt;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ByteSize;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.Guid;
import io.microvisor.formats.MemoryDisk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class GptPropertyTest {
  @Property(tries = 200)
  void extentsAreDisjointAlignedAndInside(@ForAll("specs") GptSpec spec) {
    GptLayout layout = GptLayout.of(spec);
    int sector = spec.sectorSize().bytes();
    GptHeader header = layout.primaryHeader(0);
    long end = 0;
    for (int i = 0; i < layout.extents().size(); i++) {
      PartitionExtent extent = layout.extents().get(i);
      assertThat(extent.startBytes() % GptLayout.ALIGNMENT).isZero();
      assertThat(extent.sizeBytes() % GptLayout.ALIGNMENT).isZero();
      assertThat(extent.sizeBytes())
          .isGreaterThanOrEqualTo(spec.partitions().get(i).placement().size().bytes());
      assertThat(extent.startBytes()).isGreaterThanOrEqualTo(end);
      end = extent.endBytes();
    }
    assertThat(end).isLessThanOrEqualTo((header.lastUsableLba() + 1) * sector);
    assertThat(header.firstUsableLba() * sector).isLessThanOrEqualTo(GptLayout.ALIGNMENT);
    assertThat(layout.diskSize().bytes() % GptLayout.ALIGNMENT).isZero();
  }

  @Property(tries = 100)
  void everySpecificationIsReadBack(@ForAll("specs") GptSpec spec) throws IOException {
    GptLayout layout = GptLayout.of(spec);
    MemoryDisk disk = new MemoryDisk();
    GptWriter.write(layout, disk);
    Gpt gpt = GptReader.read(disk);
    assertThat(gpt.faults()).isEmpty();
    assertThat(gpt.sectorSize()).isEqualTo(spec.sectorSize());
    assertThat(gpt.diskSize()).isEqualTo(layout.diskSize());
    List<Gpt.Partition> expected = new ArrayList<>();
    for (int i = 0; i < layout.extents().size(); i++) {
      PartitionSpec p = spec.partitions().get(i);
      expected.add(
          new Gpt.Partition(
              i + 1, p.type(), p.unique(), p.name(), layout.extents().get(i), p.attributes()));
    }
    assertThat(gpt.partitions()).isEqualTo(expected);
  }

  @Provide
  Arbitrary<GptSpec> specs() {
    return Combinators.combine(Arbitraries.of(SectorSize.class), partitions().list().ofMaxSize(128))
        .as(GptPropertyTest::spec);
  }

  private record Wanted(
      PartitionType type, String name, long size, long attributes, boolean placed) {}

  private static Arbitrary<Wanted> partitions() {
    return Combinators.combine(
            Arbitraries.of(PartitionType.class),
            Arbitraries.strings().withChars("aZ_9 é漢\uD83D\uDE00").ofMaxLength(36),
            Arbitraries.longs().between(1, 1L << 42),
            Arbitraries.longs(),
            Arbitraries.of(true, false))
        .as(Wanted::new);
  }

  private static GptSpec spec(SectorSize sectorSize, List<Wanted> wanted) {
    List<PartitionSpec> partitions = new ArrayList<>();
    long free = GptLayout.ALIGNMENT;
    for (Wanted w : wanted) {
      ByteSize size = new ByteSize(w.size);
      long start = w.placed ? free + 3 * GptLayout.ALIGNMENT : free;
      Placement placement =
          w.placed ? new Placement.At(new ByteSize(start), size) : new Placement.Next(size);
      free = start + size.alignUp(GptLayout.ALIGNMENT).bytes();
      Guid unique = Guid.derive(Digest.sha256("property"), "partition " + partitions.size());
      partitions.add(
          new PartitionSpec(w.type.guid(), unique, wellFormed(w.name), placement, w.attributes));
    }
    return new GptSpec(Guid.derive(Digest.sha256("property"), "disk"), sectorSize, partitions);
  }

  private static String wellFormed(String text) {
    return text.codePoints()
        .filter(c -> c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
