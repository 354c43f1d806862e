package io.microvisor.compose.schema;

/// How far a key or value is.
public enum Status {
  /// Its feature works.
  BUILT("built"),
  /// It describes, and changes nothing in the image.
  NOTE("a note"),
  /// It is understood and refused.
  NOT_BUILT("not built yet");

  private final String words;

  Status(String words) {
    this.words = words;
  }

  /// The status as the reference says it.
  public String words() {
    return words;
  }
}
