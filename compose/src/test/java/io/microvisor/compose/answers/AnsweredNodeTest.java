package io.microvisor.compose.answers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the node's program does with a credential, on a folder that looks like a machine's root.
class AnsweredNodeTest {
  @TempDir Path root;
  private TestNode node = new TestNode(Path.of(""));

  @BeforeEach
  void makeNode() throws IOException {
    node = TestNode.in(root);
  }

  @Test
  void doesWhatTheAnswersSay() throws Exception {
    String answers = AnswersFileTest.GOOD.replace("owner = root:0", "owner = " + owner());

    TestNode.Ending ending = node.boot("once", answers);

    assertThat(ending.said()).isEqualTo("<6>credential emt.answers: done\n");
    assertThat(ending.exit()).isZero();
    assertThat(node.text("etc/hostname")).isEqualTo("edge-17.example.org\n");
    assertThat(node.text("etc/hosts"))
        .isEqualTo("127.0.0.1\tlocalhost\n127.0.1.1\tedge-17.example.org\n");
    assertThat(node.text("run/emt/ssh/root"))
        .isEqualTo(AnswersFileTest.KEY + "\n" + AnswersFileTest.KEY + "\n");
    assertThat(node.text("run/systemd/network/05-emt-3.network"))
        .isEqualTo(
            """
            [Match]
            Name=en*

            [Network]
            DHCP=ipv4
            Address=192.0.2.7/24
            Address=2001:db8::7/64
            Gateway=192.0.2.1
            DNS=2001:db8::53

            [DHCPv4]
            ClientIdentifier=mac
            """);
    assertThat(node.text("etc/environment"))
        .isEqualTo(
            """
            http_proxy=http://proxy.example.org:3128
            https_proxy=http://me:100%25@proxy.example.org:3128/
            no_proxy=localhost,.example.org,10.0.0.0/8
            """);
    assertThat(node.text("run/systemd/system/service.d/05-emt-proxy.conf"))
        .startsWith("[Service]\nEnvironment=http_proxy=http://proxy.example.org:3128\n")
        .contains("=http://me:100%%25@");
    assertThat(node.text("etc/app/app.conf"))
        .isEqualTo("# not a comment\nlisten = \"0.0.0.0\"\n\n  indented\n");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(root.resolve("etc/app/app.conf"))))
        .isEqualTo("rw-r-----");
    assertThat(node.text("var/lib/app/empty")).isEmpty();
    assertThat(node.text("run/systemd/system/hello.service"))
        .isEqualTo("[Service]\nExecStart=true\n");
    assertThat(node.text("run/systemd/system/ssh.service.d/limits.conf")).contains("Nice=5");
    assertThat(node.has("run/emt/answers")).isFalse();
  }

  @Test
  void keepsTheFirstGoodAnswersAndNoOthers() throws Exception {
    assertThat(node.boot("once", "[machine]\nhostname = A\n").exit()).isEqualTo(1);
    assertThat(node.has("var/lib/emt")).isFalse();

    node.boot("once", "[machine]\nhostname = first\n");
    node.boot("once", "[machine]\nhostname = second\n");

    assertThat(node.text("etc/hostname")).isEqualTo("first\n");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(root.resolve("var/lib/emt/answers.conf"))))
        .isEqualTo("rw-------");
  }

  @Test
  void takesOthersAtEachBootIfTheImageSaysSo() throws Exception {
    node.boot(
        "each-boot", "[machine]\nhostname = first\n[user root]\nssh-key = " + AnswersFileTest.KEY);
    node.boot("each-boot", "[machine]\nhostname = second\n");

    assertThat(node.text("etc/hostname")).isEqualTo("second\n");
    assertThat(node.has("run/emt/ssh/root")).isFalse();
    assertThat(node.has("var/lib/emt")).isFalse();
  }

  @Test
  void doesNothingOfAFileThatHasOneMistake() throws Exception {
    TestNode.Ending ending =
        node.boot("once", "[machine]\nhostname = fine\n[file /etc/x]\n| x\n[user root]\n");

    assertThat(ending.exit()).isEqualTo(1);
    assertThat(ending.said())
        .isEqualTo(
            """
            <3>credential emt.answers:5:2: [user root]: lacks ssh-key (expected: type, base64 and a comment, as in a .pub file: ssh-ed25519 AAAA... me@work)
            <3>credential emt.answers: nothing of it is done
            """);
    assertThat(node.has("etc/hostname")).isFalse();
    assertThat(node.has("etc/x")).isFalse();
  }

  @Test
  void knowsItsUsersAndWhereItCanWrite() throws Exception {
    Files.createDirectories(root.resolve("etc/folder"));
    Files.writeString(root.resolve("etc/file"), "x");

    TestNode.Ending ending =
        node.boot(
            "once",
            """
            [machine]
            hostname = fine
            [user no-such-user]
            ssh-key = %s
            [file /etc/folder]
            [file /etc/file/x]
            [file /etc/y]
            owner = no-such-user
            [file /etc/z]
            owner = 0:no-such-group
            """
                .formatted(AnswersFileTest.KEY));

    assertThat(ending.said())
        .contains(
            ":3:2: [user no-such-user]: no such user in this image\n",
            ":5:2: [file /etc/folder]: cannot be written",
            ":6:2: [file /etc/file/x]: cannot be written",
            ":7:2: [file /etc/y]: no user no-such-user in this image\n",
            ":9:2: [file /etc/z]: no group no-such-group in this image\n");
    assertThat(node.has("etc/hostname")).isFalse();
  }

  @Test
  void writesNothingThatIsThereAlready() throws Exception {
    String answers = "[machine]\nhostname = a\n[file /var/lib/x]\nowner = " + owner() + "\n| x\n";
    node.boot("once", answers);
    for (String path :
        new String[] {"etc/hostname", "etc/hosts", "var/lib/x", "var/lib/emt/answers.conf"}) {
      Files.setLastModifiedTime(root.resolve(path), FileTime.fromMillis(1000));
    }

    node.boot("once", answers);

    for (String path :
        new String[] {"etc/hostname", "etc/hosts", "var/lib/x", "var/lib/emt/answers.conf"}) {
      assertThat(Files.getLastModifiedTime(root.resolve(path)))
          .as(path)
          .isEqualTo(FileTime.fromMillis(1000));
    }
  }

  /// Tests may run as any user, and only root can give files away.
  private String owner() throws IOException {
    return Files.getAttribute(root, "unix:uid") + ":" + Files.getAttribute(root, "unix:gid");
  }
}
