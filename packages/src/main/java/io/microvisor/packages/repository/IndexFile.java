package io.microvisor.packages.repository;

import io.microvisor.bytes.Digest;

/// A file that a Release file vouches for.
///
/// @param path relative to the Release file
/// @param size in bytes
/// @param digest of the file; where only its SHA-512 is known a stand-in that no file has, until it was fetched
/// @param sha512 of the file, in hexadecimal digits, where its SHA-256 is not known; empty where it is
public record IndexFile(String path, long size, Digest digest, String sha512) {
  /// A file whose SHA-256 is known.
  public IndexFile(String path, long size, Digest digest) {
    this(path, size, digest, "");
  }
}
