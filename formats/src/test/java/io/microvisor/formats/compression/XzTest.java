package io.microvisor.formats.compression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.microvisor.testkit.Malformed;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZ;
import org.tukaani.xz.XZOutputStream;

/// Both decoders of .xz give the same answers.
class XzTest {
  private static final byte[] TEXT =
      "text that repeats, text that repeats\n".repeat(30).getBytes(StandardCharsets.UTF_8);

  /// Which decoder.
  enum Decoder {
    NATIVE,
    JAVA
  }

  private static byte[] expand(Decoder decoder, byte[] compressed) throws IOException {
    WatchedSource source = new WatchedSource(new ByteArrayInputStream(compressed));
    try (InputStream in = new ExpandedStream(Codec.XZ, opening(decoder, source), source, 1 << 20)) {
      return in.readAllBytes();
    }
  }

  private static ExpandedStream.Decoding<InputStream> opening(Decoder decoder, InputStream source) {
    return switch (decoder) {
      case JAVA -> () -> Xz.openJava(source);
      case NATIVE -> {
        Optional<Liblzma> liblzma = Liblzma.newest();
        assumeTrue(liblzma.isPresent(), "no liblzma.so.5 on this host");
        yield () -> new LiblzmaStream(liblzma.orElseThrow(), source);
      }
    };
  }

  private static byte[] compressed(int check) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (XZOutputStream out = new XZOutputStream(bytes, new LZMA2Options(0), check)) {
      out.write(TEXT);
    }
    return bytes.toByteArray();
  }

  @ParameterizedTest
  @EnumSource
  void expandsStreamsWithEveryKindOfCheck(Decoder decoder) throws IOException {
    for (int check : new int[] {XZ.CHECK_NONE, XZ.CHECK_CRC32, XZ.CHECK_CRC64, XZ.CHECK_SHA256}) {
      assertThat(expand(decoder, compressed(check))).isEqualTo(TEXT);
    }
  }

  @ParameterizedTest
  @EnumSource
  void refusesADictionaryLargerThanItsMemory(Decoder decoder) throws IOException {
    byte[] bytes = compressed(XZ.CHECK_CRC64);
    int dictionary =
        12 + 4; // After the stream header: size, flags, filter id 0x21, size 1, and here it is.
    assertThat(bytes[12 + 2]).isEqualTo((byte) 0x21);
    bytes[dictionary] = 36; // 1 GiB
    int headerSize = (bytes[12] + 1) * 4;
    CRC32 crc = new CRC32();
    crc.update(bytes, 12, headerSize - 4);
    for (int i = 0; i < 4; i++) {
      bytes[12 + headerSize - 4 + i] = (byte) (crc.getValue() >> 8 * i);
    }

    assertThatThrownBy(() -> expand(decoder, bytes))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("memory");
  }

  @ParameterizedTest
  @EnumSource
  void refusesAContentWhoseCheckDoesNotMatch(Decoder decoder) throws IOException {
    byte[] bytes = compressed(XZ.CHECK_CRC64);
    byte[] wrong = bytes.clone();
    wrong[12 + (bytes[12] + 1) * 4 + 12] ^= 1; // A literal of the first chunk.

    assertThatThrownBy(() -> expand(decoder, wrong)).isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @EnumSource
  void refusesEveryTruncation(Decoder decoder) throws IOException {
    Malformed.refusesEveryTruncation(
        compressed(XZ.CHECK_CRC64), 10_000, cut -> expand(decoder, cut));
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 8})
  void takesStreamPaddingOfWholeWords(int padding) throws IOException {
    byte[] good = compressed(XZ.CHECK_CRC64);
    for (Decoder decoder : Decoder.values()) {
      assertThat(expand(decoder, Arrays.copyOf(good, good.length + padding))).isEqualTo(TEXT);
    }
  }

  @ParameterizedTest
  @EnumSource
  void canBeClosedEarlyAndTwice(Decoder decoder) throws IOException {
    InputStream in = opening(decoder, new ByteArrayInputStream(compressed(XZ.CHECK_CRC64))).run();
    assertThat(in.read()).isEqualTo('t');
    in.close();
    in.close();

    assertThatThrownBy(in::read).isInstanceOf(IOException.class);
  }
}
