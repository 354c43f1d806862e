package io.microvisor.packages.openpgp;

import io.microvisor.packages.openpgp.SignatureRefusedException.Reason;
import io.microvisor.packages.openpgp.SignatureRules.Finding;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.bcpg.SignatureSubpacketTags;
import org.bouncycastle.bcpg.sig.KeyFlags;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureList;

/// Whether a key of a trusted certificate may sign metadata at a given time.
///
/// - The primary key needs a valid signature on itself (RFC 9580, section 5.2.1: a direct key signature or one that
///   binds a user id); the newest decides when it expires and what it may do. Any revocation it issued for itself is
///   final.
/// - A subkey needs, besides, a valid binding by the primary key with the flag *sign*, and within it the subkey's own
///   signature back over the primary key (section 5.2.1.9), or anyone could adopt another's signing key.
final class SigningKeys {
  private static final int NO_EXPIRY = 0;

  private final Certificate certificate;
  private final PGPPublicKey primary;
  private final Instant now;

  SigningKeys(Certificate certificate, Instant now) {
    this.certificate = certificate;
    this.primary = certificate.primary();
    this.now = now;
  }

  /// What stands against `key`, of this certificate, as a signing key.
  Finding judge(PGPPublicKey key) {
    Finding ofPrimary = judgePrimary(key.isMasterKey());
    if (key.isMasterKey() || ofPrimary instanceof Finding.Refused) {
      return ofPrimary;
    }
    return judgeSubkey(key);
  }

  private Finding judgePrimary(boolean signs) {
    if (SignatureRules.strength(primary) instanceof Finding.Refused weak) {
      return weak;
    }
    String name = "key " + certificate;
    if (revoked(primary, PGPSignature.KEY_REVOCATION)) {
      return Finding.refused(Reason.REVOKED_KEY, name + " was revoked by its owner");
    }
    Optional<PGPSignature> self = newest(selfSignatures());
    if (self.isEmpty()) {
      return Finding.refused(
          Reason.UNFIT_KEY, name + " has no valid signature on itself (weak, expired or forged)");
    }
    if (signs && !maySign(self.get(), true)) {
      return Finding.refused(Reason.UNFIT_KEY, name + " is not meant for signing");
    }
    return lifetime(primary, self.get(), name);
  }

  private Finding judgeSubkey(PGPPublicKey subkey) {
    String name = "subkey " + Certificate.fingerprint(subkey) + " of " + certificate;
    if (SignatureRules.strength(subkey) instanceof Finding.Refused weak) {
      return weak;
    }
    if (revoked(subkey, PGPSignature.SUBKEY_REVOCATION)) {
      return Finding.refused(Reason.REVOKED_KEY, name + " was revoked by its owner");
    }
    Optional<PGPSignature> binding = newest(bindings(subkey));
    if (binding.isEmpty()) {
      return Finding.refused(Reason.UNFIT_KEY, name + " is not validly bound to its primary key");
    }
    if (!maySign(binding.get(), false)) {
      return Finding.refused(Reason.UNFIT_KEY, name + " is not meant for signing");
    }
    if (!hasBackSignature(binding.get(), subkey)) {
      return Finding.refused(
          Reason.UNFIT_KEY,
          name + " has not signed its primary key back (it may be someone else's)");
    }
    return lifetime(subkey, binding.get(), name);
  }

  private Finding lifetime(PGPPublicKey key, PGPSignature statement, String name) {
    Instant created = key.getCreationTime().toInstant();
    if (created.isAfter(now.plus(SignatureRules.SKEW))) {
      return Finding.refused(
          Reason.WRONG_TIME, name + " was made at " + created + ", after now, " + now);
    }
    long seconds = statement.getHashedSubPackets().getKeyExpirationTime();
    if (seconds != NO_EXPIRY && !created.plusSeconds(seconds).isAfter(now)) {
      return Finding.refused(
          Reason.EXPIRED_KEY,
          name + " expired at " + created.plusSeconds(seconds) + " (now: " + now + ")");
    }
    return SignatureRules.FINE;
  }

