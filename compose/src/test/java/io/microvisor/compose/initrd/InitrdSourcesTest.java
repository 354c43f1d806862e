package io.microvisor.compose.initrd;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class InitrdSourcesTest {
  private static final String GROUPS = "root:x:0:\ndisk:x:6:\n";

  private final Map<Digest, ByteSource> contents = new HashMap<>();

  private Inode.RegularFile file(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    contents.put(Digest.sha256(bytes), ByteSource.of(bytes));
    return new Inode.RegularFile(Meta.of(0644), Digest.sha256(bytes), bytes.length);
  }

  private FileTree.Builder base() {
    FileTree.Builder tree = FileTree.builder();
    for (String folder : new String[] {"etc", "usr/bin", "usr/lib", "usr/share", "var"}) {
      tree.mkdirs(TreePath.of(folder));
    }
    return tree.put("lib", new Inode.Symlink(Meta.of(0777), "usr/lib"))
        .put("usr/bin/sh", file("sh"))
        .put("etc/os-release", new Inode.Symlink(Meta.of(0777), "../usr/lib/os-release"))
        .put("etc/group", file(GROUPS));
  }

  private InitrdSources sources(FileTree root) throws IOException {
    return InitrdSources.of(
        root, base().build(), Set.of("ada"), digest -> Optional.ofNullable(contents.get(digest)));
  }

  @Test
  void sameForRootsThatDifferInFilesAndUsersOnly() throws IOException {
    FileTree other =
        base()
            .put("etc/motd", file("hi"))
            .put("usr/share/word", file("word"))
            .put("var/state", file("state"))
            .put("etc/group", file("root:x:0:\ndisk:x:6:ada\nada:x:1000:\n"))
            .build();

    assertThat(sources(other).tree()).isEqualTo(sources(base().build()).tree());
    assertThat(sources(other).groups()).isEqualTo(GROUPS.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void othersForRootsWithAnotherProgramOrGroup() throws IOException {
    FileTree plain = sources(base().build()).tree();

    assertThat(sources(base().put("usr/bin/sh", file("another")).build()).tree())
        .isNotEqualTo(plain);
    assertThat(sources(base().put("etc/group", file(GROUPS + "tss:x:120:\n")).build()).tree())
        .isNotEqualTo(plain);
  }

  @Test
  void othersForRootsThatSaySomethingElseOfModules() throws IOException {
    FileTree plain = sources(base().build()).tree();

    for (String path : new String[] {"etc/modprobe.d/a.conf", "usr/local/lib/modprobe.d/a.conf"}) {
      FileTree.Builder other = base().mkdirs(TreePath.of(path).parent()).put(path, file("x"));
      assertThat(sources(other.build()).tree().find(path)).as(path).isPresent();
      assertThat(sources(other.build()).tree()).isNotEqualTo(plain);
    }
  }

  @Test
  void hasWhatIsBelowUsrAndNothingElseOfTheRoot() throws IOException {
    FileTree tree = sources(base().put("etc/passwd", file("root")).build()).tree();

    assertThat(tree.entries().map(entry -> entry.path().toString()))
        .containsExactly(
            "",
            "etc",
            "etc/group",
            "etc/os-release",
            "lib",
            "usr",
            "usr/bin",
            "usr/bin/sh",
            "usr/lib");
  }
}
