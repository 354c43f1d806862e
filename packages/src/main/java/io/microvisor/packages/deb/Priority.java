package io.microvisor.packages.deb;

/// How much a system needs a package (Debian Policy 2.5), most needed first.
public enum Priority {
  /// Needed for the package tools to work at all.
  REQUIRED,
  /// What one expects on any Unix-like system.
  IMPORTANT,
  /// A reasonably small character-mode system.
  STANDARD,
  /// Everything else; also what a package without the field has.
  OPTIONAL,
  /// Deprecated; nowadays the same as optional.
  EXTRA
}
