package io.microvisor.bytes.files;

import java.io.IOException;

/// A folder whose files cannot be believed, because somebody else can have put them there.
public final class UntrustedFolderException extends IOException {
  private static final long serialVersionUID = 1;

  private final String what;
  private final String advice;

  UntrustedFolderException(String what, String advice) {
    super(what + "\n  advice: " + advice);
    this.what = what;
    this.advice = advice;
  }

  /// What is wrong with it.
  public String what() {
    return what;
  }

  /// How to go on.
  public String advice() {
    return advice;
  }
}
