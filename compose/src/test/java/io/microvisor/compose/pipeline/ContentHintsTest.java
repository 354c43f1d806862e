package io.microvisor.compose.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.Digest;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ContentHintsTest {
  private static final List<FileTree> TREES =
      IntStream.range(0, 300).mapToObj(ContentHintsTest::tree).toList();

  private static Digest content(int number) {
    return Digest.sha256("content " + number);
  }

  private static FileTree tree(int number) {
    return FileTree.builder()
        .put("own", new Inode.RegularFile(Meta.of(0644), content(number), 10))
        .put("folder", new Inode.Directory(Meta.of(0755)))
        .build();
  }

  @Test
  void tellsWhichPackageHasAContent() {
    ContentHints hints = ContentHints.parse(ContentHints.of(TREES).toBytes()).orElseThrow();

    for (int i = 0; i < TREES.size(); i++) {
      assertThat(hints.find(content(i))).hasValue(i);
    }
    assertThat(hints.find(content(TREES.size()))).isEmpty();
  }

  @Test
  void takesNothingButWholeEntries() {
    byte[] bytes = ContentHints.of(TREES).toBytes();

    assertThat(ContentHints.parse(Arrays.copyOf(bytes, bytes.length - 1))).isEmpty();
    assertThat(ContentHints.parse(new byte[0]).orElseThrow().find(content(0))).isEmpty();
  }
}
