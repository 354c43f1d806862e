package io.microvisor.packages.openpgp;

import io.microvisor.bytes.FormatException;
import io.microvisor.packages.openpgp.SignatureRefusedException.Reason;
import io.microvisor.packages.openpgp.SignatureRules.Finding;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.bouncycastle.bcpg.BCPGInputStream;
import org.bouncycastle.bcpg.PublicKeyAlgorithmTags;
import org.bouncycastle.bcpg.sig.IssuerFingerprint;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.operator.PGPContentVerifierBuilderProvider;
import org.bouncycastle.openpgp.operator.bc.BcPGPContentVerifierBuilderProvider;
import org.bouncycastle.openpgp.operator.jcajce.JcaPGPContentVerifierBuilderProvider;
import org.jspecify.annotations.Nullable;

/// Decides whether content is signed by a trusted key.
///
/// Archives sign with several keys at once, so that machines with an older keyring can follow: one acceptable
/// signature is enough. But if a signature claims to be by a key we trust and is not, the content is refused whatever
/// else it carries.
public final class SignatureVerifier {
  private static final int MOST_SIGNATURES = 32;
  private static final int UNDERSTOOD_VERSION = 4;

  private final Keyring trusted;
  private final Instant now;

  /// A verifier that trusts the keys of `trusted` that are valid at `now`.
  public SignatureVerifier(Keyring trusted, Instant now) {
    this.trusted = trusted;
    this.now = now;
  }

  /// A text that a trusted key signed.
  ///
  /// @param text the signed text and nothing else, lines ending in `\n`
  /// @param signer who signed it
  @SuppressWarnings("ArrayRecordComponent") // A carrier between two calls, never compared.
  public record Verified(byte[] text, Signer signer) {}

  /// Verifies a clear-signed text.
  ///
  /// @param subject what is verified, for messages: a URL, say
  /// @throws SignatureRefusedException if no trusted key signed it, with the reason and what to do
  public Verified verify(String subject, ClearSigned message) throws IOException {
    return new Verified(
        message.unverifiedText(), verify(subject, message.canonical(), message.signatures()));
  }

  /// Verifies content against a detached signature, armoured or binary, such as `Release.gpg`.
  ///
  /// @param subject what is verified, for messages
  /// @throws SignatureRefusedException if no trusted key signed it, with the reason and what to do
  public Signer verifyDetached(String subject, byte[] content, byte[] signature)
      throws IOException {
    byte[] packets =
        Armor.looksLike(signature) ? Armor.decodeOnly(Armor.SIGNATURE, signature) : signature;
    return verify(subject, content, packets);
  }

  private Signer verify(String subject, byte[] content, byte[] packets) throws IOException {
    List<Packet> signatures = Packet.split(packets);
    if (signatures.size() > MOST_SIGNATURES) {
      throw FormatException.unsupported(
          "OpenPGP signature",
          0,
          signatures.size() + " packets (expected: at most " + MOST_SIGNATURES + ")");
    }
    List<Signer> accepted = new ArrayList<>();
    List<SignatureRules.Objection> objections = new ArrayList<>();
    for (Packet packet : signatures) {
      switch (judge(content, packet)) {
        case Judgement.Accepted(Signer signer) -> accepted.add(signer);
        case Judgement.Objected(SignatureRules.Objection objection) -> objections.add(objection);
      }
    }
    boolean forged = objections.stream().anyMatch(o -> o.reason() == Reason.BAD_SIGNATURE);
    if (!accepted.isEmpty() && !forged) {
      return accepted.getFirst();
    }
    throw refusal(subject, objections);
  }

  private sealed interface Judgement {
    record Accepted(Signer signer) implements Judgement {}

    record Objected(SignatureRules.Objection objection) implements Judgement {}

    static Judgement objected(Reason reason, String what) {
      return new Objected(new SignatureRules.Objection(reason, what));
    }
  }

  private Judgement judge(byte[] content, Packet packet) throws FormatException {
    if (packet.tag() != Packet.SIGNATURE) {
      return Judgement.objected(Reason.UNSUPPORTED, "packet of type " + packet.tag());
    }
    if (packet.version() != UNDERSTOOD_VERSION) {
      return Judgement.objected(
          Reason.UNSUPPORTED, "signature of version " + packet.version() + " (understood: 4)");
    }
    PGPSignature signature = read(packet);
    int type = signature.getSignatureType();
    if (type != PGPSignature.BINARY_DOCUMENT && type != PGPSignature.CANONICAL_TEXT_DOCUMENT) {
      return Judgement.objected(
          Reason.UNSUPPORTED, "signature of type 0x%02x, not over a document".formatted(type));
    }
    for (Certificate certificate : trusted.certificates()) {
      for (PGPPublicKey key : certificate.keys()) {
        if (isIssuer(signature, key)) {
          return judge(content, signature, certificate, key);
        }
      }
    }
    return Judgement.objected(Reason.UNKNOWN_KEY, issuer(signature));
  }

