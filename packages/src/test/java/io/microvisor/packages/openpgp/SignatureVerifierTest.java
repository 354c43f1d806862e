package io.microvisor.packages.openpgp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.FormatException;
import io.microvisor.packages.openpgp.SignatureRefusedException.Reason;
import io.microvisor.testkit.Malformed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.bcpg.PublicKeyAlgorithmTags;
import org.bouncycastle.bcpg.sig.KeyFlags;
import org.bouncycastle.openpgp.PGPKeyPair;
import org.bouncycastle.openpgp.PGPSignature;
import org.junit.jupiter.api.Test;

final class SignatureVerifierTest {
  private static final String TEXT = "Origin: Test\n- dashes\nblanks \t\n\nend: yes\n";
  private static final Instant NOW = TestKey.MADE.plus(Duration.ofDays(30));

  @Test
  void acceptsWhatATrustedKeySignedAndNamesIt() throws IOException {
    TestKey key = TestKey.sound();

    SignatureVerifier.Verified verified = verify(key.keyring(), key.clearSign(TEXT));

    assertThat(new String(verified.text(), StandardCharsets.UTF_8))
        .isEqualTo("Origin: Test\n- dashes\nblanks\n\nend: yes\n");
    assertThat(verified.signer().owner()).isEqualTo("Test Archive <test@example.org>");
    assertThat(verified.signer().key())
        .isEqualTo(key.keyring().certificates().getFirst().fingerprint());
    assertThat(verified.signer().signed()).isEqualTo(TestKey.MADE);
  }

  @Test
  void acceptsRsaOfEnoughBitsAndCarriageReturns() throws IOException {
    TestKey key = TestKey.rsa(2048).with("RSA");
    String crlf = new String(key.clearSign(TEXT), StandardCharsets.UTF_8).replace("\n", "\r\n");

    assertThat(verify(key.keyring(), crlf.getBytes(StandardCharsets.UTF_8)).signer().owner())
        .isEqualTo("RSA");
  }

  @Test
  void acceptsASubkeyThatSignedItsPrimaryKeyBack() throws IOException {
    PGPKeyPair subkey = TestKey.pair(PublicKeyAlgorithmTags.EDDSA_LEGACY, 0);
    TestKey key = TestKey.sound();
    key.withSubkey(
        subkey,
        s -> {
          s.setKeyFlags(true, KeyFlags.SIGN_DATA);
          TestKey.embed(s, key.backSignature(subkey));
        });

    assertThat(verify(key.keyring(), TestKey.clearSign(TEXT, subkey)).signer().owner())
        .isEqualTo("Test Archive <test@example.org>");
  }

  @Test
  void refusesChangedText() {
    TestKey key = TestKey.sound();
    byte[] changed =
        new String(key.clearSign(TEXT), StandardCharsets.UTF_8)
            .replace("Origin: Test", "Origin: Tost")
            .getBytes(StandardCharsets.UTF_8);

    refused(Reason.BAD_SIGNATURE, () -> verify(key.keyring(), changed))
        .hasMessageStartingWith("InRelease: signature refused: the signature of Test Archive")
        .hasMessageContaining("it was changed after signing")
        .hasMessageContaining("advice: try again; if it stays, use another mirror");
  }

  @Test
  void refusesAForgedSignatureBesideAGoodOne() {
    TestKey key = TestKey.sound();
    TestKey other = TestKey.rsa(2048).with("Other");
    Keyring both = key.keyring().and(other.keyring(), "both");
    byte[] good = TestKey.signature(TEXT, key.primary(), HashAlgorithmTags.SHA512, NOW, _ -> {});
    byte[] bad = TestKey.signature("x", other.primary(), HashAlgorithmTags.SHA512, NOW, _ -> {});

    refused(Reason.BAD_SIGNATURE, () -> verify(both, TestKey.clearSigned(TEXT, good, bad)));
  }

  @Test
  void acceptsOneGoodSignatureBesideThoseOfUnknownKeys() throws IOException {
    TestKey key = TestKey.sound();
    TestKey stranger = TestKey.sound();

    verify(key.keyring(), TestKey.clearSign(TEXT, stranger.primary(), key.primary()));
  }

