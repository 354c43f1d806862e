package io.microvisor.packages.repository;

import io.microvisor.bytes.ByteSource;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// What vouches for the packages of a repository, as it was served: the Release file with its signature, the keys that
/// were accepted, and the indexes. Whoever keeps it can check years later where a package came from, with other tools.
///
/// @param name of the repository, fit for a file name: `Debian_trixie`
/// @param files by name: `InRelease`, or `Release` and `Release.gpg`; `keyring.gpg`; indexes, with `_` for `/`
public record Evidence(String name, SortedMap<String, ByteSource> files) {
  public Evidence {
    files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
  }

  /// A name of some words for a file, whatever is in them.
  static String fileName(String... words) {
    return String.join("_", words).replaceAll("[^A-Za-z0-9._+-]", "_").replaceFirst("^\\.+", "_");
  }
}
