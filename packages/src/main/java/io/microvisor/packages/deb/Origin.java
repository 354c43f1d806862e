package io.microvisor.packages.deb;

/// Which archive a package is from, in the archive's own words: never a URL, because mirrors come and go.
///
/// @param origin the Release file's `Origin`, such as `Debian`
/// @param suite the suite as it was asked for, such as `trixie-security`
/// @param component the component, such as `main`; empty in a flat repository
public record Origin(String origin, String suite, String component) {
  @Override
  public String toString() {
    return component.isEmpty() ? origin + "/" + suite : origin + "/" + suite + "/" + component;
  }
}
