package io.microvisor.packages.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.FormatException;
import io.microvisor.packages.openpgp.Certificate;
import io.microvisor.testkit.Malformed;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class ReleaseTest {
  private static final String GOOD =
      """
      Origin: Debian
      Suite: stable
      Codename: trixie
      Date: Sat, 12 Sep 2026 07:55:41 UTC
      Acquire-By-Hash: yes
      Components: main contrib
      Architectures: all amd64
      MD5Sum:
       3e498904a30e240573dac8ddac594e6f 1 x
      SHA256:
       e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855        0 main/binary-amd64/Packages
      """;

  @Test
  void readsWhatTheArchiveSays() throws FormatException {
    Release release = parse(GOOD);

    assertThat(release.date()).isEqualTo(Instant.parse("2026-09-12T07:55:41Z"));
    assertThat(release.validUntil()).isEqualTo(Instant.MAX);
    assertThat(release.byHash()).isTrue();
    assertThat(release.components()).containsExactly("main", "contrib");
    assertThat(release.file("main/binary-amd64/Packages").orElseThrow().size()).isZero();
    assertThat(release.file("x")).isEmpty();
  }

  @Test
  void refusesPathsThatLeadElsewhere() {
    for (String path : new String[] {"../x", "/etc/passwd", "a//b", "a/../b", "./a"}) {
      refused(GOOD.replace("main/binary-amd64/Packages", path), "(expected: one below the suite)");
    }
  }

  @Test
  void refusesWrongSizesDigestsAndDates() {
    refused(GOOD.replace("        0 main", " -1 main"), "size \"-1\"");
    refused(GOOD.replace("        0 main", " 9999999999999999999 main"), "size \"99999999");
    refused(GOOD.replace("e3b0", "e3bx"), "(expected: 64 hexadecimal digits)");
    refused(GOOD.replace("Sat, 12", "Sat, 13"), "(expected: a date such as");
    refused(GOOD.replace("SHA256", "SHA1"), "by SHA1 and MD5Sum (expected: by SHA256 or SHA512)");
    refused(GOOD.replace("SHA256", "SHA512"), "(expected: 128 hexadecimal digits)");
  }

  @Test
  void takesOneWithoutADateAsApt() throws FormatException {
    assertThat(parse(GOOD.replace("Date:", "Dale:")).date()).isEqualTo(Instant.EPOCH);
  }

  @Test
  void refusesTwoContentsForOnePath() {
    refused(GOOD + " " + "00".repeat(32) + " 0 main/binary-amd64/Packages\n", "listed twice");
  }

  @Test
  void survivesBitFlips() {
    Malformed.survivesBitFlips(GOOD.getBytes(StandardCharsets.UTF_8), 3000, 1, Release::parse);
  }

  @Test
  void bundlesTheSixKeysOfDebian12And13() {
    assertThat(DebianKeys.keyring().notes()).isEmpty();
    assertThat(DebianKeys.keyring().certificates())
        .extracting(Certificate::fingerprint)
        .containsExactlyInAnyOrder(
            "04B54C3CDCA79751B16BC6B5225629DF75B188BD",
            "5E04A1E3223A19A20706E20F9904613D4CCE68C6",
            "41587F7DB8C774BCCF131416762F67A0B2C39DE4",
            "B8B80B5B623EAB6AD8775C45B7C5D7D6350947F8",
            "05AB90340C0C5E797F44A8C8254CF3B5AEC0A8F0",
            "4D64FEC119C2029067D6E791F8D2585B8783D481");
  }

  private static Release parse(String text) throws FormatException {
    return Release.parse(text.getBytes(StandardCharsets.UTF_8));
  }

  private static void refused(String text, String why) {
    assertThatThrownBy(() -> parse(text))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining(why);
  }
}
