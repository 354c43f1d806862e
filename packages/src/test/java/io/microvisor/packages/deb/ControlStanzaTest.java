package io.microvisor.packages.deb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.FormatException;
import io.microvisor.testkit.Malformed;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ControlStanzaTest {
  private static final String LESS =
      """
      Package: less
      Version: 668-1
      Architecture: amd64
      Multi-Arch: foreign
      Source: less-src (1:668-1)
      Priority: important
      Installed-Size: 321
      Depends: libc6 (>= 2.34),
       libtinfo6 (>= 6)
      Filename: pool/main/l/less/less_668-1_amd64.deb
      Size: 161120
      SHA256: 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
      Description: pager program
       First line.
       .
       Last line.
      """;
  private static final Origin DEBIAN = new Origin("Debian", "trixie", "main");

  @Test
  void keepsOrderAndFoldsNothing() throws FormatException {
    ControlStanza stanza = ControlStanza.parse(LESS);
    assertThat(stanza.names()).startsWith("Package", "Version").endsWith("SHA256", "Description");
    assertThat(stanza.text("package")).isEqualTo("less");
    assertThat(stanza.find("DESCRIPTION")).contains("pager program\n First line.\n .\n Last line.");
    assertThat(stanza.find("Essential")).isEmpty();
    assertThat(stanza).hasToString(LESS);
  }

  @Test
  void leavesCommentsOut() throws FormatException {
    ControlStanza stanza =
        ControlStanza.parse("# first\nA: #1\n# inside\n x\n# behind\nB:\n two\n# last\n");
    assertThat(stanza.text("A")).isEqualTo("#1\n x");
    assertThat(stanza.text("B")).isEqualTo("\n two");
    assertThat(stanza.line()).isEqualTo(2);
  }

  @Test
  void readsAPackage() throws FormatException {
    DebPackage less = DebPackage.of(ControlStanza.parse(LESS), DEBIAN);
    assertThat(less.id()).isEqualTo("less_668-1_amd64");
    assertThat(less.source()).isEqualTo("less-src");
    assertThat(less.sourceVersion()).isEqualTo("1:668-1");
    assertThat(less.priority()).isEqualTo(Priority.IMPORTANT);
    assertThat(less.multiArch()).isEqualTo(MultiArch.FOREIGN);
    assertThat(less.installedSize()).isEqualTo(321 * 1024);
    assertThat(less.size()).isEqualTo(161120);
    assertThat(less.depends().clauses()).hasSize(2);
    assertThat(less.conflicts().isEmpty()).isTrue();
    assertThat(less.origin()).hasToString("Debian/trixie/main");
  }

  @Test
  void saysWhereAFieldIsMissingOrWrong() {
    assertThatThrownBy(() -> packageOf(LESS.replace("Size: 161120\n", "")))
        .hasMessageContaining("line 1: no field Size in this stanza");
    assertThatThrownBy(() -> packageOf(LESS.replace("161120", "-5")))
        .hasMessageContaining("line 11: Size: \"-5\" (expected: a number from 0 to");
    assertThatThrownBy(() -> packageOf(LESS.replace("SHA256: 0", "SHA256: x")))
        .hasMessageContaining("line 12: SHA256:");
    assertThatThrownBy(() -> packageOf(LESS.replace("668-1\nArch", "668-\nArch")))
        .hasMessageContaining("line 2: Version:");
    assertThatThrownBy(() -> packageOf(LESS.replace("foreign", "alien")))
        .hasMessageContaining("line 4: Multi-Arch: alien (expected: no, same, foreign or allowed)");
  }

  @Test
  void refusesBrokenSyntax() {
    assertThatThrownBy(() -> ControlStanza.parse("A: 1\nB 2\n"))
        .hasMessage(
            "damaged control file: at byte 5: line 2: no field (expected: \"Name: value\")");
    assertThatThrownBy(() -> ControlStanza.parse(" A: 1\n"))
        .hasMessageContaining("a continuation line before any field");
    assertThatThrownBy(() -> ControlStanza.parse("A: 1\nB: 2\na: 3\n"))
        .hasMessageContaining("line 3: field a a second time");
    assertThatThrownBy(() -> ControlStanza.parse("-A: 1\n")).isInstanceOf(FormatException.class);
    assertThatThrownBy(() -> ControlStanza.parse("")).hasMessageContaining("0 stanzas");
    assertThatThrownBy(() -> ControlStanza.parse("A: 1\n\nA: 1\n"))
        .hasMessageContaining("2 stanzas");
  }

  @Test
  void readsStanzasFromAStreamAsFromAText() throws IOException {
    String text =
        "\n\n" + LESS + "\n  \n# only a comment\n\n" + LESS.replace("\n", "\r\n") + "\nA: b";
    for (int piece : List.of(1, 7, 100000)) {
      List<ControlStanza> streamed = all(new Trickle(text.getBytes(StandardCharsets.UTF_8), piece));
      List<ControlStanza> parsed = ControlStanza.parseAll(text);
      assertThat(streamed).hasSize(3);
      for (int i = 0; i < 3; i++) {
        assertThat(streamed.get(i)).hasToString(parsed.get(i).toString());
        assertThat(streamed.get(i).line())
            .isEqualTo(parsed.get(i).line())
            .isEqualTo(List.of(3, 23, 40).get(i));
      }
      assertThat(streamed.get(1).text("Package")).isEqualTo("less");
    }
  }

  @Test
  void refusesAnEndlessStanzaBeforeMemoryRunsOut() {
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            return 'x';
          }

          @Override
          public int read(byte[] into, int offset, int length) {
            java.util.Arrays.fill(into, offset, offset + length, (byte) 'x');
            return length;
          }
        };
    assertThatThrownBy(() -> all(endless))
        .hasMessageContaining("a stanza of more than 8388608 bytes");
  }

  @Test
  void survivesDamage() {
    Malformed.survivesBitFlips(
        LESS.getBytes(StandardCharsets.UTF_8),
        4000,
        7,
        input -> {
          for (ControlStanza stanza : all(new ByteArrayInputStream(input))) {
            DebPackage read = DebPackage.of(stanza, DEBIAN);
            Relations.parse(read.depends().toString());
          }
        });
  }

  private static DebPackage packageOf(String text) throws FormatException {
    return DebPackage.of(ControlStanza.parse(text), DEBIAN);
  }

  private static List<ControlStanza> all(InputStream stream) throws IOException {
    List<ControlStanza> all = new ArrayList<>();
    try (ControlReader reader = new ControlReader(stream)) {
      for (Optional<ControlStanza> next = reader.next(); next.isPresent(); next = reader.next()) {
        all.add(next.get());
      }
    }
    return all;
  }

  /// Gives a few bytes at a time.
  private static final class Trickle extends ByteArrayInputStream {
    private final int piece;

    Trickle(byte[] bytes, int piece) {
      super(bytes);
      this.piece = piece;
    }

    @Override
    public synchronized int read(byte[] into, int offset, int length) {
      return super.read(into, offset, Math.min(piece, length));
    }
  }
}