  private Judgement judge(
      byte[] content, PGPSignature signature, Certificate certificate, PGPPublicKey key) {
    if (SignatureRules.form(signature, now) instanceof Finding.Refused(var objection)) {
      return new Judgement.Objected(objection);
    }
    if (SignatureRules.strength(key) instanceof Finding.Refused(var objection)) {
      return new Judgement.Objected(objection);
    }
    boolean good =
        arithmetic(
            signature,
            key,
            s -> {
              s.update(content);
              return s.verify();
            });
    if (!good) {
      return Judgement.objected(
          Reason.BAD_SIGNATURE,
          "the signature of " + certificate + " does not match: it was changed after signing");
    }
    if (new SigningKeys(certificate, now).judge(key) instanceof Finding.Refused(var objection)) {
      return new Judgement.Objected(objection);
    }
    Instant signed = SignatureRules.created(signature);
    if (signed.isBefore(key.getCreationTime().toInstant())) {
      return Judgement.objected(
          Reason.WRONG_TIME, "signature made at " + signed + ", before its key");
    }
    return new Judgement.Accepted(
        new Signer(
            certificate.owner(), certificate.fingerprint(), Certificate.fingerprint(key), signed));
  }

  private SignatureRefusedException refusal(
      String subject, List<SignatureRules.Objection> objections) {
    if (objections.isEmpty()) {
      return new SignatureRefusedException(
          Reason.UNSIGNED,
          subject + ": no signature in it (expected: one by " + trusted.summary() + ")");
    }
    Reason worst =
        objections.stream()
            .map(SignatureRules.Objection::reason)
            .min(Comparator.naturalOrder())
            .orElseThrow();
    if (worst == Reason.UNKNOWN_KEY) {
      String keys =
          objections.stream()
              .map(SignatureRules.Objection::what)
              .distinct()
              .collect(Collectors.joining(", "));
      return new SignatureRefusedException(
          worst,
          subject
              + ": signed by unknown key "
              + keys
              + " (expected: a key of "
              + trusted.summary()
              + ")\n  advice: if this archive is yours to trust, give its key file in the template");
    }
    String what =
        objections.stream()
            .filter(o -> o.reason() == worst)
            .map(SignatureRules.Objection::what)
            .distinct()
            .collect(Collectors.joining("; "));
    return new SignatureRefusedException(
        worst, subject + ": signature refused: " + what + advice(worst));
  }

  private static String advice(Reason reason) {
    return switch (reason) {
      case BAD_SIGNATURE ->
          "\n  advice: try again; if it stays, use another mirror, because this one or the way to it alters files";
      case REVOKED_KEY, WEAK_ALGORITHM, UNFIT_KEY, EXPIRED_KEY ->
          "\n  advice: get the archive's current key file, or use an archive that signs with a current key";
      case WRONG_TIME -> "\n  advice: check this machine's clock";
      case UNSUPPORTED, UNKNOWN_KEY, UNSIGNED -> "";
    };
  }

  private static PGPSignature read(Packet packet) throws FormatException {
    try (BCPGInputStream in = new BCPGInputStream(new ByteArrayInputStream(packet.encoded()))) {
      return new PGPSignature(in);
    } catch (IOException | PGPException | RuntimeException e) {
      // The library throws all sorts of unchecked exceptions at malformed packets.
      throw FormatException.damaged("OpenPGP signature", 0, String.valueOf(e.getMessage()));
    }
  }

  private static boolean isIssuer(PGPSignature signature, PGPPublicKey key) {
    IssuerFingerprint issuer = issuerFingerprint(signature);
    return issuer != null
        ? Arrays.equals(issuer.getFingerprint(), key.getFingerprint())
        : signature.getKeyID() == key.getKeyID();
  }

  private static @Nullable IssuerFingerprint issuerFingerprint(PGPSignature signature) {
    var hashed = signature.getHashedSubPackets();
    return hashed == null ? null : hashed.getIssuerFingerprint();
  }

  private static String issuer(PGPSignature signature) {
    IssuerFingerprint issuer = issuerFingerprint(signature);
    return issuer != null
        ? HexFormat.of().withUpperCase().formatHex(issuer.getFingerprint())
        : "%016X".formatted(signature.getKeyID()).toUpperCase(Locale.ROOT);
  }

  /// The library's arithmetic on a signature that has been given its key.
  @FunctionalInterface
  interface Arithmetic {
    boolean holds(PGPSignature signature) throws PGPException;
  }

  /// Whether the arithmetic holds; anything the library cannot do with this key and signature means that it does not.
  static boolean arithmetic(PGPSignature signature, PGPPublicKey key, Arithmetic check) {
    if (signature.getKeyAlgorithm() != key.getAlgorithm()) {
      return false;
    }
    try {
      signature.init(provider(key), key);
      return check.holds(signature);
    } catch (PGPException | RuntimeException _) {
      return false;
    }
  }

  /// For RSA the JDK's own arithmetic: Bouncy Castle's tests each modulus it meets for primes, which takes longer
  /// than all signatures together and tells nothing about a key that is trusted anyway.
  private static PGPContentVerifierBuilderProvider provider(PGPPublicKey key) {
    return key.getAlgorithm() == PublicKeyAlgorithmTags.RSA_GENERAL
        ? new JcaPGPContentVerifierBuilderProvider()
        : new BcPGPContentVerifierBuilderProvider();
  }
}
