package io.microvisor.compose.rootfs;

/// The package manager's records.
final class PackageDatabase {
  private PackageDatabase() {}

  /// Removes dpkg's database with what only serves it. The manifest beside the image names the packages.
  static void drop(RootEditor root) {
    root.remove("var/lib/dpkg");
    root.remove("var/lib/apt");
    root.remove("etc/apt");
    root.remove("var/lib/ucf");
  }
}
