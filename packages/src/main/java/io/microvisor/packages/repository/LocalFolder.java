package io.microvisor.packages.repository;

import io.microvisor.packages.deb.Origin;
import java.nio.file.Path;

/// A folder of `.deb` files on this machine, without metadata: what is in it is what it holds. Nobody signs it; whoever
/// names the folder vouches for it.
///
/// @param name what the template calls it, such as `debs`, with `/`; it stands in locks, so it is no path of the machine
/// @param path where it is on this machine
/// @param architecture Debian's name of the machine architecture; packages for `all` come along
public record LocalFolder(String name, Path path, String architecture, Preference preference)
    implements Repository {
  /// The `Origin` of packages from folders.
  public static final String ORIGIN = "local";

  /// What locks say of its packages: `local`, and the folder's name as suite.
  public Origin origin() {
    return new Origin(ORIGIN, name, "");
  }
}
