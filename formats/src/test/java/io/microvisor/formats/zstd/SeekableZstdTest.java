package io.microvisor.formats.zstd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdInputStream;
import io.microvisor.bytes.Assembly;
import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SeekableZstdTest {
  private static final SeekableZstd.Spec SPEC = new SeekableZstd.Spec(3, 1 << 16);

  @Test
  void anyDecompressorReadsTheWhole() throws Exception {
    byte[] content = content(5);

    byte[] file = write(ByteSource.of(content), EarlierFile.NONE).file();

    assertThat(
            new ZstdInputStream(new ByteArrayInputStream(file)).setContinuous(false).readAllBytes())
        .isEqualTo(content);
  }

  @Test
  void theTableLeadsToEachPart() throws Exception {
    byte[] content = content(5);
    byte[] file = write(ByteSource.of(content), EarlierFile.NONE).file();

    SeekTable table = SeekTable.read(ByteSource.of(file));

    assertThat(table.frames()).hasSize(6);
    int at = 0;
    int from = 0;
    for (SeekTable.Frame frame : table.frames()) {
      byte[] compressed = Arrays.copyOfRange(file, at, at + (int) frame.size());
      assertThat(Zstd.decompress(compressed, (int) frame.content()))
          .isEqualTo(Arrays.copyOfRange(content, from, from + (int) frame.content()));
      at += (int) frame.size();
      from += (int) frame.content();
    }
  }

  @Test
  void whatIsTakenFromAnEarlierFileChangesNoBit() throws Exception {
    byte[] content = content(5);
    Written before = write(ByteSource.of(content), EarlierFile.NONE);
    content[3 * SPEC.frameSize() + 7] ^= 1;
    EarlierFile earlier =
        EarlierFile.of(ByteSource.of(before.file()), EarlierFile.toBytes(before.digests()));

    Written after = write(ByteSource.of(content), earlier);

    assertThat(after.file()).isEqualTo(write(ByteSource.of(content), EarlierFile.NONE).file());
    assertThat(earlier.find(after.digests().get(2))).isPresent();
    assertThat(earlier.find(after.digests().get(3))).isEmpty();
  }

  @Test
  void holesNeedNoReading() throws Exception {
    byte[] content = content(0);
    long size = 40L * SPEC.frameSize();
    ByteSource sparse =
        new Assembly(
            size, List.of(new Assembly.Piece(20L * SPEC.frameSize(), ByteSource.of(content))));

    Written written = write(sparse, EarlierFile.NONE);

    byte[] whole = new byte[(int) size];
    System.arraycopy(content, 0, whole, 20 * SPEC.frameSize(), content.length);
    assertThat(written.file()).isEqualTo(write(ByteSource.of(whole), EarlierFile.NONE).file());
  }

  @Test
  void nothingIsATableAlone() throws Exception {
    byte[] file = write(ByteSource.of(new byte[0]), EarlierFile.NONE).file();

    assertThat(SeekTable.read(ByteSource.of(file)).frames()).isEmpty();
  }

  @Test
  void aDamagedTableIsRefused() throws Exception {
    byte[] file = write(ByteSource.of(content(2)), EarlierFile.NONE).file();

    int table = 8 + 3 * 8 + 9;
    for (int at = file.length - table; at < file.length; at++) {
      byte[] damaged = file.clone();
      damaged[at] ^= 0x10;
      int inEntries = at - (file.length - table + 8);
      boolean isContentSize = inEntries >= 0 && inEntries < 3 * 8 && inEntries % 8 >= 4;
      if (!isContentSize) { // which only decompressing would tell
        assertThatThrownBy(() -> SeekTable.read(ByteSource.of(damaged)))
            .as("byte %d of %d", at, file.length)
            .isInstanceOf(FormatException.class);
      }
    }
    assertThatThrownBy(() -> SeekTable.read(ByteSource.of(new byte[16])))
        .isInstanceOf(FormatException.class);
  }

  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Written(byte[] file, List<Digest> digests) {}

  private static Written write(ByteSource content, EarlierFile earlier)
      throws IOException, InterruptedException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    List<Digest> digests = SeekableZstd.write(content, SPEC, earlier, out);
    return new Written(out.toByteArray(), digests);
  }

  /// So many whole frames that do not compress to nothing, and one that is not whole.
  private static byte[] content(int frames) {
    byte[] content = new byte[frames * SPEC.frameSize() + 1000];
    new Random(7).nextBytes(content);
    Arrays.fill(content, 0, content.length / 3, (byte) 'x');
    return content;
  }
}
