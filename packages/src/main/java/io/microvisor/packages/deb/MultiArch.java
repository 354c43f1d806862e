package io.microvisor.packages.deb;

/// How a package meets packages of other architectures (deb-control(5), field `Multi-Arch`).
public enum MultiArch {
  /// Only within its own architecture; what a package without the field has.
  NO,
  /// Co-installable with itself for other architectures.
  SAME,
  /// Satisfies relationships of packages of any architecture.
  FOREIGN,
  /// Satisfies relationships of other architectures that ask with `:any`.
  ALLOWED
}
