package io.microvisor.packages.openpgp;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPPublicKeyRing;

/// An OpenPGP certificate (RFC 9580, section 10.1): a primary key, its user ids and its subkeys.
public final class Certificate {
  private final PGPPublicKeyRing keys;

  Certificate(PGPPublicKeyRing keys) {
    this.keys = keys;
  }

  /// The primary key's fingerprint: 40 hexadecimal digits in upper case.
  public String fingerprint() {
    return fingerprint(primary());
  }

  /// The fingerprints of the primary key and all subkeys.
  public List<String> fingerprints() {
    return keys().stream().map(Certificate::fingerprint).toList();
  }

  /// The first user id, or a remark that there is none.
  public String owner() {
    var ids = primary().getUserIDs();
    return ids.hasNext() ? ids.next() : "(no user id)";
  }

  /// `<owner> (<fingerprint>)`.
  @Override
  public String toString() {
    return owner() + " (" + fingerprint() + ")";
  }

  /// The packets it consists of.
  byte[] encoded() throws IOException {
    return keys.getEncoded();
  }

  PGPPublicKey primary() {
    return keys.getPublicKey();
  }

  List<PGPPublicKey> keys() {
    List<PGPPublicKey> all = new ArrayList<>();
    keys.forEach(all::add);
    return all;
  }

  static String fingerprint(PGPPublicKey key) {
    return HexFormat.of().withUpperCase().formatHex(key.getFingerprint());
  }
}