  @Test
  void namesTheUnknownKeyAndWhatIsTrusted() {
    TestKey stranger = TestKey.sound();
    Keyring trusted = TestKey.sound().keyring();

    refused(Reason.UNKNOWN_KEY, () -> verify(trusted, stranger.clearSign(TEXT)))
        .hasMessageContaining(
            "signed by unknown key " + stranger.keyring().certificates().getFirst().fingerprint())
        .hasMessageContaining("(expected: a key of the test's keys: Test Archive")
        .hasMessageContaining(trusted.certificates().getFirst().fingerprint());
  }

  @Test
  void refusesWeakHashes() {
    TestKey key = TestKey.rsa(2048).with("RSA");
    for (int hash : new int[] {HashAlgorithmTags.MD5, HashAlgorithmTags.SHA1}) {
      byte[] signature = TestKey.signature(TEXT, key.primary(), hash, NOW, _ -> {});
      refused(
              Reason.WEAK_ALGORITHM,
              () -> verify(key.keyring(), TestKey.clearSigned(TEXT, signature)))
          .hasMessageContaining("(expected: SHA-256 or better)");
    }
  }

  @Test
  void refusesShortRsaKeys() {
    TestKey key = TestKey.rsa(1024).with("Short");

    refused(Reason.WEAK_ALGORITHM, () -> verify(key.keyring(), key.clearSign(TEXT)))
        .hasMessageContaining("RSA key of 1024 bits (expected: at least 2048)");
  }

  @Test
  void refusesKeysWhoseOnlySelfSignatureIsWeak() {
    TestKey key = TestKey.rsa(2048).with("Old", HashAlgorithmTags.SHA1, _ -> {});

    refused(Reason.UNFIT_KEY, () -> verify(key.keyring(), key.clearSign(TEXT)))
        .hasMessageContaining("has no valid signature on itself");
  }

  @Test
  void refusesKeysWithoutAnySelfSignature() {
    TestKey key = TestKey.ed25519();

    refused(Reason.UNFIT_KEY, () -> verify(key.keyring(), key.clearSign(TEXT)));
  }

  @Test
  void refusesExpiredKeysFromTheSecondTheyExpire() throws IOException {
    TestKey key =
        TestKey.ed25519()
            .with("Short-lived", HashAlgorithmTags.SHA512, s -> s.setKeyExpirationTime(3600));
    Instant end = TestKey.MADE.plusSeconds(3600);
    byte[] signed = key.clearSign(TEXT);

    new SignatureVerifier(key.keyring(), end.minusSeconds(1))
        .verify("InRelease", ClearSigned.parse(signed));
    refused(
            Reason.EXPIRED_KEY,
            () ->
                new SignatureVerifier(key.keyring(), end)
                    .verify("InRelease", ClearSigned.parse(signed)))
        .hasMessageContaining("expired at 2026-01-01T01:00:00Z");
  }

  @Test
  void refusesRevokedKeys() {
    TestKey key = TestKey.ed25519().revoked().with("Revoked");

    refused(Reason.REVOKED_KEY, () -> verify(key.keyring(), key.clearSign(TEXT)));
  }

  @Test
  void refusesRevokedSubkeys() {
    PGPKeyPair subkey = TestKey.pair(PublicKeyAlgorithmTags.EDDSA_LEGACY, 0);
    TestKey key = TestKey.sound().withRevokedSubkey(subkey);

    refused(Reason.REVOKED_KEY, () -> verify(key.keyring(), TestKey.clearSign(TEXT, subkey)));
  }

  @Test
  void refusesSubkeysThatDidNotSignTheirPrimaryKeyBack() {
    PGPKeyPair subkey = TestKey.pair(PublicKeyAlgorithmTags.EDDSA_LEGACY, 0);
    TestKey key = TestKey.sound().withSubkey(subkey, s -> s.setKeyFlags(true, KeyFlags.SIGN_DATA));

    refused(Reason.UNFIT_KEY, () -> verify(key.keyring(), TestKey.clearSign(TEXT, subkey)))
        .hasMessageContaining("has not signed its primary key back");
  }

