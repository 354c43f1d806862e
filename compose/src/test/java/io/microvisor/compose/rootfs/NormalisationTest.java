package io.microvisor.compose.rootfs;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ContentSource;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NormalisationTest {
  private static final long EPOCH = 1_700_000_000;

  private final RootEditor root =
      new RootEditor(FileTree.empty(), ContentSource.of(Map.of()), EPOCH);

  @Test
  void removesWhatBelongsToOneMachineOrToYesterday() throws IOException {
    List<String> unwanted =
        List.of(
            "etc/conf.dpkg-old",
            "var/log/dpkg.log",
            "var/cache/apt/pkgcache.bin",
            "tmp/left",
            "run/left",
            "root/.bash_history",
            "boot/vmlinuz-1",
            "usr/lib/python3/__pycache__/x.pyc");
    List<String> wanted =
        List.of("etc/ssh/sshd_config", "etc/conf", "var/lib/dpkg/status", "usr/lib/python3/x.py");
    unwanted.forEach(path -> root.write(path, 0644, "x"));
    wanted.forEach(path -> root.write(path, 0644, "x"));
    Normalisation.apply(root);
    assertThat(unwanted).allSatisfy(path -> assertThat(root.exists(path)).as(path).isFalse());
    assertThat(wanted).allSatisfy(path -> assertThat(root.exists(path)).as(path).isTrue());
    assertThat(root.exists("var/log")).isTrue();
    assertThat(root.text("etc/machine-id")).contains("");
  }

  @Test
  void leavesNoTimeLaterThanTheImages() {
    FileTree tree =
        FileTree.builder()
            .put("old", new Inode.Symlink(Meta.of(0777).withMtime(5), "x"))
            .put("new", new Inode.Symlink(Meta.of(0777).withMtime(EPOCH + 5), "x"))
            .put("folder", new Inode.Directory(Meta.of(0755).withMtime(7)))
            .build();
    RootEditor root = new RootEditor(tree, ContentSource.of(Map.of()), EPOCH);
    Normalisation.settleTimes(root, EPOCH);
    FileTree settled = root.tree();
    assertThat(settled.find("old").orElseThrow().meta().mtime()).isEqualTo(5);
    assertThat(settled.find("new").orElseThrow().meta().mtime()).isEqualTo(EPOCH);
    assertThat(settled.find("folder").orElseThrow().meta().mtime()).isEqualTo(EPOCH);
  }
}
