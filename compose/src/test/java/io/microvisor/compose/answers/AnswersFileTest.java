package io.microvisor.compose.answers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is wrong with a file, said here and, word for word, by the machine's own program.
class AnswersFileTest {
  static final String KEY =
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ6RhGOMhZzJwXn2JzVHpxlKbCUKcyNJm0ENtxR8hVQx me@work";

  /// All there is.
  static final String GOOD =
      """
      # Answers for one machine.
      [machine]
      hostname = edge-17.example.org

      [user root]
      ssh-key = %1$s
      ssh-key = %1$s

      [network en*]
      dhcp = ipv4
      address = 192.0.2.7/24
      address = 2001:db8::7/64
      gateway = 192.0.2.1
      dns = 2001:db8::53

      [proxy]
      http = http://proxy.example.org:3128
      https = http://proxy.example.org:3128/100%%25
      except = localhost,.example.org,10.0.0.0/8

      [file /etc/app/app.conf]
      mode = 0640
      owner = root:0
      | # not a comment
      | listen = "0.0.0.0"
      |
      |   indented

      [file /var/lib/app/empty]

      [unit hello.service]
      start = no
      | [Service]
      | ExecStart=true

      [unit ssh.service.d/limits.conf]
      | [Service]
      | Nice=5
      """
          .formatted(KEY);

  @TempDir Path folder;
  private TestNode node = new TestNode(Path.of(""));

  @BeforeEach
  void makeNode() throws IOException {
    node = TestNode.in(folder);
  }

  @Test
  void findsNothingWrongWithAGoodFile() throws Exception {
    isGood(GOOD);
    isGood("\u00ef\u00bb\u00bf" + GOOD.replace("\n", "\r\n").stripTrailing());
    isGood(GOOD + "# \u00e4\u00ff\n[file /etc/bytes]\n| \u0001\u00e4\u0081\u0088\u00ff\r\r\n");
    isGood("\t[ machine\t]  \n\thostname=a");
  }

  @Test
  void namesEachMistakeWithItsPlace() throws Exception {
    assertThat(
            problems(
                """
                [machine]
                hostname = Edge_17
                hostname = a
                color = red
                [user]
                [user admin]
                [network e*]
                  dhcp = maybe
                address = 300.1.1.1/24
                address = 2001:db8::1/129
                gateway =
                | x
                [file etc/x]
                mode = 99
                [file /etc/../shadow]
                [file /usr/bin/x]
                [file /etc/a]
                mode = 9999
                [file /etc/a]
                [proxy all]
                [unit a.service]
                [unit a.txt]
                [unit
                [prox]
                x = y
                nonsense
                [ ]
                [proxy]
                nonsense \u001b[31m\u00e4
                http = ftp://x
                """))
        .containsExactly(
            "a:2:12: hostname: \"Edge_17\" (expected: a host name: lower-case letters, digits and dashes, dots"
                + " between labels, at most 64 characters)",
            "a:3:1: hostname: stands twice in [machine] (expected: once)",
            "a:4:1: \"color\": no such key in [machine] (expected: one of hostname)",
            "a:5:2: [user]: names nothing (expected: the name of a user in the image, at most 32 characters)",
            "a:6:2: [user admin]: lacks ssh-key (expected: type, base64 and a comment, as in a .pub file:"
                + " ssh-ed25519 AAAA... me@work)",
            "a:8:10: dhcp: \"maybe\" (expected: yes, no, ipv4 or ipv6)",
            "a:9:11: address: \"300.1.1.1/24\" (expected: an IP address with its prefix length: 192.0.2.7/24,"
                + " 2001:db8::7/64)",
            "a:10:11: address: \"2001:db8::1/129\" (expected: an IP address with its prefix length:"
                + " 192.0.2.7/24, 2001:db8::7/64)",
            "a:11:9: gateway: empty (expected: an IP address: 192.0.2.1, 2001:db8::1)",
            "a:12:1: contents: [network] has none (expected: them in [file ...] or [unit ...])",
            "a:13:7: [file]: \"etc/x\" (expected: an absolute path below /etc, /home, /opt, /root, /srv or /var,"
                + " of letters, digits and . _ @ + -)",
            "a:15:7: [file]: \"/etc/../shadow\" (expected: an absolute path below /etc, /home, /opt, /root, /srv"
                + " or /var, of letters, digits and . _ @ + -)",
            "a:16:7: [file]: \"/usr/bin/x\" (expected: an absolute path below /etc, /home, /opt, /root, /srv or"
                + " /var, of letters, digits and . _ @ + -)",
            "a:18:8: mode: \"9999\" (expected: three or four octal digits: 0640)",
            "a:19:2: [file /etc/a]: stands twice (expected: once; it stands in line 17)",
            "a:20:8: [proxy]: takes no name (expected: [proxy])",
            "a:21:2: [unit a.service]: holds no lines (expected: lines that begin with |)",
            "a:22:7: [unit]: \"a.txt\" (expected: a unit with its ending, hello.service, or a drop-in,"
                + " ssh.service.d/limits.conf)",
            "a:23:1: [: not closed (expected: ] at the end of the line)",
            "a:24:2: [prox]: no such section (expected: one of machine, user, network, proxy, file, unit)",
            "a:27:3: this line: no such section (expected: one of machine, user, network, proxy, file, unit)",
            "a:29:1: neither a section, a key nor contents (expected: [section], key ="
                + " value, or | and a line)",
            "a:30:8: http: not in its form (expected: an address that begins with http:// or https://, without a"
                + " login, which everybody on the machine could read)");
  }

