package io.microvisor.packages.install;

import io.microvisor.bytes.FormatException;
import io.microvisor.packages.deb.ControlStanza;
import io.microvisor.packages.deb.Relation;
import io.microvisor.packages.deb.Relations;
import io.microvisor.packages.unpack.UnpackedPackage;
import java.util.List;

/// An unpacked package as dpkg's database sees it.
///
/// @param unpacked what is in it
public record Installed(UnpackedPackage unpacked) {
  /// Checks the package's stanza.
  ///
  /// @throws FormatException if Package, Version or Architecture is missing
  public static Installed of(UnpackedPackage unpacked) throws FormatException {
    ControlStanza control = unpacked.control();
    control.required("Package");
    control.required("Version");
    control.required("Architecture");
    return new Installed(unpacked);
  }

  /// Its stanza.
  public ControlStanza control() {
    return unpacked.control();
  }

  /// The package's name.
  public String name() {
    return control().text("Package");
  }

  /// Its version, as written.
  public String version() {
    return control().text("Version");
  }

  /// Its architecture, or `all`.
  public String architecture() {
    return control().text("Architecture");
  }

  /// The clauses of one of its relationship fields.
  List<List<Relation>> relations(String field) throws FormatException {
    return Relations.parse(control().text(field)).clauses();
  }

  boolean isMultiArchSame() {
    return control().text("Multi-Arch").equals("same");
  }

  /// The name in info/ and in dpkg's messages: with the architecture for packages that can be there for several.
  public String id() {
    return isMultiArchSame() ? name() + ":" + architecture() : name();
  }
}
