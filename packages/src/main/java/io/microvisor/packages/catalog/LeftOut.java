package io.microvisor.packages.catalog;

import io.microvisor.packages.deb.Origin;

/// A record of an index that is not used, since something in it cannot be read. It spoils no other.
///
/// @param origin of the index
/// @param name of the package, empty where not even that can be read
/// @param what is wrong with which field
public record LeftOut(Origin origin, String name, String what) {
  @Override
  public String toString() {
    return "%s: %s: %s".formatted(origin, name.isEmpty() ? "a package" : name, what);
  }
}
