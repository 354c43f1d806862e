package io.microvisor.packages.install;

import io.microvisor.packages.unpack.UnpackedPackage;

/// What dpkg's database calls a package.
final class Installed {
  private Installed() {}

  static String name(UnpackedPackage each) {
    return each.control().text("Package");
  }

  static String version(UnpackedPackage each) {
    return each.control().text("Version");
  }

  static String architecture(UnpackedPackage each) {
    return each.control().text("Architecture");
  }

  static boolean isMultiArchSame(UnpackedPackage each) {
    return each.control().text("Multi-Arch").equals("same");
  }

  /// The name in info/ and in messages: with the architecture for packages that can be there for several.
  static String id(UnpackedPackage each) {
    return isMultiArchSame(each) ? name(each) + ":" + architecture(each) : name(each);
  }
}
