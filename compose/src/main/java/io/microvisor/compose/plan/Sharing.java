package io.microvisor.compose.plan;

/// Whether a step's results may leave this machine.
public enum Sharing {
  /// They hold only what anyone may read who may read the shared cache: they may be uploaded, and taken from there.
  SHARED,
  /// They may hold secrets, such as a template's files and password hashes: they are neither uploaded nor asked for.
  LOCAL;

  /// That of what is made from both.
  Sharing and(Sharing other) {
    return this == LOCAL ? LOCAL : other;
  }
}
