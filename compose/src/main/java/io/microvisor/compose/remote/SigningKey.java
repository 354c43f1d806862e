package io.microvisor.compose.remote;

import io.microvisor.bytes.FormatException;
import io.microvisor.compose.plan.PublicKey;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The pair of keys of someone who writes to a shared cache.
///
/// Its text form is PEM (RFC 7468) as openssl reads and writes it, in any order: `PRIVATE KEY` (PKCS #8, RFC 8410) and
/// `PUBLIC KEY`. Text outside of these is ignored.
public final class SigningKey {
  private static final String FORMAT = "signing key";

  private final PrivateKey secret;
  private final PublicKey open;

  private SigningKey(PrivateKey secret, PublicKey open) {
    this.secret = secret;
    this.open = open;
  }

  /// Reads the text form.
  ///
  /// @throws FormatException if it lacks one of the keys, or they do not belong together; the message has nothing of them
  public static SigningKey parse(String pem) throws FormatException {
    Optional<byte[]> secret = block("PRIVATE KEY", pem);
    Optional<byte[]> open = block("PUBLIC KEY", pem);
    if (secret.isEmpty() || open.isEmpty()) {
      throw FormatException.notThis(
          FORMAT,
          "no \"BEGIN %s KEY\" with base64 after it"
              .formatted(secret.isEmpty() ? "PRIVATE" : "PUBLIC"));
    }
    try {
      KeyFactory factory = KeyFactory.getInstance(PublicKey.ALGORITHM);
      SigningKey pair =
          new SigningKey(
              factory.generatePrivate(new PKCS8EncodedKeySpec(secret.get())),
              PublicKey.ofEncoded(open.get()));
      byte[] trial = "emt key pair".getBytes(StandardCharsets.US_ASCII);
      if (pair.open.verifies(trial, pair.sign(trial))) {
        return pair;
      }
    } catch (GeneralSecurityException _) {
      // Its message may quote the key.
      throw FormatException.damaged(FORMAT, 0, "not an Ed25519 key in PKCS #8");
    }
    throw FormatException.damaged(FORMAT, 0, "the public key is not the private key's");
  }

  private static Optional<byte[]> block(String label, String pem) {
    Matcher matcher =
        Pattern.compile(
                "-----BEGIN "
                    + label
                    + "-----([A-Za-z0-9+/=\\s]{1,1000})-----END "
                    + label
                    + "-----")
            .matcher(pem);
    try {
      return matcher.find()
          ? Optional.of(Base64.getMimeDecoder().decode(matcher.group(1)))
          : Optional.empty();
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  /// The text form of a fresh pair of Ed25519 keys.
  public static String pem(KeyPair pair) {
    return block("PRIVATE KEY", pair.getPrivate().getEncoded())
        + block("PUBLIC KEY", pair.getPublic().getEncoded());
  }

  private static String block(String label, byte[] encoded) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(
            label, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded), label);
  }

  /// The key that others pin.
  public PublicKey publicKey() {
    return open;
  }

  byte[] sign(byte[] message) {
    try {
      Signature signer = Signature.getInstance(PublicKey.ALGORITHM);
      signer.initSign(secret);
      signer.update(message);
      return signer.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the key was tried when it was read", e);
    }
  }

  /// Which key it is, and nothing that is secret.
  @Override
  public String toString() {
    return "signing key of " + open;
  }
}
