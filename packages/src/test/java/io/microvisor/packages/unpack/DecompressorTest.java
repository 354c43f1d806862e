package io.microvisor.packages.unpack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.FormatException.Kind;
import io.microvisor.testkit.Malformed;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class DecompressorTest {
  private static final byte[] TEXT =
      "some text, some more text\n".repeat(40).getBytes(StandardCharsets.UTF_8);

  private static byte[] expand(Compression compression, byte[] compressed, long limit)
      throws IOException {
    try (InputStream in = Decompressor.open(compression, ByteSource.of(compressed), limit)) {
      return in.readAllBytes();
    }
  }

  @ParameterizedTest
  @EnumSource
  void expandsWhatWasCompressed(Compression compression) throws IOException {
    byte[] large = new byte[3_000_000];
    for (int i = 0; i < large.length; i++) {
      large[i] = (byte) (i * i >> 7);
    }
    for (byte[] content : new byte[][] {TEXT, {}, {7}, large}) {
      byte[] compressed = Compressed.bytes(compression, content);

      assertThat(expand(compression, compressed, content.length)).isEqualTo(content);
    }
  }

  /// The old .lzma format has neither a check nor an end.
  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "LZMA")
  void takesSeveralStreamsInARowAsOne(Compression compression) throws IOException {
    byte[] once = Compressed.bytes(compression, TEXT);
    byte[] twice = Arrays.copyOf(once, 2 * once.length);
    System.arraycopy(once, 0, twice, once.length, once.length);

    byte[] expanded = expand(compression, twice, 1 << 20);

    assertThat(expanded).hasSize(2 * TEXT.length).startsWith(TEXT).endsWith(TEXT);
  }

  @ParameterizedTest
  @EnumSource
  void stopsAtTheLimit(Compression compression) throws IOException {
    byte[] bomb = Compressed.bytes(compression, new byte[4 << 20]);

    assertThatThrownBy(() -> expand(compression, bomb, 1 << 20))
        .isInstanceOfSatisfying(
            FormatException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNSUPPORTED))
        .hasMessageContaining("expands to more than 1 MiB");
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
  void refusesEveryTruncation(Compression compression) throws IOException {
    byte[] good = Compressed.bytes(compression, TEXT);
    Malformed.refusesEveryTruncation(good, 10_000, cut -> expand(compression, cut, 1 << 20));
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"NONE", "LZMA"})
  void noFlippedBitChangesTheContent(Compression compression) throws IOException {
    byte[] good = Compressed.bytes(compression, TEXT);
    Malformed.survivesBitFlips(
        good, 3000, 4, bad -> assertThat(expand(compression, bad, 1 << 20)).isEqualTo(TEXT));
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
  void refusesWhatIsNotCompressed(Compression compression) {
    assertThatThrownBy(() -> expand(compression, TEXT, 1 << 20))
        .isInstanceOf(FormatException.class);
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"NONE", "LZMA"})
  void refusesWhatFollowsTheStream(Compression compression) throws IOException {
    byte[] good = Compressed.bytes(compression, TEXT);
    byte[] more = Arrays.copyOf(good, good.length + 8);
    Arrays.fill(more, good.length, more.length, (byte) 'x');

    assertThatThrownBy(() -> expand(compression, more, 1 << 20))
        .isInstanceOf(FormatException.class);
  }

  @ParameterizedTest
  @EnumSource
  void tellsAFailingDiskFromDamage(Compression compression) {
    ByteSource failing =
        new ByteSource() {
          @Override
          public long size() {
            return 100;
          }

          @Override
          public void readFully(long position, ByteBuffer into) throws IOException {
            throw new IOException("the disk is on fire");
          }
        };

    assertThatThrownBy(
            () -> {
              try (InputStream in = Decompressor.open(compression, failing, 100)) {
                in.readAllBytes();
              }
            })
        .isExactlyInstanceOf(IOException.class)
        .hasMessage("the disk is on fire");
  }
}
