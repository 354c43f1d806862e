package io.microvisor.packages.repository;

import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.deb.Origin;
import java.util.List;

/// What a repository without metadata held when it was read.
///
/// @param repository a [LocalFolder] or [SinglePackages]
/// @param origin of its packages
/// @param packages in the order of their file names
/// @param notes what was left out, and why
public record LocalPackages(
    Repository repository, Origin origin, List<DebPackage> packages, List<String> notes) {
  public LocalPackages {
    packages = List.copyOf(packages);
    notes = List.copyOf(notes);
  }
}
