package io.microvisor.bytes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class AssemblyTest {
  private static final Assembly SOURCE = of(12, piece(2, "abc"), piece(5, "d"), piece(8, "ef"));

  @Test
  void everyRangeReadsAsInTheWhole() throws IOException {
    byte[] whole = {0, 0, 'a', 'b', 'c', 'd', 0, 0, 'e', 'f', 0, 0};

    for (int from = 0; from <= whole.length; from++) {
      for (int to = from; to <= whole.length; to++) {
        ByteBuffer read = ByteBuffer.allocate(to - from);
        SOURCE.readFully(from, read);
        assertThat(read.array()).isEqualTo(Arrays.copyOfRange(whole, from, to));
        if (to > from && SOURCE.isZeros(from, to - from)) {
          assertThat(read.array()).containsOnly(0);
        }
      }
    }
    assertThat(SOURCE.isZeros(6, 2)).isTrue();
    assertThat(SOURCE.isZeros(10, 2)).isTrue();
    assertThat(SOURCE.slice(5, 4).isZeros(1, 2)).isTrue();
  }

  @Test
  void nothingIsBeyondItsEnd() {
    assertThatThrownBy(() -> SOURCE.readFully(11, ByteBuffer.allocate(2)))
        .isInstanceOf(EOFException.class);
  }

  @Test
  void piecesNeitherOverlapNorLeaveTheWhole() {
    assertThatThrownBy(() -> of(12, piece(2, "abc"), piece(4, "d")))
        .hasMessage("assembly: piece of 1 bytes at 4 (expected: from 5, within 12)");
    assertThatThrownBy(() -> of(4, piece(2, "abc")))
        .hasMessage("assembly: piece of 3 bytes at 2 (expected: from 0, within 4)");
  }

  private static Assembly of(long size, Assembly.Piece... pieces) {
    return new Assembly(size, List.of(pieces));
  }

  private static Assembly.Piece piece(long position, String text) {
    return new Assembly.Piece(position, ByteSource.of(text.getBytes(StandardCharsets.US_ASCII)));
  }
}