  @Test
  void refusesSubkeysWhoseBackSignatureIsForAnotherPrimaryKey() {
    PGPKeyPair subkey = TestKey.pair(PublicKeyAlgorithmTags.EDDSA_LEGACY, 0);
    TestKey owner = TestKey.sound();
    TestKey thief =
        TestKey.sound()
            .withSubkey(
                subkey,
                s -> {
                  s.setKeyFlags(true, KeyFlags.SIGN_DATA);
                  TestKey.embed(s, owner.backSignature(subkey));
                });

    refused(Reason.UNFIT_KEY, () -> verify(thief.keyring(), TestKey.clearSign(TEXT, subkey)));
  }

  @Test
  void refusesSubkeysBoundBySomebodyElse() throws IOException {
    PGPKeyPair subkey = TestKey.pair(PublicKeyAlgorithmTags.EDDSA_LEGACY, 0);
    TestKey attacker = TestKey.sound();
    attacker.withSubkey(
        subkey,
        s -> {
          s.setKeyFlags(true, KeyFlags.SIGN_DATA);
          TestKey.embed(s, attacker.backSignature(subkey));
        });
    // The attacker's subkey and its binding, pasted behind the victim's key.
    TestKey victim = TestKey.sound();
    ByteArrayOutputStream pasted = new ByteArrayOutputStream();
    pasted.writeBytes(victim.encoded());
    Packet.split(attacker.encoded()).stream()
        .skip(3)
        .forEach(packet -> pasted.writeBytes(packet.encoded()));
    Keyring keyring = Keyring.parse("pasted", pasted.toByteArray());

    refused(Reason.UNFIT_KEY, () -> verify(keyring, TestKey.clearSign(TEXT, subkey)))
        .hasMessageContaining("is not validly bound");
  }

  @Test
  void refusesKeysThatAreNotForSigning() {
    PGPKeyPair subkey = TestKey.pair(PublicKeyAlgorithmTags.EDDSA_LEGACY, 0);
    TestKey key =
        TestKey.sound().withSubkey(subkey, s -> s.setKeyFlags(true, KeyFlags.ENCRYPT_STORAGE));

    refused(Reason.UNFIT_KEY, () -> verify(key.keyring(), TestKey.clearSign(TEXT, subkey)))
        .hasMessageContaining("is not meant for signing");
  }

  @Test
  void refusesSignaturesFromTheFutureAndExpiredOnes() {
    TestKey key = TestKey.sound();
    Instant future = NOW.plus(Duration.ofDays(2));
    byte[] early =
        TestKey.signature(TEXT, key.primary(), HashAlgorithmTags.SHA512, future, _ -> {});
    byte[] expired =
        TestKey.signature(
            TEXT,
            key.primary(),
            HashAlgorithmTags.SHA512,
            TestKey.MADE,
            s -> s.setSignatureExpirationTime(60));

    refused(Reason.WRONG_TIME, () -> verify(key.keyring(), TestKey.clearSigned(TEXT, early)))
        .hasMessageContaining("advice: check this machine's clock");
    refused(Reason.WRONG_TIME, () -> verify(key.keyring(), TestKey.clearSigned(TEXT, expired)))
        .hasMessageContaining("signature expired at 2026-01-01T00:01:00Z");
  }

  @Test
  void refusesCriticalSubpacketsItDoesNotUnderstand() {
    TestKey key = TestKey.sound();
    byte[] signature =
        TestKey.signature(
            TEXT,
            key.primary(),
            HashAlgorithmTags.SHA512,
            NOW,
            s -> s.addNotationData(true, true, "only-on@example.org", "mondays"));

    refused(Reason.UNSUPPORTED, () -> verify(key.keyring(), TestKey.clearSigned(TEXT, signature)));
  }

  @Test
  void refusesTextWithoutAnySignaturePacket() {
    refused(
        Reason.UNSIGNED,
        () -> verify(TestKey.sound().keyring(), TestKey.clearSigned(TEXT, new byte[0])));
  }

