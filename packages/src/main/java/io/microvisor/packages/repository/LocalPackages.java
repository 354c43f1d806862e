package io.microvisor.packages.repository;

import io.microvisor.packages.catalog.LeftOut;
import io.microvisor.packages.catalog.PackageCatalog;
import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.deb.Origin;
import java.util.List;

/// What a repository without metadata held when it was read.
///
/// @param repository a [LocalFolder] or [SinglePackages]
/// @param origin of its packages
/// @param packages in the order of their file names
/// @param leftOut files that are no sound packages, by the names of the packages they may have been meant to be
/// @param notes what was left out, and why
public record LocalPackages(
    Repository repository,
    Origin origin,
    List<DebPackage> packages,
    List<LeftOut> leftOut,
    List<String> notes) {
  public LocalPackages {
    packages = List.copyOf(packages);
    leftOut = List.copyOf(leftOut);
    notes = List.copyOf(notes);
  }

  /// The packages as a catalogue.
  public PackageCatalog catalog() {
    return PackageCatalog.of(packages, leftOut);
  }
}
