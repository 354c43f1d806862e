package io.microvisor.packages.repository;

import java.util.List;

/// One enabled source of binary packages in apt's configuration (sources.list(5)).
///
/// @param place where it is written: file and line
/// @param uris as written
/// @param suites as written; one that ends with `/` is an exact path
/// @param components as written
/// @param architectures the architectures it is restricted to; none means all
/// @param without architectures it does not serve
/// @param signedBy whose signature apt accepts for it
/// @param freshness whether apt checks its `Valid-Until`
public record AptEntry(
    String place,
    List<String> uris,
    List<String> suites,
    List<String> components,
    List<String> architectures,
    List<String> without,
    SignedBy signedBy,
    RepositorySpec.Freshness freshness) {
  public AptEntry {
    uris = List.copyOf(uris);
    suites = List.copyOf(suites);
    components = List.copyOf(components);
    architectures = List.copyOf(architectures);
    without = List.copyOf(without);
  }

  /// Whether it is for machines of an architecture.
  public boolean covers(String architecture) {
    return (architectures.isEmpty() || architectures.contains(architecture))
        && !without.contains(architecture);
  }

  /// The suites with `$(ARCH)` filled in.
  public List<String> suites(String architecture) {
    return suites.stream().map(suite -> suite.replace("$(ARCH)", architecture)).toList();
  }

  /// Whose signature apt accepts.
  public sealed interface SignedBy {
    /// Any key in apt's trusted folder: nothing was said.
    record Anyone() implements SignedBy {}

    /// Keys named by file or fingerprint, as written.
    record Named(List<String> names) implements SignedBy {}

    /// Keys written into the entry itself, armoured.
    record Inline(String armoured) implements SignedBy {}

    /// No signature is needed: `trusted=yes`.
    record Nobody() implements SignedBy {}
  }
}
