package io.microvisor.packages.repository;

import io.microvisor.packages.openpgp.Signer;

/// Why a Release file was believed.
public sealed interface Provenance {
  /// A trusted key signed it.
  record Signed(Signer signer) implements Provenance {}

  /// The template says that this repository need not be signed.
  record UnsignedByChoice() implements Provenance {}
}
