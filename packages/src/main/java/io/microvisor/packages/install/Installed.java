package io.microvisor.packages.install;

import io.microvisor.bytes.FormatException;
import io.microvisor.packages.deb.ControlStanza;
import io.microvisor.packages.unpack.UnpackedPackage;

/// An unpacked package as dpkg's database sees it.
///
/// @param control its stanza
/// @param unpacked what is in it
public record Installed(ControlStanza control, UnpackedPackage unpacked) {
  /// Reads the package's stanza.
  ///
  /// @throws FormatException if it is damaged, or Package, Version or Architecture is missing
  public static Installed of(UnpackedPackage unpacked) throws FormatException {
    ControlStanza control = ControlStanza.parse(unpacked.control());
    control.required("Package");
    control.required("Version");
    control.required("Architecture");
    return new Installed(control, unpacked);
  }

  /// The package's name.
  public String name() {
    return control.text("Package");
  }

  /// Its version, as written.
  public String version() {
    return control.text("Version");
  }

  /// Its architecture, or `all`.
  public String architecture() {
    return control.text("Architecture");
  }

  boolean isMultiArchSame() {
    return control.text("Multi-Arch").equals("same");
  }

  /// The name in info/ and in dpkg's messages: with the architecture for packages that can be there for several.
  public String id() {
    return isMultiArchSame() ? name() + ":" + architecture() : name();
  }
}
