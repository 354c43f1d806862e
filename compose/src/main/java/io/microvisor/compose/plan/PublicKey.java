package io.microvisor.compose.plan;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/// An Ed25519 public key (RFC 8032) that signs entries of a shared cache.
///
/// Its text form is `ed25519:` and the base64 form of its 32 bytes.
public final class PublicKey {
  public static final String ALGORITHM = "Ed25519";

  private static final String PREFIX = "ed25519:";
  private static final int SIZE = 32;

  /// What comes before the 32 bytes in a SubjectPublicKeyInfo (RFC 8410, section 4).
  private static final byte[] HEADER = HexFormat.of().parseHex("302a300506032b6570032100");

  private final String text;
  private final java.security.PublicKey key;

  private PublicKey(String text, java.security.PublicKey key) {
    this.text = text;
    this.key = key;
  }

  /// Reads the text form.
  ///
  /// @throws IllegalArgumentException if the text is anything else
  public static PublicKey parse(String text) {
    return find(text)
        .orElseThrow(() ->
            new IllegalArgumentException(
                "\"" + text + "\" (expected: ed25519:... as \"emt cache key\" prints it)"));
  }

  private static Optional<PublicKey> find(String text) {
    if (!text.matches("ed25519:[A-Za-z0-9+/]{43}=")) {
      return Optional.empty();
    }
    try {
      return Optional.of(of(Base64.getDecoder().decode(text.substring(PREFIX.length()))))
          .filter(key -> key.text.equals(text)); // Every key has one text form.
    } catch (GeneralSecurityException | IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  /// A key from its SubjectPublicKeyInfo.
  public static PublicKey ofEncoded(byte[] encoded) throws GeneralSecurityException {
    if (encoded.length != HEADER.length + SIZE) {
      throw new GeneralSecurityException("not an Ed25519 key");
    }
    byte[] bytes = new byte[SIZE];
    System.arraycopy(encoded, HEADER.length, bytes, 0, SIZE);
    return of(bytes);
  }

  private static PublicKey of(byte[] bytes) throws GeneralSecurityException {
    byte[] encoded = new byte[HEADER.length + SIZE];
    System.arraycopy(HEADER, 0, encoded, 0, HEADER.length);
    System.arraycopy(bytes, 0, encoded, HEADER.length, SIZE);
    return new PublicKey(
        PREFIX + Base64.getEncoder().encodeToString(bytes),
        KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(encoded)));
  }

  /// Whether `signature` is this key's for `message`.
  public boolean verifies(byte[] message, byte[] signature) {
    try {
      Signature verifier = Signature.getInstance(ALGORITHM);
      verifier.initVerify(key);
      verifier.update(message);
      return verifier.verify(signature);
    } catch (SignatureException _) {
      return false; // No signature at all.
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has Ed25519", e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PublicKey that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /// Its text form.
  @Override
  public String toString() {
    return text;
  }
}
