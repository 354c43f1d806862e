package io.microvisor.packages.fetch;

import io.microvisor.bytes.Digest;
import java.net.URI;
import java.util.List;

/// A file that is wanted, known by its digest.
///
/// @param subject what it is, for people, such as `libc6 2.41-12`
/// @param addresses where it can be had, tried in order: `http`, `https` or `file`
/// @param size in bytes; a server may not send more
/// @param digest of the content
public record Download(String subject, List<URI> addresses, long size, Digest digest) {
  public Download {
    if (size < 0) {
      throw new IllegalArgumentException(subject + ": size " + size + " (expected: >= 0)");
    }
    addresses = List.copyOf(addresses);
  }
}
