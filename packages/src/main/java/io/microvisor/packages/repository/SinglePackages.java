package io.microvisor.packages.repository;

import io.microvisor.bytes.Digest;
import io.microvisor.packages.deb.Origin;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/// Single packages at addresses of their own.
///
/// @param addresses one a package
/// @param architecture Debian's name of the machine architecture; packages for `all` come along
public record SinglePackages(
    String name, List<Address> addresses, String architecture, Preference preference)
    implements Repository {
  /// The `Origin` of packages from addresses.
  public static final String ORIGIN = "address";

  public SinglePackages {
    addresses = List.copyOf(addresses);
  }

  /// The address of a package: `http`, `https` or `file`.
  ///
  /// @param uri without fragment
  /// @param sha256 the digests it may have: one that was stated, or none for any
  public record Address(URI uri, List<Digest> sha256) {
    public Address {
      sha256 = List.copyOf(sha256);
    }

    /// The last part of the address's path, which is what a lock says.
    public String filename() {
      String path = uri.getPath();
      return path.substring(path.lastIndexOf('/') + 1);
    }

    Optional<Digest> stated() {
      return sha256.stream().findFirst();
    }
  }

  /// What locks say of its packages; the address is not part of it.
  public Origin origin() {
    return new Origin(ORIGIN, "", "");
  }
}
