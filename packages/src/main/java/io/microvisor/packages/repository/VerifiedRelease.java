package io.microvisor.packages.repository;

import java.util.List;

/// A Release file and why it is believed.
///
/// @param notes what was let pass because the repository's entry says so
public record VerifiedRelease(Release release, Provenance provenance, List<String> notes) {
  public VerifiedRelease {
    notes = List.copyOf(notes);
  }
}