  private List<PGPSignature> selfSignatures() {
    List<PGPSignature> valid = new ArrayList<>();
    for (Iterator<PGPSignature> all = primary.getSignaturesOfType(PGPSignature.DIRECT_KEY);
        all.hasNext(); ) {
      PGPSignature signature = all.next();
      if (counts(signature, primary) && verified(signature, s -> s.verifyCertification(primary))) {
        valid.add(signature);
      }
    }
    for (Iterator<byte[]> ids = primary.getRawUserIDs(); ids.hasNext(); ) {
      byte[] id = ids.next();
      List<PGPSignature> ofId = new ArrayList<>();
      boolean revoked = false;
      Iterator<PGPSignature> all = primary.getSignaturesForID(id);
      while (all != null && all.hasNext()) {
        PGPSignature signature = all.next();
        if (!counts(signature, primary)
            || !verified(signature, s -> s.verifyCertification(id, primary))) {
          continue;
        }
        if (signature.getSignatureType() == PGPSignature.CERTIFICATION_REVOCATION) {
          revoked = true;
        } else if (signature.isCertification()) {
          ofId.add(signature);
        }
      }
      if (!revoked) {
        valid.addAll(ofId);
      }
    }
    return valid;
  }

  private List<PGPSignature> bindings(PGPPublicKey subkey) {
    List<PGPSignature> valid = new ArrayList<>();
    for (Iterator<PGPSignature> all = subkey.getSignaturesOfType(PGPSignature.SUBKEY_BINDING);
        all.hasNext(); ) {
      PGPSignature signature = all.next();
      if (counts(signature, primary)
          && verified(signature, s -> s.verifyCertification(primary, subkey))) {
        valid.add(signature);
      }
    }
    return valid;
  }

  /// A revocation counts even with a weak hash: forging one only denies service, ignoring one trusts a stolen key.
  private boolean revoked(PGPPublicKey key, int type) {
    for (Iterator<PGPSignature> all = key.getSignaturesOfType(type); all.hasNext(); ) {
      PGPSignature signature = all.next();
      if (verified(
          signature,
          s ->
              key.isMasterKey()
                  ? s.verifyCertification(primary)
                  : s.verifyCertification(primary, key))) {
        return true;
      }
    }
    return false;
  }

  private boolean hasBackSignature(PGPSignature binding, PGPPublicKey subkey) {
    try {
      for (PGPSignature back : embedded(binding)) {
        if (back.getSignatureType() == PGPSignature.PRIMARYKEY_BINDING
            && counts(back, subkey)
            && SignatureVerifier.arithmetic(
                back, subkey, s -> s.verifyCertification(primary, subkey))) {
          return true;
        }
      }
    } catch (PGPException | RuntimeException _) {
      // A back-signature that cannot be read is none.
    }
    return false;
  }

  private static List<PGPSignature> embedded(PGPSignature binding) throws PGPException {
    List<PGPSignature> all = new ArrayList<>();
    PGPSignatureList hashed = binding.getHashedSubPackets().getEmbeddedSignatures();
    hashed.forEach(all::add);
    if (binding.getUnhashedSubPackets() != null) {
      binding.getUnhashedSubPackets().getEmbeddedSignatures().forEach(all::add);
    }
    return all;
  }

  private boolean counts(PGPSignature signature, PGPPublicKey by) {
    return SignatureRules.form(signature, now) instanceof Finding.Fine
        && !SignatureRules.created(signature).isBefore(by.getCreationTime().toInstant());
  }

  private boolean verified(PGPSignature signature, SignatureVerifier.Arithmetic check) {
    return SignatureVerifier.arithmetic(signature, primary, check);
  }

  private static Optional<PGPSignature> newest(List<PGPSignature> signatures) {
    return signatures.stream().max(Comparator.comparing(SignatureRules::created));
  }

  /// Old primary keys carry no flags, which section 5.2.3.29 lets us read as all of them; a subkey must say so.
  private static boolean maySign(PGPSignature statement, boolean byDefault) {
    var hashed = statement.getHashedSubPackets();
    return hashed.hasSubpacket(SignatureSubpacketTags.KEY_FLAGS)
        ? (hashed.getKeyFlags() & KeyFlags.SIGN_DATA) != 0
        : byDefault;
  }
}