  @Test
  void verifiesDetachedSignaturesArmouredAndBinary() throws IOException {
    TestKey key = TestKey.sound();
    byte[] content = "Origin: x \r\n".getBytes(StandardCharsets.UTF_8);
    byte[] signature =
        TestKey.detached(
            content,
            PGPSignature.BINARY_DOCUMENT,
            key.primary(),
            HashAlgorithmTags.SHA256,
            NOW,
            _ -> {});
    SignatureVerifier verifier = new SignatureVerifier(key.keyring(), NOW);

    verifier.verifyDetached("Release", content, signature);
    verifier.verifyDetached(
        "Release",
        content,
        TestKey.armour("SIGNATURE", signature).getBytes(StandardCharsets.UTF_8));
    refused(
        Reason.BAD_SIGNATURE, () -> verifier.verifyDetached("Release", new byte[] {1}, signature));
  }

  /// As apt: nothing outside, but several signatures one after the other.
  @Test
  void refusesWhateverStandsAroundADetachedSignature() throws IOException {
    TestKey key = TestKey.sound();
    byte[] content = {1};
    String armoured =
        TestKey.armour(
            "SIGNATURE",
            TestKey.detached(
                content,
                PGPSignature.BINARY_DOCUMENT,
                key.primary(),
                HashAlgorithmTags.SHA256,
                NOW,
                _ -> {}));
    String block = armoured.strip() + "\n";
    SignatureVerifier verifier = new SignatureVerifier(key.keyring(), NOW);

    verifier.verifyDetached("Release", content, utf8(block + block));
    verifier.verifyDetached("Release", content, utf8(block.replace("\n", "\r\n")));
    for (String bad :
        List.of(
            "text\n" + block,
            block + "text\n",
            block + "text\n" + block,
            "\n" + block,
            block + "\n",
            block.replace("-----BEGIN", " -----BEGIN"),
            block + block.replace("-----END", "-----DNE"))) {
      assertThatThrownBy(() -> verifier.verifyDetached("Release", content, utf8(bad)))
          .as(bad)
          .isInstanceOf(FormatException.class);
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void survivesDamagedSignaturesAndKeys() {
    TestKey key = TestKey.sound();
    Keyring keyring = key.keyring();
    byte[] content = TEXT.getBytes(StandardCharsets.UTF_8);
    byte[] signature =
        TestKey.detached(
            content,
            PGPSignature.BINARY_DOCUMENT,
            key.primary(),
            HashAlgorithmTags.SHA256,
            NOW,
            _ -> {});
    Malformed.Reader reader =
        damaged -> new SignatureVerifier(keyring, NOW).verifyDetached("x", content, damaged);
    Malformed.refusesEveryTruncation(signature, 1000, reader);
    Malformed.survivesBitFlips(signature, 300, 1, reader);

    byte[] encoded = key.encoded();
    Malformed.survivesBitFlips(encoded, 1000, 2, damaged -> Keyring.parse("x", damaged));
    Malformed.survivesBitFlips(
        encoded,
        150,
        3,
        damaged ->
            new SignatureVerifier(Keyring.parse("x", damaged), NOW)
                .verifyDetached("x", content, signature));
  }

  @Test
  void neverAcceptsOtherTextAfterABitFlipAnywhere() {
    TestKey key = TestKey.sound();
    byte[] good = key.clearSign(TEXT);
    Malformed.survivesBitFlips(
        good,
        400,
        4,
        damaged -> {
          String text =
              new String(verify(key.keyring(), damaged).text(), StandardCharsets.ISO_8859_1);
          assertThat(text).isEqualTo("Origin: Test\n- dashes\nblanks\n\nend: yes\n");
        });
  }

  @Test
  void refusesASignatureMadeBeforeItsKey() {
    TestKey key = TestKey.sound();
    Instant before = TestKey.MADE.minusSeconds(10);
    byte[] signature =
        TestKey.signature(TEXT, key.primary(), HashAlgorithmTags.SHA512, before, _ -> {});

    refused(Reason.WRONG_TIME, () -> verify(key.keyring(), TestKey.clearSigned(TEXT, signature)));
  }

  private static SignatureVerifier.Verified verify(Keyring keyring, byte[] clearSigned)
      throws IOException {
    return new SignatureVerifier(keyring, NOW).verify("InRelease", ClearSigned.parse(clearSigned));
  }

  private static AbstractThrowableAssert<?, ?> refused(Reason reason, ThrowingCallable call) {
    return assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            SignatureRefusedException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }
}