  @Test
  void whatStandsBeforeAllSectionsHasNone() throws Exception {
    assertThat(problems("hostname = a\n| x\nfoo\n"))
        .containsExactly(
            "a:1:1: \"hostname\": stands before all sections (expected: [section] before it)",
            "a:2:1: contents: stand before all sections (expected: them in [file ...] or [unit ...])",
            "a:3:1: neither a section, a key nor contents (expected: [section], key = value, or | and a"
                + " line)");
  }

  @Test
  void refusesWhatIsNoTextOrHasNoAnswers() throws Exception {
    assertThat(problems(""))
        .containsExactly("a:1:1: no answers (expected: [section], then key = value)");
    assertThat(problems("# nothing\n")).hasSize(1);
    assertThat(problems("[machine]\n# \u0001\n\u0000 =\n\u0000"))
        .containsExactly("a:3:1: holds a zero byte (expected: text)");
    assertThat(problems("[machine]\n" + "#".repeat(AnswersFile.LARGEST)))
        .containsExactly("a:1:1: too large (expected: at most 1048576 bytes)");
  }

  @Test
  void refusesKeysThatAreNotOfTheirType() throws Exception {
    isGood("[user a]\nssh-key = ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQ==\n");
    assertThat(problems("[user a]\nssh-key = " + KEY.replace("ssh-ed25519 ", "ssh-rsa ")))
        .hasSize(1);
    assertThat(problems("[user a]\nssh-key = command=\"x\" " + KEY)).hasSize(1);
    assertThat(problems("[user a]\nssh-key = -----BEGIN OPENSSH PRIVATE KEY-----")).hasSize(1);
  }

  @Test
  void repeatsBackslashesAsTheyAre() throws IOException, InterruptedException {
    assertThat(problems("[machine]\nhostname = \\0[\\n\\c\u001b[31m\u00e4"))
        .singleElement()
        .asString()
        .startsWith("a:2:12: hostname: \"\\0[\\n\\c?[31m?\" (expected: ");
  }

  /// A bar that was forgotten, a login in an address, a private key in place of a public one: what is secret in them reaches neither
  /// a console nor a log.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "[proxy]\nhttp = http://me:Canary9@proxy:3128",
        "[proxy]\nhttps = me:Canary9@proxy:3128",
        "[proxy]\nhttp = http://proxy:3128\nhttp = http://Canary9@proxy",
        "[user a]\nssh-key = Canary9",
        "[user a]\nssh-key = -----BEGIN OPENSSH PRIVATE KEY-----\nCanary9\nCanary9==\n",
        "[file /etc/token]\nCanary9",
        "[file /etc/token]\nToken Canary9=",
        "[file /etc/token]\n[Canary9]",
        "[file /etc/token]\n[Canary9",
        "[unit a.service]\nEnvironment=PASSWORD=Canary9\nPASSWORD_Canary9=x",
        "[network e*]\nCanary9 = x",
        "Canary9 = x\nCanary9",
      })
  void repeatsNothingThatMayBeASecret(String text) throws Exception {
    assertThat(problems(text)).isNotEmpty().noneMatch(problem -> problem.contains("Canary9"));
  }

  @Test
  void isNotHeldUpByALineOfBlanks() throws Exception {
    isGood("[machine]\nhostname = a\n" + " ".repeat(900_000) + "#\n");
    assertThat(problems("[machine]\nhostname = a" + " ".repeat(900_000) + "b\n")).hasSize(1);
  }

  private void isGood(String text) throws IOException, InterruptedException {
    assertThat(problems(text)).isEmpty();
  }

  private List<String> problems(String text) throws IOException, InterruptedException {
    return node.agreed(text);
  }
}
