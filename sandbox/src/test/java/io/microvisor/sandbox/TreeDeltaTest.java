package io.microvisor.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.Digest;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TreeDeltaTest {
  private static final Inode DIRECTORY = new Inode.Directory(Meta.of(0755));

  private final FileTree original =
      FileTree.builder()
          .put("dev", DIRECTORY)
          .put("dev/console", new Inode.Fifo(Meta.of(0600)))
          .put("etc", DIRECTORY)
          .put("etc/a", file("a"))
          .link(TreePath.of("etc/b"), TreePath.of("etc/a"))
          .put("etc/gone", file("gone"))
          .build();

  @Test
  void takesChangesDropsWhatIsGoneAndKeepsTheRest() throws IOException {
    FileTree changed = FileTree.builder().put("etc", DIRECTORY).put("etc/new", file("new")).build();

    FileTree after =
        new TreeDelta(changed, paths("", "etc", "etc/a", "etc/b", "etc/new")).applyTo(original);

    assertThat(after.find("etc/new")).contains(file("new"));
    assertThat(after.find("etc/a")).contains(file("a"));
    assertThat(after.find("etc/gone")).isEmpty();
  }

  @Test
  void keepsHardLinksOfWhatIsUnchanged() throws IOException {
    FileTree after =
        new TreeDelta(FileTree.empty(), paths("", "etc", "etc/a", "etc/b")).applyTo(original);

    assertThat(after.entry(TreePath.of("etc/a")).orElseThrow().id())
        .isEqualTo(after.entry(TreePath.of("etc/b")).orElseThrow().id());
  }

  @Test
  void separatesWhatIsNoLongerAHardLink() throws IOException {
    FileTree changed = FileTree.builder().put("etc", DIRECTORY).put("etc/b", file("a")).build();

    FileTree after = new TreeDelta(changed, paths("", "etc", "etc/a", "etc/b")).applyTo(original);

    assertThat(after.entry(TreePath.of("etc/a")).orElseThrow().id())
        .isNotEqualTo(after.entry(TreePath.of("etc/b")).orElseThrow().id());
  }

  @Test
  void keepsTheOriginalsDevices() throws IOException {
    FileTree after =
        new TreeDelta(FileTree.empty(), paths("", "dev", "dev/null", "etc")).applyTo(original);

    assertThat(after.find("dev/console")).isPresent();
    assertThat(after.find("dev/null")).isEmpty();
  }

  @Test
  void refusesAPathWithoutItsContents() {
    TreeDelta delta = new TreeDelta(FileTree.empty(), paths("", "etc", "etc/x"));

    assertThatThrownBy(() -> delta.applyTo(original))
        .isInstanceOf(IOException.class)
        .hasMessage("sandbox: /etc/x came without its contents (expected: in the archive)");
  }

  private static Inode file(String text) {
    return new Inode.RegularFile(Meta.of(0644), Digest.sha256(text), text.length());
  }

  private static Set<TreePath> paths(String... paths) {
    return Stream.of(paths).map(TreePath::of).collect(Collectors.toSet());
  }
}
