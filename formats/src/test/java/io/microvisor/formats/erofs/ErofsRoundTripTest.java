package io.microvisor.formats.erofs;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import java.io.IOException;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

final class ErofsRoundTripTest {
  private static ErofsImage check(SampleTree sample, ErofsSpec spec) throws IOException {
    ErofsImage image = ErofsReader.open(ByteSource.of(sample.image(spec)));
    assertThat(image.tree().entries().toList()).isEqualTo(sample.tree().entries().toList());
    for (FileTree.Entry entry : image.tree().entries().toList()) {
      if (entry.inode() instanceof Inode.RegularFile file) {
        ByteSource content = image.contents().open(file.content());
        assertThat(Digest.sha256(content)).isEqualTo(file.content());
      }
    }
    return image;
  }

  @Property(tries = 60)
  void readsBackWhatItWrote(@ForAll long seed) throws IOException {
    check(SampleTree.random(seed), SampleTree.spec(64 << 10));
  }

  @Property(tries = 30)
  void readsBackWhatItWroteUncompressed(@ForAll long seed) throws IOException {
    check(SampleTree.random(seed), SampleTree.uncompressed());
  }

  @Test
  void keepsEveryKindOfInode() throws IOException {
    check(SampleTree.everyKind(), SampleTree.uncompressed());
    check(SampleTree.everyKind(), SampleTree.spec());
    check(SampleTree.everyKind(), SampleTree.spec(8 << 10));
  }

  @Test
  void keepsContentsOfSizesAroundBlocksFragmentsAndExtents() throws IOException {
    SampleTree sample = new SampleTree();
    for (int base : List.of(0, 96, 4096, 8192, 32 << 10, 64 << 10, 96 << 10, 1 << 20, 5 << 18)) {
      for (int size = Math.max(0, base - 1); size <= base + 1; size++) {
        sample.file("text-" + size, SampleTree.text(size, size));
        sample.file("noise-" + size, SampleTree.noise(size, size));
        sample.file("zeros-" + size, new byte[size]);
        sample.file("stored-" + size + ".xz", SampleTree.noise(size, size + 1L));
      }
    }
    check(sample, SampleTree.spec(64 << 10));
    check(sample, SampleTree.uncompressed());
  }

  @Test
  void keepsDirectoriesOfManyBlocks() throws IOException {
    SampleTree sample = new SampleTree();
    for (int i = 0; i < 2000; i++) {
      sample.file("d/a-rather-long-name-of-a-file-" + i, SampleTree.text(i % 50, i));
    }
    check(sample, SampleTree.spec());
  }

  @Test
  void keepsAnEmptyTree() throws IOException {
    ErofsImage image = check(new SampleTree(), SampleTree.spec());
    assertThat(image.header())
        .isEqualTo(new ErofsImage.Header(SampleTree.VOLUME, "", SampleTree.BUILD_TIME));
  }
}
