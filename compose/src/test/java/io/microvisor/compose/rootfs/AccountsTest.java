package io.microvisor.compose.rootfs;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ContentSource;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Meta;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What real programs make of the same is in `AccountsOracleTest`.
class AccountsTest {
  private final RootEditor root =
      new RootEditor(FileTree.empty(), ContentSource.of(Map.of()), 0)
          .write(
              "etc/passwd",
              0644,
              "root:x:0:0:root:/root:/bin/bash\nme:x:1000:1000::/home/me:/bin/sh\n")
          .write("etc/group", 0644, "root:x:0:\nshadow:x:42:\nme:x:1000:\nsudo:x:27:other\n")
          .write("etc/shadow", 0640, "root:*:1:0:99999:7:::\nme:!:1:0:99999:7:::\n")
          .write("etc/gshadow", 0640, "root:*::\nme:!::\nsudo:*::other\n");
  private Accounts accounts = accounts(Set.of());

  @Test
  void givesTheNextFreeNumber() throws IOException {
    assertThat(accounts.nextUser()).isEqualTo(1001);
    accounts.addGroup("people");
    assertThat(accounts.groupId("people")).hasValue(1001);
    assertThat(accounts.nextUser()).isEqualTo(1001);
    accounts.addUser("far", 1500, 1500, "/home/far", "/bin/sh", "!");
    assertThat(accounts.nextUser()).isEqualTo(1501);
    accounts.addUser("last", 60_000, 60_000, "/home/last", "/bin/sh", "!");
    assertThat(accounts.nextUser()).isEqualTo(1001);
  }

  @Test
  void givesNoNumberThatSomebodyAsksFor() throws IOException {
    assertThat(accounts(Set.of(1001L, 1002L, 1004L)).nextUser()).isEqualTo(1003);
  }

  @Test
  void aUsersOwnGroupHasTheUsersNumberWhereThatIsFree() throws IOException {
    accounts.addGroup("people", 1500);
    assertThat(accounts.ownGroup("a", 1600)).isEqualTo(1600);
    assertThat(accounts.ownGroup("b", 1500)).isEqualTo(1601);
    assertThat(accounts.ownGroup("sudo", 1700)).isEqualTo(27);
  }

  @Test
  void addsAUserToAllFiles() throws IOException {
    accounts.addUser("new", 1001, accounts.addGroup("new"), "/home/new", "/bin/bash", "!");
    assertThat(text("passwd")).endsWith("new:x:1001:1001::/home/new:/bin/bash\n");
    assertThat(text("shadow")).endsWith("new:!:20000:0:99999:7:::\n");
    assertThat(text("group")).endsWith("new:x:1001:\n");
    assertThat(text("gshadow")).endsWith("new:!::\n");
    assertThat(root.exists("etc/subuid")).isFalse();
  }

  @Test
  void givesPeopleSubordinateIdsWhereTheImageCanUseThem() throws IOException {
    root.write("etc/subuid", 0644, "other:165536:65536\nme:90000:10000")
        .write("usr/bin/newuidmap", 0755, "");
    accounts.addUser("new", 1001, 1001, "/home/new", "/bin/bash", "!");
    accounts.addUser("service", 900, 900, "/srv", "/usr/sbin/nologin", "!");

    assertThat(text("subuid")).isEqualTo("me:90000:10000\nother:165536:65536\nnew:100000:65536\n");
    assertThat(text("subgid")).isEqualTo("new:100000:65536\n");
  }

  @Test
  void followsTheImagesSettings() throws IOException {
    root.write("etc/subuid", 0644, "")
        .write(
            "etc/login.defs",
            0644,
            "# UID_MIN 5\nUID_MIN\t\t 0x7d0\nPASS_MAX_DAYS 90\nSUB_UID_COUNT 1000\nHOME_MODE 0750\n");
    accounts = accounts(Set.of());
    assertThat(accounts.nextUser()).isEqualTo(2000);
    accounts.addUser("new", 2000, 2000, "/home/new", "/bin/bash", "!");
    assertThat(text("shadow")).endsWith("new:!:20000:0:90:7:::\n");
    assertThat(text("subuid")).isEqualTo("new:100000:1000\n");
    assertThat(LoginDefs.of(root).homeMode()).isEqualTo(0750);
  }

  @Test
  void keepsPasswordsFromReadersWhereNoPackageMadeTheirFile() throws IOException {
    root.remove("etc/shadow").remove("etc/gshadow");
    accounts.setPassword("root", "$y$hash");
    accounts.addGroup("people");

    for (String file : new String[] {"etc/shadow", "etc/gshadow"}) {
      assertThat(root.find(file).orElseThrow().meta()).isEqualTo(Meta.of(0640).withOwner(0, 42));
    }
    assertThat(text("shadow")).isEqualTo("root:$y$hash:20000:0:99999:7:::\n");
  }

  @Test
  void addsAMemberOnce() throws IOException {
    accounts.addMember("sudo", "me");
    accounts.addMember("sudo", "me");
    assertThat(text("group")).contains("sudo:x:27:other,me\n");
    assertThat(text("gshadow")).contains("sudo:*::other,me\n");
  }

  @Test
  void changesOnlyWhatItIsAskedTo() throws IOException {
    accounts.setPassword("root", "$y$hash");
    accounts.setShell("root", "/usr/sbin/nologin");
    accounts.setHome("me", "/srv/me");
    assertThat(text("shadow")).isEqualTo("root:$y$hash:20000:0:99999:7:::\nme:!:1:0:99999:7:::\n");
    assertThat(text("passwd"))
        .isEqualTo("root:x:0:0:root:/root:/usr/sbin/nologin\nme:x:1000:1000::/srv/me:/bin/sh\n");
  }

  private Accounts accounts(Set<Long> reserved) {
    try {
      return new Accounts(root, LoginDefs.of(root), reserved, 20_000);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private String text(String file) throws IOException {
    return root.text("etc/" + file).orElseThrow();
  }
}
