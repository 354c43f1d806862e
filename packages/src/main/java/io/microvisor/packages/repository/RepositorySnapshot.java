package io.microvisor.packages.repository;

import io.microvisor.packages.catalog.PackageCatalog;
import java.util.List;

/// What a repository held when it was asked. Of `spec`, nothing but the suite may enter a lock or manifest.
///
/// @param release the Release file, verified
/// @param packages all packages of the wanted components and architecture, in the order of the indexes. Searching in
///     them may download an index again, for which the client's downloader has to be open
/// @param notes what deserves mention, such as a mirror that is behind
public record RepositorySnapshot(
    RepositorySpec spec,
    Release release,
    Provenance provenance,
    PackageCatalog packages,
    List<String> notes) {
  public RepositorySnapshot {
    notes = List.copyOf(notes);
  }
}
