package io.microvisor.packages.openpgp;

import io.microvisor.packages.openpgp.SignatureRefusedException.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.bcpg.PublicKeyAlgorithmTags;
import org.bouncycastle.bcpg.SignatureSubpacketTags;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureSubpacketVector;

/// Which algorithms, times and subpackets a signature may have to count at all, whatever it is over.
///
/// Refused: every hash but SHA-2 and SHA-3 of 256 bits and more (RFC 9580, section 9.5; no MD5, SHA-1, RIPEMD-160,
/// SHA-224), DSA, RSA under 2048 bits, elliptic curves under 250 bits, critical subpackets we do not understand
/// (section 5.2.3.7), and signatures from the future. Only hashed subpackets are believed.
final class SignatureRules {
  /// How far a clock may be off, ours or theirs.
  static final Duration SKEW = Duration.ofDays(1);

  private static final int LEAST_RSA_BITS = 2048;
  private static final int LEAST_CURVE_BITS = 250;

  private static final Set<Integer> HASHES =
      Set.of(
          HashAlgorithmTags.SHA256,
          HashAlgorithmTags.SHA384,
          HashAlgorithmTags.SHA512,
          HashAlgorithmTags.SHA3_256,
          HashAlgorithmTags.SHA3_512);

  private static final Set<Integer> UNDERSTOOD =
      Set.of(
          SignatureSubpacketTags.CREATION_TIME,
          SignatureSubpacketTags.EXPIRE_TIME,
          SignatureSubpacketTags.EXPORTABLE,
          SignatureSubpacketTags.REVOCABLE,
          SignatureSubpacketTags.KEY_EXPIRE_TIME,
          SignatureSubpacketTags.PREFERRED_SYM_ALGS,
          SignatureSubpacketTags.ISSUER_KEY_ID,
          SignatureSubpacketTags.PREFERRED_HASH_ALGS,
          SignatureSubpacketTags.PREFERRED_COMP_ALGS,
          SignatureSubpacketTags.KEY_SERVER_PREFS,
          SignatureSubpacketTags.PREFERRED_KEY_SERV,
          SignatureSubpacketTags.PRIMARY_USER_ID,
          SignatureSubpacketTags.POLICY_URL,
          SignatureSubpacketTags.KEY_FLAGS,
          SignatureSubpacketTags.SIGNER_USER_ID,
          SignatureSubpacketTags.REVOCATION_REASON,
          SignatureSubpacketTags.FEATURES,
          SignatureSubpacketTags.EMBEDDED_SIGNATURE,
          SignatureSubpacketTags.ISSUER_FINGERPRINT);

  private SignatureRules() {}

  /// A reason not to count something, in words that complete "it is refused: ...".
  record Objection(Reason reason, String what) {}

  /// A finding that may be absent: an objection, or none.
  sealed interface Finding {
    record Fine() implements Finding {}

    record Refused(Objection objection) implements Finding {}

    static Finding refused(Reason reason, String what) {
      return new Refused(new Objection(reason, what));
    }
  }

  static final Finding FINE = new Finding.Fine();

  /// Whether the key's algorithm and size can be relied on.
  static Finding strength(PGPPublicKey key) {
    int bits = key.getBitStrength();
    return switch (key.getAlgorithm()) {
      case PublicKeyAlgorithmTags.RSA_GENERAL ->
          bits >= LEAST_RSA_BITS
              ? FINE
              : Finding.refused(
                  Reason.WEAK_ALGORITHM,
                  "RSA key of " + bits + " bits (expected: at least " + LEAST_RSA_BITS + ")");
      case PublicKeyAlgorithmTags.ECDSA ->
          bits >= LEAST_CURVE_BITS
              ? FINE
              : Finding.refused(
                  Reason.WEAK_ALGORITHM,
                  "ECDSA key of " + bits + " bits (expected: at least " + LEAST_CURVE_BITS + ")");
      case PublicKeyAlgorithmTags.EDDSA_LEGACY,
          PublicKeyAlgorithmTags.Ed25519,
          PublicKeyAlgorithmTags.Ed448 ->
          FINE;
      case PublicKeyAlgorithmTags.DSA ->
          Finding.refused(Reason.WEAK_ALGORITHM, "DSA key (expected: RSA, ECDSA or Ed25519)");
      default ->
          Finding.refused(
              Reason.UNSUPPORTED,
              "key algorithm " + key.getAlgorithm() + " (understood: RSA, ECDSA, Ed25519, Ed448)");
    };
  }

  /// Whether the signature, its content aside, may count at `now`.
  static Finding form(PGPSignature signature, Instant now) {
    if (!HASHES.contains(signature.getHashAlgorithm())) {
      return Finding.refused(
          Reason.WEAK_ALGORITHM,
          "signature with hash "
              + hashName(signature.getHashAlgorithm())
              + " (expected: SHA-256 or better)");
    }
    PGPSignatureSubpacketVector hashed = signature.getHashedSubPackets();
    if (hashed == null || !hashed.hasSubpacket(SignatureSubpacketTags.CREATION_TIME)) {
      return Finding.refused(Reason.UNSUPPORTED, "signature without a signed creation time");
    }
    for (int tag : hashed.getCriticalTags()) {
      if (!UNDERSTOOD.contains(tag)) {
        return Finding.refused(
            Reason.UNSUPPORTED, "signature with critical subpacket " + tag + " not understood");
      }
    }
    Instant created = created(signature);
    if (created.isAfter(now.plus(SKEW))) {
      return Finding.refused(
          Reason.WRONG_TIME, "signature made at " + created + ", after now, " + now);
    }
    long lifetime = hashed.getSignatureExpirationTime();
    if (lifetime > 0 && !created.plusSeconds(lifetime).isAfter(now)) {
      return Finding.refused(
          Reason.WRONG_TIME,
          "signature expired at " + created.plusSeconds(lifetime) + " (now: " + now + ")");
    }
    return FINE;
  }

  static Instant created(PGPSignature signature) {
    return signature.getHashedSubPackets().getSignatureCreationTime().toInstant();
  }

  private static String hashName(int algorithm) {
    return switch (algorithm) {
      case HashAlgorithmTags.MD5 -> "MD5";
      case HashAlgorithmTags.SHA1 -> "SHA-1";
      case HashAlgorithmTags.RIPEMD160 -> "RIPEMD-160";
      case HashAlgorithmTags.SHA224 -> "SHA-224";
      default -> "number " + algorithm;
    };
  }
}
