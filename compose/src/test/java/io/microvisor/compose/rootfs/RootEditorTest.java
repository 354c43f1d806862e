package io.microvisor.compose.rootfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.ContentSource;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RootEditorTest {
  private static final long EPOCH = 1_700_000_000;

  private final RootEditor root =
      new RootEditor(
          FileTree.builder()
              .put("usr", new Inode.Directory(Meta.of(0755)))
              .put("usr/bin", new Inode.Directory(Meta.of(0755)))
              .put("bin", new Inode.Symlink(Meta.of(0777), "usr/bin"))
              .put("loop", new Inode.Symlink(Meta.of(0777), "loop"))
              .put("out", new Inode.Symlink(Meta.of(0777), "../../../usr"))
              .build(),
          ContentSource.of(Map.of()),
          EPOCH);

  @Test
  void writesThroughTheMergedUsr() throws IOException {
    root.write("bin/tool", 0755, "text");
    assertThat(root.tree().find("usr/bin/tool")).isPresent();
    assertThat(root.text("/bin/tool")).contains("text");
  }

  @Test
  void staysInTheTreeWhateverALinkSays() {
    assertThat(root.real("out/bin/x")).isEqualTo(TreePath.of("usr/bin/x"));
  }

  @Test
  void refusesALoopOfLinks() {
    assertThatThrownBy(() -> root.real("loop/x")).hasMessageContaining("circle");
  }

  @Test
  void givesWhatItMakesTheImagesTime() {
    root.write("etc/new", 0600, "");
    assertThat(root.tree().find("etc/new").orElseThrow().meta())
        .isEqualTo(Meta.of(0600).withMtime(EPOCH));
  }

  @Test
  void keepsModeAndOwnerOfWhatItRewrites() throws IOException {
    root.write("etc/shadow", Meta.of(0640).withOwner(0, 42), new byte[0]);
    root.rewrite("etc/shadow", "root:!:1::::::\n");
    assertThat(root.find("etc/shadow").orElseThrow().meta().gid()).isEqualTo(42);
    assertThat(root.find("etc/shadow").orElseThrow().meta().mode()).isEqualTo(0640);
  }

  @Test
  void movesFoldersWithTheirHardLinks() {
    root.write("var/a", 0644, "x");
    FileTree linked =
        root.tree().toBuilder().link(TreePath.of("var/b"), TreePath.of("var/a")).build();
    FileTree moved =
        new RootEditor(linked, ContentSource.of(Map.of()), EPOCH).move("var", "srv/var").tree();
    assertThat(moved.find("var")).isEmpty();
    assertThat(moved.entry(TreePath.of("srv/var/a")).orElseThrow().id())
        .isEqualTo(moved.entry(TreePath.of("srv/var/b")).orElseThrow().id());
  }

  @Test
  void removesFoldersOnlyWhenNothingIsLeftInThem() {
    root.write("doc/a/copyright", 0644, "")
        .write("doc/a/changelog", 0644, "")
        .write("doc/b/readme", 0644, "");
    root.removeBelow("doc", entry -> !entry.path().name().equals("copyright"));
    assertThat(root.tree().below(TreePath.of("doc")).map(e -> e.path().toString()))
        .containsExactly("doc", "doc/a", "doc/a/copyright");
  }
}
