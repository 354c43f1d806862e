package io.microvisor.formats.fat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.FormatException;
import io.microvisor.formats.MemoryDisk;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FatReaderTest {
  private static final FatFixture FIXTURE =
      new FatFixture()
          .files("EFI/BOOT/BOOTX64.EFI", "EFI/Linux/edge_1.0.0+3.efi", "loader/loader.conf")
          .file("large.bin", 5000);

  private static final FatLayout LAYOUT = FatLayout.of(FIXTURE.spec());

  private static long clusterOf(String path) {
    return LAYOUT.placed().stream()
        .filter(placed -> placed.path().equals(TreePath.of(path)))
        .findFirst()
        .orElseThrow()
        .firstCluster();
  }

  private static long startOf(String path) {
    return LAYOUT.geometry().clusterStartBytes(clusterOf(path));
  }

  private static void link(MemoryDisk disk, long cluster, int next) {
    disk.write(
        LAYOUT.geometry().fatStartBytes(0) + 4 * cluster,
        ByteBuffer.wrap(
            new byte[] {
              (byte) next, (byte) (next >> 8), (byte) (next >> 16), (byte) (next >> 24)
            }));
  }

  private static FormatException refusal(MemoryDisk disk) {
    try {
      throw new AssertionError("accepted as " + FatReader.open(disk));
    } catch (FormatException e) {
      return e;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void refusesEveryTruncation() throws IOException {
    MemoryDisk good = FIXTURE.written();
    for (long size = good.size() - 1; size >= 0; size -= size > 1 << 16 ? 999_983 : 997) {
      assertThat(refusal(good.copy(size))).hasMessageMatching("(?s)(damaged|not a) FAT32.*");
    }
  }

  @Test
  void survivesFlippedBitsWhereverSomethingIsWritten() throws IOException {
    MemoryDisk good = FIXTURE.written();
    Random random = new Random(5);
    long[] regions = {0, 36, LAYOUT.geometry().fatStartBytes(0), startOf(""), startOf("EFI")};
    for (int i = 0; i < 4000; i++) {
      MemoryDisk bad = good.copy(good.size());
      bad.flip(regions[i % regions.length] + random.nextInt(200), random.nextInt(8));
      try {
        FatReader.open(bad);
      } catch (FormatException e) {
        assertThat(e.getMessage()).isNotBlank();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "510, 00, NOT_THIS_FORMAT",
    "11, 0003, NOT_THIS_FORMAT",
    "13, 03, DAMAGED",
    "13, 00, DAMAGED",
    "16, 01, UNSUPPORTED",
    "17, 0002, UNSUPPORTED",
    "22, 0100, UNSUPPORTED",
    "42, 0100, UNSUPPORTED",
    "32, ffffffff, DAMAGED",
    "36, ffffffff, DAMAGED",
    "36, 01000000, DAMAGED",
    "44, 00000000, DAMAGED",
    "44, ffffff0f, DAMAGED"
  })
  void tellsForeignDamagedAndUnsupportedBootSectorsApart(
      int offset, String hex, FormatException.Kind kind) throws IOException {
    MemoryDisk disk = FIXTURE.written();
    disk.write(offset, ByteBuffer.wrap(HexFormat.of().parseHex(hex)));
    assertThat(refusal(disk).kind()).isEqualTo(kind);
  }

  @Test
  void refusesAFat16() throws IOException {
    byte[] sector = new byte[512];
    sector[510] = 0x55;
    sector[511] = (byte) 0xaa;
    sector[12] = 2;
    sector[13] = 4;
    sector[18] = 2;
    assertThatThrownBy(() -> FatReader.open(ByteSource.of(sector)))
        .hasMessageContaining("unsupported FAT32 volume");
  }

  @Test
  void refusesALoopInAChain() throws IOException {
    MemoryDisk disk = FIXTURE.written();
    long first = clusterOf("large.bin");
    link(disk, first + 3, (int) first);
    assertThat(refusal(disk)).hasMessageContaining("is in two places (expected: one)");
  }

  @Test
  void refusesADirectoryWithinItself() throws IOException {
    MemoryDisk disk = FIXTURE.written();
    long first = clusterOf("EFI");
    link(disk, first, (int) first);
    assertThat(refusal(disk)).hasMessageContaining("is in two places");
  }

  @Test
  void refusesAChainThatEndsTooEarly() throws IOException {
    MemoryDisk disk = FIXTURE.written();
    link(disk, clusterOf("large.bin") + 1, 0x0fff_ffff);
    assertThat(refusal(disk)).hasMessageContaining("the chain has 2 clusters (expected: 10)");
  }

  @Test
  void refusesAChainThatLeavesTheVolume() throws IOException {
    MemoryDisk disk = FIXTURE.written();
    link(disk, clusterOf("large.bin") + 1, 0x0eee_eeee);
    assertThat(refusal(disk)).hasMessageContaining("cluster 250539758 in a chain");
  }

  @Test
  void refusesNamesThatWouldLeaveTheTree() throws IOException {
    MemoryDisk disk = new FatFixture().files("README").written();
    disk.write(startOf("") + 32, ByteBuffer.wrap("A/../B  ".getBytes(StandardCharsets.US_ASCII)));
    assertThat(refusal(disk)).hasMessageContaining("character U+002F");
  }

  @Test
  void refusesTheSameNameTwice() throws IOException {
    MemoryDisk disk = new FatFixture().files("ONE", "TWO").written();
    disk.write(startOf("") + 64, ByteBuffer.wrap("ONE".getBytes(StandardCharsets.US_ASCII)));
    assertThat(refusal(disk)).hasMessageContaining("the name \"ONE\" twice");
  }

  @Test
  void leavesOutDeletedEntries() throws IOException {
    MemoryDisk disk = new FatFixture().files("ONE", "TWO").written();
    disk.write(startOf("") + 32, ByteBuffer.wrap(new byte[] {(byte) 0xe5}));
    assertThat(FatReader.open(disk).tree().entries().map(entry -> entry.path().toString()))
        .containsExactly("", "TWO");
  }

  @Test
  void showsShortNamesInTheCaseThatTheirBitsSay() throws IOException {
    MemoryDisk disk = new FatFixture().files("README.TXT").written();
    disk.write(startOf("") + 32 + 12, ByteBuffer.wrap(new byte[] {0x08}));
    assertThat(FatReader.open(disk).tree().find("readme.TXT")).isPresent();
    disk.write(startOf("") + 32 + 12, ByteBuffer.wrap(new byte[] {0x18}));
    assertThat(FatReader.open(disk).tree().find("readme.txt")).isPresent();
  }

  @Test
  void readsShortNamesInCodePage437() throws IOException {
    MemoryDisk disk = new FatFixture().files("XYZ").written();
    disk.write(startOf("") + 32, ByteBuffer.wrap(new byte[] {0x05, (byte) 0x80, (byte) 0xfe}));
    assertThat(FatReader.open(disk).tree().find("σÇ■")).isPresent();
  }

  @Test
  void orphanedLongNamesDoNotCount() throws IOException {
    MemoryDisk disk = new FatFixture().files("long file name.txt").written();
    disk.write(startOf("") + 32 + 13, ByteBuffer.wrap(new byte[] {0}));
    assertThat(FatReader.open(disk).tree().find("LONGFI~1.TXT")).isPresent();
  }

  @Test
  void readsScatteredClusters() throws IOException {
    MemoryDisk disk = FIXTURE.written();
    long first = clusterOf("large.bin");
    int far = (int) LAYOUT.geometry().clusters();
    byte[] cluster = new byte[LAYOUT.geometry().clusterBytes()];
    disk.readFully(LAYOUT.geometry().clusterStartBytes(first + 1), ByteBuffer.wrap(cluster));
    disk.write(LAYOUT.geometry().clusterStartBytes(far), ByteBuffer.wrap(cluster));
    disk.write(LAYOUT.geometry().clusterStartBytes(first + 1), ByteBuffer.wrap(new byte[512]));
    link(disk, first, far);
    link(disk, far, (int) first + 2);
    assertThat(FatReader.open(disk).tree()).isEqualTo(FIXTURE.tree());
  }
}
