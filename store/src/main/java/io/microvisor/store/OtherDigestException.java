package io.microvisor.store;

import io.microvisor.bytes.Digest;
import java.io.IOException;

/// A content that was to have one digest and has another.
public final class OtherDigestException extends IOException {
  private static final long serialVersionUID = 1;

  OtherDigestException(Digest found, Digest expected) {
    super("content: digest is " + found + " (expected: " + expected + ")");
  }
}
