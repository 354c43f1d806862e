package io.microvisor.formats.compression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.FormatException.Kind;
import io.microvisor.bytes.FormatException;
import io.microvisor.testkit.Malformed;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.EnumSource;

class DecompressorTest {
  private static final byte[] TEXT =
      "some text, some more text\n".repeat(40).getBytes(StandardCharsets.UTF_8);

  private static byte[] expand(Codec codec, byte[] compressed, long limit) throws IOException {
    try (InputStream in = Decompressor.open(codec, ByteSource.of(compressed), limit)) {
      return in.readAllBytes();
    }
  }

  @ParameterizedTest
  @EnumSource
  void expandsWhatWasCompressed(Codec codec) throws IOException {
    byte[] large = new byte[3_000_000];
    for (int i = 0; i < large.length; i++) {
      large[i] = (byte) (i * i >> 7);
    }
    for (byte[] content : new byte[][] {TEXT, {}, {7}, large}) {
      byte[] compressed = Compressed.bytes(codec, content);

      assertThat(expand(codec, compressed, content.length)).isEqualTo(content);
    }
  }

  /// The old .lzma format has neither a check nor an end.
  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "LZMA")
  void takesSeveralStreamsInARowAsOne(Codec codec) throws IOException {
    byte[] once = Compressed.bytes(codec, TEXT);
    byte[] twice = Arrays.copyOf(once, 2 * once.length);
    System.arraycopy(once, 0, twice, once.length, once.length);

    byte[] expanded = expand(codec, twice, 1 << 20);

    assertThat(expanded).hasSize(2 * TEXT.length).startsWith(TEXT).endsWith(TEXT);
  }

  @ParameterizedTest
  @EnumSource
  void stopsAtTheLimit(Codec codec) throws IOException {
    byte[] bomb = Compressed.bytes(codec, new byte[4 << 20]);

    assertThatThrownBy(() -> expand(codec, bomb, 1 << 20))
        .isInstanceOfSatisfying(
            FormatException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNSUPPORTED))
        .hasMessageContaining("expands to more than 1 MiB");
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
  void refusesEveryTruncation(Codec codec) throws IOException {
    byte[] good = Compressed.bytes(codec, TEXT);
    Malformed.refusesEveryTruncation(good, 10_000, cut -> expand(codec, cut, 1 << 20));
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"NONE", "LZMA"})
  void noFlippedBitChangesTheContent(Codec codec) throws IOException {
    byte[] good = Compressed.bytes(codec, TEXT);
    Malformed.survivesBitFlips(
        good, 3000, 4, bad -> assertThat(expand(codec, bad, 1 << 20)).isEqualTo(TEXT));
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
  void refusesWhatIsNotCompressed(Codec codec) {
    assertThatThrownBy(() -> expand(codec, TEXT, 1 << 20)).isInstanceOf(FormatException.class);
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"NONE", "LZMA"})
  void callsAnotherFormatThat(Codec codec) throws IOException {
    Codec another = codec == Codec.XZ ? Codec.GZIP : Codec.XZ;
    byte[] other = Compressed.bytes(another, TEXT);

    assertThatThrownBy(() -> expand(codec, other, 1 << 20))
        .isInstanceOfSatisfying(
            FormatException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NOT_THIS_FORMAT));
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
  void refusesWhateverComesBehindAGoodBeginning(Codec codec) throws IOException {
    byte[] good = Compressed.bytes(codec, TEXT);
    Random random = new Random(7);
    for (int i = 0; i < 2000; i++) {
      int kept = 3 + random.nextInt(good.length - 3);
      byte[] bad = new byte[kept + 60];
      random.nextBytes(bad);
      System.arraycopy(good, 0, bad, 0, kept);
      try {
        expand(codec, bad, 1 << 20);
      } catch (FormatException _) { // or a text: some have no checksum
      }
    }
  }

  @Test
  void takesADecodersUncheckedFailureForDamage() {
    WatchedSource source = new WatchedSource(new ByteArrayInputStream(TEXT));

    assertThatThrownBy(() ->
            new ExpandedStream(
                Codec.BZIP2,
                () -> {
                  throw new ArrayIndexOutOfBoundsException(258);
                },
                source,
                100))
        .isInstanceOfSatisfying(
            FormatException.class, e -> assertThat(e.kind()).isEqualTo(Kind.DAMAGED))
        .hasMessageContaining("258");
  }

  @Test
  void passesOverAllThatAGzipHeaderMayHold() throws IOException {
    byte[] good = Compressed.bytes(Codec.GZIP, TEXT);
    byte[] optional = "\3\0abcname\0comment\0\1\2".getBytes(StandardCharsets.ISO_8859_1);
    byte[] bytes = new byte[good.length + optional.length];
    System.arraycopy(good, 0, bytes, 0, 10);
    bytes[3] = 0x1f; // FTEXT, FHCRC, FEXTRA without subfields, FNAME, FCOMMENT
    System.arraycopy(optional, 0, bytes, 10, optional.length);
    System.arraycopy(good, 10, bytes, 10 + optional.length, good.length - 10);

    assertThat(expand(Codec.GZIP, bytes, 1 << 20)).isEqualTo(TEXT);
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"NONE", "LZMA"})
  void refusesWhatFollowsTheStream(Codec codec) throws IOException {
    byte[] good = Compressed.bytes(codec, TEXT);
    byte[] more = Arrays.copyOf(good, good.length + 8);
    Arrays.fill(more, good.length, more.length, (byte) 'x');

    assertThatThrownBy(() -> expand(codec, more, 1 << 20)).isInstanceOf(FormatException.class);
  }

  @ParameterizedTest
  @EnumSource
  void tellsAFailingDiskFromDamage(Codec codec) {
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
              try (InputStream in = Decompressor.open(codec, failing, 100)) {
                in.readAllBytes();
              }
            })
        .isExactlyInstanceOf(IOException.class)
        .hasMessage("the disk is on fire");
  }
}
