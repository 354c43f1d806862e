package io.microvisor.compose.rootfs;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ContentSource;
import io.microvisor.formats.tree.FileTree;
import java.io.IOException;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class AccountsTest {
  private final RootEditor root =
      new RootEditor(FileTree.empty(), ContentSource.of(Map.of()), 0)
          .write(
              "etc/passwd",
              0644,
              "root:x:0:0:root:/root:/bin/bash\nme:x:1000:1000::/home/me:/bin/sh\n")
          .write("etc/group", 0644, "root:x:0:\nme:x:1000:\nsudo:x:27:other\n")
          .write("etc/shadow", 0640, "root:*:1:0:99999:7:::\nme:!:1:0:99999:7:::\n")
          .write("etc/gshadow", 0640, "root:*::\nme:!::\nsudo:*::other\n");
  private final Accounts accounts = new Accounts(root, 20_000);

  @Test
  void givesTheNextFreeId() throws IOException {
    assertThat(accounts.freeUserId()).isEqualTo(1001);
    accounts.addGroup("people", OptionalLong.empty());
    assertThat(accounts.groupId("people")).hasValue(1001);
    assertThat(accounts.freeUserId()).isEqualTo(1002);
  }

  @Test
  void addsAUserToAllFiles() throws IOException {
    long gid = accounts.addGroup("new", OptionalLong.empty());
    accounts.addUser("new", 1001, gid, "/home/new", "/bin/bash", "!");
    assertThat(root.text("etc/passwd").orElseThrow())
        .endsWith("new:x:1001:1001::/home/new:/bin/bash\n");
    assertThat(root.text("etc/shadow").orElseThrow()).endsWith("new:!:20000:0:99999:7:::\n");
    assertThat(root.text("etc/group").orElseThrow()).endsWith("new:x:1001:\n");
    assertThat(root.text("etc/gshadow").orElseThrow()).endsWith("new:!::\n");
  }

  @Test
  void keepsAGroupThatIsThere() throws IOException {
    assertThat(accounts.addGroup("sudo", OptionalLong.of(5))).isEqualTo(27);
  }

  @Test
  void addsAMemberOnce() throws IOException {
    accounts.addMember("sudo", "me");
    accounts.addMember("sudo", "me");
    assertThat(root.text("etc/group").orElseThrow()).contains("sudo:x:27:other,me\n");
    assertThat(root.text("etc/gshadow").orElseThrow()).contains("sudo:*::other,me\n");
  }

  @Test
  void changesOnlyTheUserItIsAskedTo() throws IOException {
    accounts.setPassword("root", "$y$hash");
    accounts.setShell("root", "/usr/sbin/nologin");
    assertThat(root.text("etc/shadow").orElseThrow())
        .isEqualTo("root:$y$hash:1:0:99999:7:::\nme:!:1:0:99999:7:::\n");
    assertThat(root.text("etc/passwd").orElseThrow())
        .startsWith("root:x:0:0:root:/root:/usr/sbin/nologin\nme:x:1000:");
  }
}
