package io.microvisor.packages.fetch;

/// What an answer said about its version (RFC 9110, section 8.8), to ask whether it is still the same.
///
/// @param etag the `ETag`, empty if there was none
/// @param lastModified the `Last-Modified`, empty if there was none
public record Validators(String etag, String lastModified) {
  /// Nothing known: the answer is wanted in any case.
  public static final Validators NONE = new Validators("", "");
}
