package io.microvisor.compose.rootfs;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ContentSource;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class UnitLinksTest {
  private static final String LIB = "usr/lib/systemd/system/";

  private final RootEditor root =
      new RootEditor(FileTree.empty(), ContentSource.of(Map.of()), 0)
          .write(
              LIB + "a.service",
              0644,
              "[Unit]\nWantedBy=no.target\n[Install]\nWantedBy=multi-user.target \\\n graphical.target\nAlias=b.service\nAlso=a.socket\n")
          .write(LIB + "a.socket", 0644, "[Install]\nWantedBy=sockets.target\n")
          .write(LIB + "get@.service", 0644, "[Install]\nWantedBy=x.target\nDefaultInstance=tty1\n")
          .write(LIB + "static.service", 0644, "[Service]\nExecStart=/x\n");
  private final UnitLinks units = new UnitLinks(root);

  private List<String> links() {
    return root.tree()
        .entries()
        .filter(e -> e.inode() instanceof Inode.Symlink)
        .map(e -> e.path() + " -> " + ((Inode.Symlink) e.inode()).target())
        .toList();
  }

  @Test
  void makesTheLinksThatTheInstallSectionAsksFor() throws IOException {
    assertThat(units.enable("a")).isEmpty();
    assertThat(links())
        .containsExactly(
            "etc/systemd/system/b.service -> /" + LIB + "a.service",
            "etc/systemd/system/graphical.target.wants/a.service -> /" + LIB + "a.service",
            "etc/systemd/system/multi-user.target.wants/a.service -> /" + LIB + "a.service",
            "etc/systemd/system/sockets.target.wants/a.socket -> /" + LIB + "a.socket");
  }

  @Test
  void instantiatesTemplates() throws IOException {
    units.enable("get@one.service");
    units.enable("get@.service");
    assertThat(links())
        .containsExactly(
            "etc/systemd/system/x.target.wants/get@one.service -> /" + LIB + "get@.service",
            "etc/systemd/system/x.target.wants/get@tty1.service -> /" + LIB + "get@.service");
  }

  @Test
  void leavesUnitsAloneThatNeedNoEnabling() throws IOException {
    assertThat(units.enable("static.service")).isEmpty();
    assertThat(links()).isEmpty();
  }

  @Test
  void disablesByAllNamesAndWithWhatComesAlong() throws IOException {
    units.enable("a");
    units.disable("b.service");
    assertThat(links()).isEmpty();
    assertThat(root.children("etc/systemd/system")).isEmpty();
  }

  @Test
  void replacesSpecifiers() throws IOException {
    root.write(
        LIB + "vpn-net@.service",
        0644,
        "[Install]\nWantedBy=on-%i.target %p-%j.target\nAlias=%j@%i.service\n");
    assertThat(units.enable("vpn-net@a.b.service")).isEmpty();
    assertThat(links())
        .containsExactly(
            "etc/systemd/system/net@a.b.service -> /" + LIB + "vpn-net@.service",
            "etc/systemd/system/on-a.b.target.wants/vpn-net@a.b.service -> /"
                + LIB
                + "vpn-net@.service",
            "etc/systemd/system/vpn-net-net.target.wants/vpn-net@a.b.service -> /"
                + LIB
                + "vpn-net@.service");
  }

  @Test
  void saysWhyAUnitCannotBeEnabled() throws IOException {
    root.write(LIB + "open@.service", 0644, "[Install]\nWantedBy=x.target\n")
        .write(LIB + "other.service", 0644, "[Install]\nAlias=b.service\n")
        .write(LIB + "node.service", 0644, "[Install]\nWantedBy=on-%m.target\n");
    units.enable("a");
    units.mask("get@.service");

    assertThat(units.enable("get@x.service")).containsExactly("is masked");
    assertThat(units.enable("open@.service"))
        .containsExactly(
            "is a template, and x.target cannot pull it in (expected: an instance, as in"
                + " name@instance.service)");
    assertThat(units.enable("other.service"))
        .containsExactly(
            "its other name b.service is taken (expected: nothing at"
                + " /etc/systemd/system/b.service, or a link to it)");
    assertThat(units.enable("node.service"))
        .containsExactly(
            "its [Install] section names on-%m.target (expected: the name of a unit, known when the"
                + " image is made)");
  }

  @Test
  void masksWithALinkToNull() {
    units.mask("a.service");
    assertThat(links()).containsExactly("etc/systemd/system/a.service -> /dev/null");
  }

  @Test
  void knowsWhatIsThere() throws IOException {
    assertThat(units.exists("a")).isTrue();
    assertThat(units.exists("get@x.service")).isTrue();
    assertThat(units.exists("none")).isFalse();
    assertThat(units.exists("get@vpn.example.com.service")).isTrue();
    assertThat(units.enable("none")).containsExactly("no such unit in the image");
  }
}
