package io.microvisor.formats.verity;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.formats.LayoutTable;
import io.microvisor.formats.MemoryDisk;
import io.microvisor.testkit.Malformed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VerityTest {
  private static final int BLOCK = VeritySuperblock.BLOCK_SIZE;
  private static final UUID ID = UUID.fromString("6f1b9f5e-0c2a-4d3b-8e4f-5a6b7c8d9e0f");
  private static final String SALT =
      "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

  /// Byte j of block i is `((31 i + 7 j) mod 256) xor (i / 256 mod 256)`.
  private static byte[] pattern(int blocks) {
    byte[] bytes = new byte[blocks * BLOCK];
    for (int at = 0; at < bytes.length; at++) {
      int block = at / BLOCK;
      bytes[at] = (byte) (block * 31 + at % BLOCK * 7 & 0xff ^ block >> 8 & 0xff);
    }
    return bytes;
  }

  private static VerityTree tree(byte[] data) throws IOException, InterruptedException {
    return VerityTree.of(ByteSource.of(data), new VeritySpec(ID, Salt.parse(SALT)));
  }

  private static MemoryDisk written(VerityTree tree) throws IOException {
    MemoryDisk disk = new MemoryDisk();
    tree.write(disk);
    return disk;
  }

  /// Made by `veritysetup format DATA HASH --uuid=ID --salt=SALT` of cryptsetup 2.6.1 on [#pattern]; the last column is
  /// the SHA-256 of all of HASH.
  @ParameterizedTest
  @CsvSource({
    "1, 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f,"
        + "eee909f9d54811794e71fa2e24cbb534ac53733d17501199f3a203e1b761bda1,"
        + "07271f577d9e211ea2a83523fb26e64d307197f5b5e6e240b116acdb5154782d",
    "1, -,"
        + "d010f6d76d0eb4dce5d5b5b34014a8a157ec4380a66c24d7d455a9bf652db14a,"
        + "dcc61b71a69c82ce63aa8959dab4ca852fd71b2d7d0f94d0fca71671d1b8d691",
    "2, 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f,"
        + "34faed6ac103d4a2d493bab29f02a0b1ea9a7d8274e325ee53a4375b537df4c2,"
        + "0656411c941661f61621d82be18eb7360fa030f83e593ce663126bc355f71307",
    "128, 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f,"
        + "e31d9ea364bb9a7c6198969665fb14d34db0fda45e13b3c90f17a0897b64716d,"
        + "fdd68b73295da1dc0b21fabae92d948416c9604b980304491c6d844e1479e3f8",
    "129, 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f,"
        + "dcba95ab80f62f4e6d549c4fef2c64114f1f70d988fc3f284ff7e18db458deb5,"
        + "21005cd1baf2f7d1862a336b3caba92396d0ad0626bed45758c4d3f67010122d",
    "129, -,"
        + "8b70521295b868ce93a7026fdd7122813ef6193fd2cb4b1f6214f91ca95f6c79,"
        + "5dcbb9cf9d332b051b2f43639621ab4f74dcd71f28c03edcb6079134e6a11127",
    "16384, 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f,"
        + "b65973843a1ff6278293be852498a801f90cd72a0b22d9b8495faa0aba8a02c9,"
        + "20e242893dbf0c601e41cecb4a8f3a114f16832147323955d84d559e75155b4a",
    "16385, 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f,"
        + "35890a9ddf964f42a6a80c8bd46315f5cc042edb29434b77867fdea0140b6f66,"
        + "603a0b40a03a012a2af07d0f7e7fa0d78f5bbc787f8ff70741bb0cf30171fb85"
  })
  void givesWhatVeritysetupGives(int blocks, String salt, String rootHash, String hashDevice)
      throws IOException, InterruptedException {
    VeritySpec spec = new VeritySpec(ID, salt.equals("-") ? Salt.NONE : Salt.parse(salt));
    VerityTree tree = VerityTree.of(ByteSource.of(pattern(blocks)), spec);
    assertThat(tree.rootHash().hex()).isEqualTo(rootHash);
    MemoryDisk disk = written(tree);
    assertThat(disk.size()).isEqualTo(tree.sizeBytes());
    assertThat(Digest.sha256((ByteSource) disk).hex()).isEqualTo(hashDevice);
  }

  @Test
  void superblockIsWrittenAsDocumented() throws IOException {
    VeritySuperblock superblock = new VeritySuperblock(new VeritySpec(ID, Salt.parse(SALT)), 16385);
    assertThat(LayoutTable.of(VeritySuperblock.class).decode(superblock.toBytes()))
        .containsExactly(
            entry("signature", "7665726974790000"),
            entry("version", "1"),
            entry("hash_type", "1"),
            entry("uuid", ID.toString().replace("-", "")),
            entry("algorithm", "sha256"),
            entry("data_block_size", "4096"),
            entry("hash_block_size", "4096"),
            entry("data_blocks", "16385"),
            entry("salt_size", "32"),
            entry("_pad1", "00".repeat(6)),
            entry("salt", SALT + "00".repeat(224)),
            entry("_pad2", "00".repeat(168)));
  }

  @Test
  void superblockIsReadBack() throws IOException {
    VeritySuperblock superblock =
        new VeritySuperblock(new VeritySpec(ID, Salt.of(new byte[256])), 1);
    assertThat(VeritySuperblock.read(ByteSource.of(superblock.toBytes()))).isEqualTo(superblock);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 127, 128, 129, 256, 300})
  void intactDataIsFoundIntact(int blocks) throws IOException, InterruptedException {
    byte[] data = pattern(blocks);
    VerityTree tree = tree(data);
    assertThat(VerityCheck.check(ByteSource.of(data), written(tree), tree.rootHash()))
        .isEqualTo(new VerityVerdict.Intact());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 127, 128, 298, 299})
  void namesTheBadDataBlock(int block) throws IOException, InterruptedException {
    byte[] data = pattern(300);
    VerityTree tree = tree(data);
    data[block * BLOCK + 17 + block] ^= 1;
    assertThat(VerityCheck.check(ByteSource.of(data), written(tree), tree.rootHash()))
        .isEqualTo(new VerityVerdict.DataDamaged(List.of((long) block)));
  }

  @Test
  void namesTheBadHashBlock() throws IOException, InterruptedException {
    byte[] data = pattern(300);
    VerityTree tree = tree(data);
    MemoryDisk hashes = written(tree);
    hashes.flip(3 * BLOCK + 40, 2);
    assertThat(VerityCheck.check(ByteSource.of(data), hashes, tree.rootHash()))
        .isEqualTo(new VerityVerdict.TreeDamaged(0, 3));
    hashes.flip(BLOCK + 40, 2);
    assertThat(VerityCheck.check(ByteSource.of(data), hashes, tree.rootHash()))
        .isEqualTo(new VerityVerdict.TreeDamaged(1, 1));
  }

  @Test
  void anotherRootHashDoesNotFit() throws IOException, InterruptedException {
    byte[] data = pattern(129);
    assertThat(VerityCheck.check(ByteSource.of(data), written(tree(data)), Digest.sha256("other")))
        .isEqualTo(new VerityVerdict.TreeDamaged(1, 1));
  }

  @Test
  void noFlippedBitOfAHashDeviceMakesOtherDataPass() throws IOException, InterruptedException {
    byte[] data = pattern(130);
    VerityTree tree = tree(data);
    byte[] hashes = written(tree).readAll(1 << 20);
    byte[] other = data.clone();
    other[5 * BLOCK] ^= 1;
    Malformed.survivesBitFlips(
        hashes,
        500,
        11,
        bad -> {
          VerityVerdict verdict = check(other, bad, tree.rootHash());
          assertThat(verdict).isNotEqualTo(new VerityVerdict.Intact());
        });
  }

  @Test
  void refusesEveryTruncationOfAHashDevice() throws IOException, InterruptedException {
    byte[] data = pattern(130);
    VerityTree tree = tree(data);
    byte[] hashes = written(tree).readAll(1 << 20);
    Malformed.refusesEveryTruncation(hashes, 500, cut -> check(data, cut, tree.rootHash()));
  }

  @Test
  void refusesTruncatedData() throws IOException, InterruptedException {
    byte[] data = pattern(130);
    VerityTree tree = tree(data);
    byte[] hashes = written(tree).readAll(1 << 20);
    Malformed.refusesEveryTruncation(data, 50, cut -> check(cut, hashes, tree.rootHash()));
  }

  private static VerityVerdict check(byte[] data, byte[] hashes, Digest rootHash)
      throws IOException {
    try {
      return VerityCheck.check(ByteSource.of(data), ByteSource.of(hashes), rootHash);
    } catch (InterruptedException e) {
      throw new IOException("interrupted", e);
    }
  }

  @Test
  void tellsForeignDamagedAndUnsupportedSuperblocksApart() {
    byte[] good = new VeritySuperblock(new VeritySpec(ID, Salt.NONE), 7).toBytes();
    assertThat(kind(new byte[512])).isEqualTo(FormatException.Kind.NOT_THIS_FORMAT);
    assertThat(kind(with(good, 8, "02"))).isEqualTo(FormatException.Kind.UNSUPPORTED);
    assertThat(kind(with(good, 32, HexFormat.of().formatHex("sha512".getBytes(US_ASCII)))))
        .isEqualTo(FormatException.Kind.UNSUPPORTED);
    assertThat(kind(with(good, 72, "0000000000000080"))).isEqualTo(FormatException.Kind.DAMAGED);
    assertThat(kind(with(good, 72, "00"))).isEqualTo(FormatException.Kind.DAMAGED);
    assertThat(kind(with(good, 80, "0101"))).isEqualTo(FormatException.Kind.DAMAGED);
  }

  private static byte[] with(byte[] good, int offset, String hex) {
    byte[] bad = good.clone();
    byte[] bytes = HexFormat.of().parseHex(hex);
    System.arraycopy(bytes, 0, bad, offset, bytes.length);
    return bad;
  }

  private static FormatException.Kind kind(byte[] bad) {
    try {
      VeritySuperblock superblock = VeritySuperblock.read(ByteSource.of(bad));
      throw new AssertionError("accepted as " + superblock);
    } catch (FormatException e) {
      return e.kind();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4095, 4097})
  void refusesDataThatIsNotWholeBlocks(int size) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> tree(new byte[size]))
        .withMessageContaining("expected: a multiple of 4096, not 0");
  }

  @Test
  void readErrorsArePassedOnWithWhatWasDone() {
    ByteSource broken =
        new ByteSource() {
          @Override
          public long size() {
            return 1 << 20;
          }

          @Override
          public void readFully(long position, ByteBuffer into) throws IOException {
            throw new IOException("the disk is gone");
          }
        };
    assertThatThrownBy(() -> VerityTree.of(broken, new VeritySpec(ID, Salt.NONE)))
        .isInstanceOf(IOException.class)
        .hasRootCauseMessage("the disk is gone");
  }

  @Test
  void leavesAreTheHashesOfTheBlocks() throws IOException, InterruptedException {
    byte[] data = pattern(130);
    byte[] salted = new byte[32 + BLOCK];
    System.arraycopy(HexFormat.of().parseHex(SALT), 0, salted, 0, 32);
    System.arraycopy(data, 129 * BLOCK, salted, 32, BLOCK);
    assertThat(tree(data).leaf(129)).isEqualTo(Digest.sha256(salted));
  }
}
