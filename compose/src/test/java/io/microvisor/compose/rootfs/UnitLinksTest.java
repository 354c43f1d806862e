package io.microvisor.compose.rootfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
    assertThat(units.enable("a")).isTrue();
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
    assertThat(units.enable("static.service")).isFalse();
    assertThat(links()).isEmpty();
  }

  @Test
  void disablesByAllNames() throws IOException {
    units.enable("a");
    units.disable("a");
    assertThat(links())
        .containsExactly(
            "etc/systemd/system/sockets.target.wants/a.socket -> /" + LIB + "a.socket");
  }

  @Test
  void masksWithALinkToNull() {
    units.mask("a.service");
    assertThat(links()).containsExactly("etc/systemd/system/a.service -> /dev/null");
  }

  @Test
  void knowsWhatIsThere() {
    assertThat(units.exists("a")).isTrue();
    assertThat(units.exists("get@x.service")).isTrue();
    assertThat(units.exists("none")).isFalse();
    assertThatThrownBy(() -> units.enable("none"))
        .hasMessage("unit none.service: no such unit file");
  }
}
