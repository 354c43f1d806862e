package io.microvisor.compose.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdOutputStream;
import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.FormatException;
import io.microvisor.testkit.Malformed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ZstdFrameTest {
  /// Half noise, half text, so that blocks differ in size, with a run of one byte between.
  private static byte[] sample(int size) {
    byte[] bytes = new byte[size];
    new Random(1).nextBytes(bytes);
    for (int i = size / 2; i < size; i++) {
      bytes[i] =
          i < size * 3 / 4 ? (byte) 'x' : (byte) ("text of a file ".charAt(i % 15) + i / 9999);
    }
    return bytes;
  }

  @Test
  void unpacksWhatZstdPacks() throws IOException {
    for (int size : new int[] {0, 1, 100, 131_072, 1_000_000}) {
      byte[] plain = sample(size);
      for (int level : new int[] {1, 9, 19}) {
        byte[] packed = Zstd.compress(plain, level);
        ZstdFrame frame = ZstdFrame.read(ByteSource.of(packed), 0, 1 << 21);

        assertThat(frame.content()).isEqualTo(plain);
        assertThat(frame.size()).isEqualTo(packed.length);
        assertThat(frame.blocks().decodedSize()).isEqualTo(size);
      }
    }
  }

  @Test
  void knowsWhichBytesAreExpensive() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[7]);
    try (ZstdOutputStream zstd = new ZstdOutputStream(out, 9)) {
      zstd.setChecksum(true);
      zstd.write(sample(2_000_000));
    }
    byte[] packed = out.toByteArray();
    ZstdFrame frame = ZstdFrame.read(ByteSource.of(packed), 7, 1 << 21);

    assertThat(ZstdFrame.isAt(ByteSource.of(packed), 7)).isTrue();
    assertThat(frame.size()).isEqualTo(packed.length - 7);
    assertThat(frame.blocks().share(0, 1_000_000)).isBetween(940_000L, 1_010_000L);
    assertThat(frame.blocks().share(1_100_000, 300_000)).isLessThan(1000);
    // All but the checksum.
    assertThat(frame.blocks().storedSize()).isEqualTo(frame.size() - 4);
  }

  @Test
  void refusesTooMuchContent() {
    byte[] packed = Zstd.compress(new byte[3 << 20]);
    assertThatThrownBy(() -> ZstdFrame.read(ByteSource.of(packed), 0, 1 << 20))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("more than 1048576 bytes of content");
  }

  @Test
  void survivesDamage() {
    byte[] packed = Zstd.compress(sample(300_000), 3);
    Malformed.refusesEveryTruncation(
        packed, 200, bytes -> ZstdFrame.read(ByteSource.of(bytes), 0, 1 << 20));
    Malformed.survivesBitFlips(
        packed, 300, 5, bytes -> ZstdFrame.read(ByteSource.of(bytes), 0, 1 << 20));
  }
}
