package io.microvisor.sandbox;

import java.io.IOException;

/// A command that took more than its limits allow.
final class OverLimitException extends IOException {
  private static final long serialVersionUID = 1;

  private final String expected;

  /// @param what it did, as the rest of a sentence about it
  /// @param expected what would have been right
  OverLimitException(String what, String expected) {
    super(what);
    this.expected = expected;
  }

  /// What would have been right.
  String expected() {
    return expected;
  }
}
