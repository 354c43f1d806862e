package io.microvisor.formats.erofs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.testkit.Malformed;
import java.io.IOException;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

final class ErofsReaderTest {
  private static final int SUPER_BLOCK = 1024;

  private static void readAll(byte[] image) throws IOException {
    ErofsImage opened = ErofsReader.open(ByteSource.of(image));
    for (FileTree.Entry entry : opened.tree().entries().toList()) {
      if (entry.inode() instanceof Inode.RegularFile file) {
        Digest.sha256(opened.contents().open(file.content()));
      }
    }
  }

  private static byte[] small(ErofsSpec spec) throws IOException {
    return new SampleTree()
        .file("large", SampleTree.text(20_000, 1))
        .file("large-2", SampleTree.text(50_000, 3))
        .file("noise", SampleTree.noise(9_000, 1))
        .file("tiny", SampleTree.text(50, 2))
        .put("link", new Inode.Symlink(Meta.of(0777).withMtime(7), "tiny"))
        .image(spec);
  }

  /// Makes a changed superblock's checksum right again.
  private static byte[] sealed(byte[] image) {
    Arrays.fill(image, SUPER_BLOCK + 4, SUPER_BLOCK + 8, (byte) 0);
    CRC32C crc = new CRC32C();
    crc.update(image, SUPER_BLOCK, 4096 - SUPER_BLOCK);
    long value = ~crc.getValue();
    for (int i = 0; i < 4; i++) {
      image[SUPER_BLOCK + 4 + i] = (byte) (value >> 8 * i);
    }
    return image;
  }

  @Test
  void refusesEveryTruncation() throws IOException {
    Malformed.refusesEveryTruncation(small(SampleTree.spec(8192)), 500, ErofsReaderTest::readAll);
    Malformed.refusesEveryTruncation(
        SampleTree.everyKind().image(SampleTree.uncompressed()), 100, ErofsReaderTest::readAll);
  }

  @Test
  void refusesEveryFlippedBitOfTheSuperBlock() throws IOException {
    byte[] image = small(SampleTree.spec());
    Malformed.refusesEveryBitFlip(image, SUPER_BLOCK, SUPER_BLOCK + 136, ErofsReaderTest::readAll);
  }

  @Test
  void survivesFlippedBits() throws IOException {
    byte[] image = small(SampleTree.spec(8192));
    Malformed.survivesBitFlips(image, 1500, 1, ErofsReaderTest::readAll);
    Malformed.survivesBitFlips(
        SampleTree.everyKind().image(SampleTree.spec(64 << 10)), 500, 2, ErofsReaderTest::readAll);
  }

  @Test
  void survivesFlippedBitsInTheMetadata() throws IOException {
    byte[] image = small(SampleTree.spec(8192));
    int metadata = image.length - 4096;
    Malformed.survivesBitFlips(
        Arrays.copyOfRange(image, metadata, image.length),
        6000,
        3,
        block -> {
          byte[] whole = image.clone();
          System.arraycopy(block, 0, whole, metadata, block.length);
          readAll(whole);
        });
  }

  @Test
  void survivesFlippedBitsOfASuperBlockWithARightChecksum() throws IOException {
    byte[] image = small(SampleTree.spec());
    for (int bit = 0; bit < 136 * 8; bit++) {
      byte[] bad = image.clone();
      bad[SUPER_BLOCK + bit / 8] ^= (byte) (1 << bit % 8);
      try {
        readAll(sealed(bad));
      } catch (FormatException e) {
        assertThat(e).hasMessageContaining("EROFS image");
      }
    }
  }

  @Test
  void tellsWhatIsNoImage() {
    assertThatThrownBy(() -> readAll(new byte[8192]))
        .isInstanceOfSatisfying(
            FormatException.class,
            e -> assertThat(e.kind()).isEqualTo(FormatException.Kind.NOT_THIS_FORMAT))
        .hasMessage("not a EROFS image: magic 0x0 at byte 1024 (expected: 0xe0f5e1e2)");
  }

  @Test
  void tellsWhichFeatureItDoesNotUnderstand() throws IOException {
    byte[] image = small(SampleTree.spec());
    image[SUPER_BLOCK + 80] |= 0x10;
    assertThatThrownBy(() -> readAll(sealed(image)))
        .isInstanceOfSatisfying(
            FormatException.class,
            e -> assertThat(e.kind()).isEqualTo(FormatException.Kind.UNSUPPORTED))
        .hasMessageContaining("incompatible feature 0x10 (understood:");
  }

  @Test
  void tellsAnotherCompression() throws IOException {
    byte[] image = small(SampleTree.spec());
    image[SUPER_BLOCK + 84] = 1;
    assertThatThrownBy(() -> readAll(sealed(image)))
        .hasMessageContaining("compression algorithms 0x1 (understood: 0x8)");
  }
}
