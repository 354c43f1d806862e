package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.packages.openpgp.ClearSigned;
import io.microvisor.packages.openpgp.Keyring;
import io.microvisor.packages.openpgp.SignatureRefusedException;
import io.microvisor.packages.openpgp.SignatureRefusedException.Reason;
import io.microvisor.packages.openpgp.SignatureVerifier;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Verdicts on what a real GnuPG signed.
class GnupgOracleTest {
  private static final String TEXT = "Origin: Test\n- dash\nFrom here\n\nlast: line\n";

  /// Makes a key of each sort and lets it sign the text: `NAME.asc`, and `NAME.key` for the public key.
  private static final String SCRIPT =
      """
      mkdir -m 700 "$GNUPGHOME"
      g() { gpg --batch --quiet --no-tty --pinentry-mode loopback --passphrase '' "$@"; }
      key() { g --quick-generate-key "$1 <$1@example.org>" "$2" "$3" "${4:-never}"; }
      export_key() { g --export "=$1 <$1@example.org>" >"$1.key"; }
      fingerprint() { g --with-colons --list-keys "=$1 <$1@example.org>" | sed -n 's/^fpr:*\\([0-9A-F]*\\):$/\\1/p' | head -n 1; }
      signed() { who=$1; name=$2; shift 2; g --local-user "=$who <$who@example.org>" --output "$name.asc" "$@" --clearsign text; }

      key good ed25519 sign
      signed good good
      g --local-user '=good <good@example.org>' --output detached.sig --detach-sign text
      g --local-user '=good <good@example.org>' --armor --output detached.asc --detach-sign text

      key rsa rsa3072 sign
      signed rsa rsa
      signed rsa sha1 --digest-algo SHA1
      signed rsa md5 --allow-weak-digest-algos --digest-algo MD5

      key curve nistp256 sign
      signed curve curve

      key subkey ed25519 cert
      g --quick-add-key "$(fingerprint subkey)" ed25519 sign never
      signed subkey subkey

      then=20200101T000000
      g --faked-system-time $then --quick-generate-key 'expired <expired@example.org>' ed25519 sign 1y
      signed expired expired --faked-system-time 20200601T000000

      key revoked ed25519 sign
      signed revoked revoked
      sed 's/^:---/---/' "$GNUPGHOME/openpgp-revocs.d/$(fingerprint revoked).rev" | g --import

      key foreign ed25519 sign
      signed foreign foreign
      key short rsa1024 sign
      signed short short

      for name in good rsa curve subkey expired revoked short; do export_key $name; done
      cat *.key >all.keys
      """;

  @TempDir static Path folder;

  @BeforeAll
  static void sign() throws IOException, InterruptedException {
    Oracles oracles = Oracles.open();
    Files.writeString(folder.resolve("text"), TEXT);
    oracles.succeed(folder, SCRIPT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"good", "rsa", "curve", "subkey"})
  void acceptsEverySortOfKey(String name) throws IOException {
    SignatureVerifier.Verified verified = verifier().verify("text", signed(name));

    assertThat(new String(verified.text(), StandardCharsets.UTF_8)).isEqualTo(TEXT);
    assertThat(verified.signer().owner()).isEqualTo(name + " <" + name + "@example.org>");
  }

  @ParameterizedTest
  @ValueSource(strings = {"detached.sig", "detached.asc"})
  void acceptsDetachedSignatures(String name) throws IOException {
    byte[] text = TEXT.getBytes(StandardCharsets.UTF_8);

    assertThat(verifier().verifyDetached("text", text, bytes(name)).owner())
        .isEqualTo("good <good@example.org>");
  }

  @ParameterizedTest
  @CsvSource({
    "expired, EXPIRED_KEY, expired at 2020-12-31",
    "revoked, REVOKED_KEY, revoked",
    "foreign, UNKNOWN_KEY, signed by unknown key",
    "sha1, WEAK_ALGORITHM, hash SHA-1",
    "md5, WEAK_ALGORITHM, hash MD5",
    "short, WEAK_ALGORITHM, RSA key of 1024 bits"
  })
  void refusesWithTheReason(String name, Reason reason, String words) throws IOException {
    ClearSigned signed = signed(name);

    assertThatThrownBy(() -> verifier().verify("http://mirror/InRelease", signed))
        .isInstanceOfSatisfying(
            SignatureRefusedException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageStartingWith("http://mirror/InRelease: ")
        .hasMessageContaining(words);
  }

  @Test
  void refusesChangedText() throws IOException {
    String changed =
        new String(bytes("good.asc"), StandardCharsets.UTF_8).replace("last: line", "last: lime");
    ClearSigned signed = ClearSigned.parse(changed.getBytes(StandardCharsets.UTF_8));

    assertThatThrownBy(() -> verifier().verify("text", signed))
        .isInstanceOfSatisfying(
            SignatureRefusedException.class,
            e -> assertThat(e.reason()).isEqualTo(Reason.BAD_SIGNATURE));
  }

  private static SignatureVerifier verifier() throws IOException {
    return new SignatureVerifier(Keyring.parse("test keys", bytes("all.keys")), Instant.now());
  }

  private static ClearSigned signed(String name) throws IOException {
    return ClearSigned.parse(bytes(name + ".asc"));
  }

  private static byte[] bytes(String name) throws IOException {
    return Files.readAllBytes(folder.resolve(name));
  }
}
