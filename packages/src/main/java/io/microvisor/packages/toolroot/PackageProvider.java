package io.microvisor.packages.toolroot;

import io.microvisor.bytes.Digest;
import io.microvisor.packages.unpack.UnpackedPackage;
import java.io.IOException;
import java.util.List;
import java.util.SortedMap;

/// Chooses packages and their dependencies from a suite, and fetches and unpacks them.
@FunctionalInterface
public interface PackageProvider {
  /// Chooses the packages for some wishes, such as `qemu-system-x86` or `erofs-utils (>= 1.8)`, with all they depend on.
  ///
  /// @throws IOException if the wishes cannot be had together, or the suite cannot be read
  PackageSet choose(List<String> wishes) throws IOException, InterruptedException;

  /// Packages that were chosen, but perhaps not fetched yet.
  interface PackageSet {
    /// What identifies the set: equal keys, equal packages.
    Digest key();

    /// The version of each package, by name.
    SortedMap<String, String> versions();

    /// Fetches and unpacks them, unless that was done before.
    List<UnpackedPackage> unpacked() throws IOException, InterruptedException;
  }
}
