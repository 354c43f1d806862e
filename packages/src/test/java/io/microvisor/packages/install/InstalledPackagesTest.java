package io.microvisor.packages.install;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.FileView;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InstalledPackagesTest {
  private final FileTree.Builder tree = FileTree.builder();
  private final Map<Digest, ByteSource> contents = new HashMap<>();

  private void file(String path, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    Digest digest = Digest.sha256(bytes);
    contents.put(digest, ByteSource.of(bytes));
    tree.mkdirs(TreePath.of(path).parent());
    tree.put(path, new Inode.RegularFile(Meta.of(0644), digest, bytes.length));
  }

  private InstalledPackages packages() throws IOException {
    return InstalledPackages.of(FileView.of(tree.build(), ContentSource.of(contents)));
  }

  @Test
  void areThoseInTheDatabaseThatAreInstalled() throws IOException {
    file(
        "usr/lib/sysimage/dpkg/status",
        """
        Package: tool
        Status: install ok installed
        Version: 2

        Package: gone
        Status: deinstall ok config-files
        Version: 1

        Package: a
        Status: hold ok installed
        Version: 3
        """);
    tree.mkdirs(TreePath.of("var/lib"));
    tree.put("var/lib/dpkg", new Inode.Symlink(Meta.of(0777), "../../usr/lib/sysimage/dpkg"));

    assertThat(packages().all())
        .extracting(each -> each.text("Package"))
        .containsExactly("a", "tool");
    assertThat(packages().find("tool").orElseThrow().text("Version")).isEqualTo("2");
    assertThat(packages().find("gone")).isEmpty();
    assertThat(packages().owner(TreePath.of("usr/bin/tool"))).isEmpty();
  }

  @Test
  void ownWhatTheirListsSayWhereItReallyIs() throws IOException {
    file(
        "var/lib/dpkg/status",
        "Package: tool\nStatus: install ok installed\n\nPackage: other\nStatus: install ok installed\n");
    file("usr/bin/tool", "x");
    file("usr/lib/modules/6/vmlinuz", "x");
    tree.put("lib", new Inode.Symlink(Meta.of(0777), "usr/lib"));
    String info = "var/lib/dpkg/info/";
    file(info + "tool:amd64.list", "/.\n/usr\n/usr/bin/tool\n/lib/modules/6/vmlinuz\n");
    file(info + "other.list", "/usr/bin/tool\n");

    assertThat(packages().owners())
        .containsEntry(TreePath.of("usr/bin/tool"), "other")
        .containsEntry(TreePath.of("usr/lib/modules/6/vmlinuz"), "tool");
    assertThat(
            packages()
                .owner(TreePath.of("usr/lib/modules/6/vmlinuz"))
                .orElseThrow()
                .text("Package"))
        .isEqualTo("tool");
    assertThat(packages().owner(TreePath.of("usr/lib"))).isEmpty();
  }

  @Test
  void areNoneWithoutADatabase() throws IOException {
    assertThat(packages().all()).isEmpty();
    assertThat(packages().owners()).isEmpty();
  }
}
