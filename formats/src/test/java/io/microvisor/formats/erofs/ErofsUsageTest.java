package io.microvisor.formats.erofs;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ByteSource;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.testkit.Malformed;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ErofsUsageTest {
  private static final int BLOCK = 4096;

  @Test
  void entriesAndOverheadAddUpToTheImage() throws IOException {
    addsUp(SampleTree.everyKind(), SampleTree.spec(32 << 10));
    addsUp(SampleTree.everyKind(), SampleTree.uncompressed());
    for (int seed = 0; seed < 20; seed++) {
      addsUp(SampleTree.random(seed), SampleTree.spec(seed % 2 == 0 ? 8192 : 128 << 10));
    }
  }

  private static void addsUp(SampleTree sample, ErofsSpec spec) throws IOException {
    byte[] image = sample.image(spec);
    FileTree tree = sample.tree();
    ErofsUsage usage = ErofsUsage.of(ByteSource.of(image));

    assertThat(usage.size()).isEqualTo(image.length);
    assertThat(usage.entries().stream().mapToLong(ErofsUsage.Entry::stored).sum())
        .isEqualTo(image.length - usage.overhead());
    assertThat(usage.entries().stream().mapToLong(ErofsUsage.Entry::size).sum())
        .isEqualTo(tree.contentSize());
    List<String> paths = tree.entries().map(entry -> entry.path().absolute()).sorted().toList();
    assertThat(usage.entries().stream().map(entry -> entry.path().absolute()).sorted())
        .isEqualTo(paths);
    for (ErofsUsage.Entry entry : usage.entries()) {
      assertThat(entry.isDirectory())
          .isEqualTo(tree.find(entry.path()).orElseThrow() instanceof Inode.Directory);
    }
    // Superblock, map of the packed inode, and what is left of the last blocks.
    assertThat(usage.overhead()).isBetween((long) BLOCK, 32L * BLOCK);
  }

  @Test
  void givesBlocksToWhoseTheyAre() throws IOException {
    byte[] image =
        new SampleTree()
            .file("a", SampleTree.noise(10 * BLOCK, 1))
            .file("b", SampleTree.text(300 << 10, 2))
            .image(SampleTree.spec());
    ErofsUsage usage = ErofsUsage.of(ByteSource.of(image));

    assertThat(stored(usage, "/a")).isBetween(10L * BLOCK, 10L * BLOCK + 200);
    assertThat(stored(usage, "/b")).isBetween(40_000L, 100_000L);
    assertThat(usage.entries().get(1).size()).isEqualTo(10 * BLOCK);
  }

  @Test
  void givesWhatIsSharedToTheFirst() throws IOException {
    byte[] content = SampleTree.text(200_000, 1);
    byte[] small = SampleTree.text(9000, 2);
    byte[] image =
        new SampleTree()
            .file("first", content)
            .file("second", content)
            .link("third", "second")
            .file("tiny1", small)
            .file("tiny2", small)
            .image(SampleTree.spec());
    ErofsUsage usage = ErofsUsage.of(ByteSource.of(image));

    assertThat(stored(usage, "/first")).isGreaterThan(30_000);
    // Only the second inode, with its map of 8 bytes for each 4 KiB.
    assertThat(stored(usage, "/second")).isLessThan(600);
    assertThat(stored(usage, "/third")).isZero();
    assertThat(stored(usage, "/tiny1")).isGreaterThan(2000);
    assertThat(stored(usage, "/tiny2")).isLessThan(100);
  }

  private static long stored(ErofsUsage usage, String path) {
    return usage.entries().stream()
        .filter(entry -> entry.path().absolute().equals(path))
        .findFirst()
        .orElseThrow()
        .stored();
  }

  @Test
  void survivesDamage() throws IOException {
    byte[] image = SampleTree.everyKind().image(SampleTree.spec(32 << 10));
    Malformed.survivesBitFlips(image, 1500, 3, bytes -> ErofsUsage.of(ByteSource.of(bytes)));
    Malformed.refusesEveryTruncation(
        new SampleTree().file("a", SampleTree.noise(9000, 1)).image(SampleTree.spec()),
        500,
        bytes -> ErofsUsage.of(ByteSource.of(bytes)));
  }
}
