package io.microvisor.packages.fetch;

/// The answer to a request for a small file.
public sealed interface Small {
  /// Its content now.
  @SuppressWarnings("ArrayRecordComponent") // A carrier between two calls, never compared.
  record Fresh(byte[] content, Validators validators) implements Small {}

  /// It is as it was.
  record Unchanged() implements Small {}

  /// It is not there, in the server's words.
  record Absent(String reason) implements Small {}
}
