package io.microvisor.packages.openpgp;

import java.time.Instant;

/// Who made an accepted signature, and when.
///
/// @param owner the certificate's first user id
/// @param certificate the fingerprint of the certificate's primary key
/// @param key the fingerprint of the key that signed: the primary key or a subkey of it
/// @param signed when the signature was made
public record Signer(String owner, String certificate, String key, Instant signed) {}
