package io.microvisor.packages.openpgp;

import java.io.IOException;

/// A signature that is no reason to believe what it signs, with why.
public final class SignatureRefusedException extends IOException {
  private static final long serialVersionUID = 1;

  /// Why a signature is refused, the most alarming first.
  public enum Reason {
    /// A key we trust is said to have signed, and has not signed this: the content or the signature was changed.
    BAD_SIGNATURE,
    /// The key was revoked by its owner.
    REVOKED_KEY,
    /// The signature or a key behind it uses an algorithm that can be broken.
    WEAK_ALGORITHM,
    /// The key may not sign: no valid binding to its primary key, or not meant for signing.
    UNFIT_KEY,
    /// The key has expired.
    EXPIRED_KEY,
    /// The signature has expired, or is from the future.
    WRONG_TIME,
    /// The signature's form is not one we understand.
    UNSUPPORTED,
    /// No trusted key made the signature.
    UNKNOWN_KEY,
    /// There is no signature at all.
    UNSIGNED
  }

  private final Reason reason;

  SignatureRefusedException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /// Why.
  public Reason reason() {
    return reason;
  }
}
