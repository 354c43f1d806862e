package io.microvisor.compose.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class DiskMapTest {
  private static final ByteSource FILE = text("the root");
  private static final Digest DIGEST = Digest.sha256("the root");

  @Test
  void aDiskIsWhatWasWritten() throws IOException {
    DiskMap map = DiskMap.parse(ByteSource.of(recorded().toBytes()));

    byte[] disk =
        map.open(
                digest -> {
                  assertThat(digest).isEqualTo(DIGEST);
                  return FILE;
                })
            .readAll(100);

    byte[] expected = new byte[40];
    ByteBuffer.wrap(expected).put(0, "table, second".getBytes(StandardCharsets.US_ASCII));
    ByteBuffer.wrap(expected).put(20, "the root".getBytes(StandardCharsets.US_ASCII));
    ByteBuffer.wrap(expected).put(38, "z".getBytes(StandardCharsets.US_ASCII));
    assertThat(disk).isEqualTo(expected);
  }

  @Test
  void aFileIsNamedAndNotCopied() throws IOException {
    DiskMap map = recorded();

    assertThat(map.pieces())
        .extracting(DiskMap.Piece::position, DiskMap.Piece::length)
        .containsExactly(tuple(0L, 13L), tuple(20L, 8L), tuple(38L, 1L));
    assertThat(map.pieces().get(1).file()).isEqualTo(DIGEST);
    assertThat(map.bytes().size()).isEqualTo(14);
    assertThat(map.data()).isEqualTo(22);
  }

  @Test
  void aFileThatIsTooShortIsRefused() throws IOException {
    DiskMap map = recorded();

    assertThatThrownBy(() -> map.open(_ -> text("short"))).isInstanceOf(FormatException.class);
  }

  @Test
  void whatIsDamagedIsRefusedOrAnotherMap() throws IOException {
    byte[] bytes = recorded().toBytes();
    for (int at = 0; at < bytes.length; at++) {
      byte[] damaged = bytes.clone();
      damaged[at] ^= (byte) 0x80;
      try {
        assertThat(DiskMap.parse(ByteSource.of(damaged)).toBytes()).isEqualTo(damaged);
      } catch (FormatException e) {
        assertThat(e).hasMessageContaining("disk map");
      }
    }
    for (int size = 0; size < 20 + 3 * 56; size++) {
      ByteSource cut = ByteSource.of(bytes).slice(0, size);
      assertThatThrownBy(() -> DiskMap.parse(cut)).isInstanceOf(FormatException.class);
    }
  }

  private static DiskMap recorded() throws IOException {
    DiskMap.Recorder disk = new DiskMap.Recorder();
    disk.setSize(40);
    disk.write(38, ByteBuffer.wrap(new byte[] {'z'}));
    disk.write(7, text("second"));
    disk.at(10).write(10, new DiskMap.Stored(DIGEST, FILE));
    disk.write(0, text("table, "));
    disk.write(30, ByteBuffer.wrap(new byte[4]));
    return disk.map();
  }

  private static ByteSource text(String text) {
    return ByteSource.of(text.getBytes(StandardCharsets.US_ASCII));
  }
}
