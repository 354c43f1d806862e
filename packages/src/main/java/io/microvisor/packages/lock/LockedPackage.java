package io.microvisor.packages.lock;

import io.microvisor.bytes.Digest;
import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.deb.DebVersion;
import io.microvisor.packages.deb.Origin;

/// One pinned package.
///
/// @param sha256 of the `.deb`, which is what is trusted
/// @param size of the `.deb`, in bytes
/// @param origin which archive had it; never a URL
/// @param filename where that archive kept it, relative to the archive's root
public record LockedPackage(
    String name,
    DebVersion version,
    String architecture,
    Digest sha256,
    long size,
    Origin origin,
    String filename) {
  /// The pin of a package of an index.
  public static LockedPackage of(DebPackage item) {
    return new LockedPackage(
        item.name(),
        item.version(),
        item.architecture(),
        item.sha256(),
        item.size(),
        item.origin(),
        item.filename());
  }

  /// The same with another digest.
  public LockedPackage with(Digest other) {
    return new LockedPackage(name, version, architecture, other, size, origin, filename);
  }
}
