package io.microvisor.packages.openpgp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// What a foreign program signed: see the README beside the fixtures.
final class GnupgFixtureTest {
  private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");

  @Test
  void acceptsWhatGnupgClearSignedWithASubkey() throws IOException {
    var verified =
        new SignatureVerifier(keyring(), NOW)
            .verify("text", ClearSigned.parse(fixture("gnupg-clear-signed.asc")));

    assertThat(new String(verified.text(), StandardCharsets.UTF_8))
        .isEqualTo("Origin: Fixture\n-dash\nFrom here\ntrailing blanks\nlast: line\n");
    assertThat(verified.signer().owner()).isEqualTo("Fixture Archive <fixture@example.org>");
    assertThat(verified.signer().key()).isNotEqualTo(verified.signer().certificate());
    assertThat(verified.signer().signed()).isEqualTo(Instant.parse("2026-01-02T00:00:00Z"));
  }

  @Test
  void acceptsWhatGnupgSignedBesideTheText() throws IOException {
    var signer =
        new SignatureVerifier(keyring(), NOW)
            .verifyDetached("text", fixture("gnupg-text"), fixture("gnupg-detached.asc"));

    assertThat(signer.owner()).isEqualTo("Fixture Archive <fixture@example.org>");
  }

  @Test
  void noticesThatGnupgsSubkeyExpiresAfterFiveYears() throws IOException {
    var verifier = new SignatureVerifier(keyring(), Instant.parse("2031-06-01T00:00:00Z"));
    ClearSigned text = ClearSigned.parse(fixture("gnupg-clear-signed.asc"));

    assertThatThrownBy(() -> verifier.verify("text", text))
        .isInstanceOf(SignatureRefusedException.class)
        .hasMessageContaining("expired at 2030-12-31T00:00:00Z");
  }

  private static Keyring keyring() throws IOException {
    return Keyring.parse("fixture", fixture("gnupg-key.asc"));
  }

  private static byte[] fixture(String name) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(GnupgFixtureTest.class.getResourceAsStream(name), name)) {
      return in.readAllBytes();
    }
  }
}
