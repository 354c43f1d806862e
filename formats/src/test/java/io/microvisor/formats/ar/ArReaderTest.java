package io.microvisor.formats.ar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.FormatException;
import io.microvisor.testkit.Malformed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArReaderTest {
  private static final String ODD = header("odd", "5") + "12345\n";
  private static final String EVEN = header("debian-binary", "4") + "2.0\n";

  private static String header(String name, String size) {
    return "%-16s%-12s%-6s%-6s%-8s%-10s`\n".formatted(name, "1700000000", "0", "0", "100644", size);
  }

  private static List<ArMember> read(String members) throws IOException {
    return read(("!<arch>\n" + members).getBytes(StandardCharsets.ISO_8859_1));
  }

  private static List<ArMember> read(byte[] archive) throws IOException {
    return ArReader.read(ByteSource.of(archive));
  }

  @Test
  void readsMembersInOrder() throws IOException {
    List<ArMember> members = read(ODD + EVEN);

    assertThat(members).extracting(ArMember::name).containsExactly("odd", "debian-binary");
    assertThat(members.get(0).content().readAll(9)).asString().isEqualTo("12345");
    assertThat(members.get(1).content().readAll(9)).asString().isEqualTo("2.0\n");
  }

  @Test
  void readsAnArchiveWithoutMembers() throws IOException {
    assertThat(read("")).isEmpty();
  }

  @Test
  void takesTheSlashOffGnuNames() throws IOException {
    assertThat(read(header("data.tar.xz/", "0")))
        .extracting(ArMember::name)
        .containsExactly("data.tar.xz");
  }

  @Test
  void refusesWhatIsNoArchive() {
    assertThatThrownBy(() -> read("<!doctype html>".getBytes(StandardCharsets.US_ASCII)))
        .isInstanceOf(FormatException.class)
        .hasMessage("not a common ar archive: no \"!<arch>\" at byte 0");
  }

  @Test
  void refusesTwoMembersOfOneName() {
    assertThatThrownBy(() -> read(ODD + ODD))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("a second member \"odd\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/", "//", "/12", "#1/20", "a/b", "../a", "..", ".", "", "a b", "ä", "a\0b"})
  void refusesNamesThatAreNotPlain(String name) {
    assertThatThrownBy(() -> read(header(name, "0"))).isInstanceOf(FormatException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"9999999999", "6", "-1", "+5", " 5", "", "0x5", "5 5", "٥"})
  void refusesSizesThatAreAbsurdOrNoNumbers(String size) {
    assertThatThrownBy(() -> read(header("odd", size) + "12345"))
        .isInstanceOf(FormatException.class);
  }

  @Test
  void refusesAWrongPaddingByte() {
    assertThatThrownBy(() -> read(header("odd", "5") + "12345x"))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("pad");
  }

  @Test
  void refusesTruncationsThatDoNotEndAtAMember() {
    byte[] good = ("!<arch>\n" + ODD + EVEN).getBytes(StandardCharsets.ISO_8859_1);
    Malformed.refusesEveryTruncation(
        good,
        good.length,
        cut -> {
          if (read(cut).size() < 2) {
            throw new IOException("ends at a member");
          }
        });
  }

  @Test
  void survivesBitFlips() {
    byte[] good = ("!<arch>\n" + ODD + EVEN).getBytes(StandardCharsets.ISO_8859_1);
    Malformed.survivesBitFlips(good, 5000, 1, ArReaderTest::read);
  }
}
