package io.microvisor.packages.openpgp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.FormatException;
import io.microvisor.testkit.Malformed;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class ClearSignedTest {
  private static final String GOOD =
      """
      -----BEGIN PGP SIGNED MESSAGE-----
      Hash: SHA512

      one
      - -two
      -----BEGIN PGP SIGNATURE-----

      iQEz
      -----END PGP SIGNATURE-----
      """;

  @Test
  void givesTheTextWithoutItsEscapes() throws FormatException {
    ClearSigned read = ClearSigned.parse(bytes(GOOD));

    assertThat(new String(read.unverifiedText(), StandardCharsets.UTF_8)).isEqualTo("one\n-two\n");
    assertThat(new String(read.canonical(), StandardCharsets.UTF_8)).isEqualTo("one\r\n-two");
  }

  @Test
  void refusesTextBeforeTheSignedMessage() {
    refused("Origin: evil\n" + GOOD, "the first line is \"Origin: evil\"");
    refused("\n" + GOOD, "the first line is \"\"");
  }

  @Test
  void refusesTextAfterTheSignature() {
    refused(GOOD + "Origin: evil\n", "text after the signature, which nobody signed");
    refused(GOOD + GOOD, "text after the signature, which nobody signed");
  }

  @Test
  void refusesHeadersOtherThanHash() {
    refused(GOOD.replace("Hash:", "Origin:"), "expected: Hash: headers and then an empty line");
    refused(
        GOOD.replace("SHA512\n", "SHA512\nNotDashEscaped: yes\n"),
        "expected: Hash: headers and then an empty line");
  }

  @Test
  void refusesUnescapedDashes() {
    refused(GOOD.replace("- -two", "-two"), "a line that starts with - as");
  }

  @Test
  void refusesASecondMessageWithinTheText() {
    refused(
        GOOD.replace("one", "-----BEGIN PGP SIGNED MESSAGE-----"), "a line that starts with - as");
  }

  @Test
  void refusesControlCharacters() {
    refused(GOOD.replace("one", "o\rne"), "control character 0x0d");
    refused(GOOD.replace("one", "o\0ne"), "control character 0x00");
  }

  @Test
  void saysThatAWebPageIsNoRelease() {
    refused("<html>Please log in</html>", "the first line is \"<html>Please log in</html>\"");
  }

  @Test
  void refusesEveryTruncation() {
    byte[] good = bytes(GOOD.strip());
    Malformed.refusesEveryTruncation(good, good.length, ClearSigned::parse);
    Malformed.survivesBitFlips(good, 3000, 1, ClearSigned::parse);
  }

  private static void refused(String text, String why) {
    assertThatThrownBy(() -> ClearSigned.parse(bytes(text)))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining(why);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
