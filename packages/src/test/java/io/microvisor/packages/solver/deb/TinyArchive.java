package io.microvisor.packages.solver.deb;

import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.packages.deb.ControlStanza;
import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.deb.Origin;
import java.util.ArrayList;
import java.util.List;

/// An archive in a few lines: `name version; Field: value; ...`, where `Suite` is a field, too.
public final class TinyArchive {
  private TinyArchive() {}

  /// The packages of a text, one a line.
  public static List<DebPackage> of(String text) throws FormatException {
    List<DebPackage> packages = new ArrayList<>();
    for (String line : text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList()) {
      String[] parts = line.split(";", -1);
      String[] head = parts[0].strip().split(" ", -1);
      StringBuilder stanza = new StringBuilder();
      stanza.append("Package: ").append(head[0]).append("\nVersion: ").append(head[1]).append('\n');
      for (int i = 1; i < parts.length; i++) {
        stanza.append(parts[i].strip()).append('\n');
      }
      if (!stanza.toString().contains("\nArchitecture: ")) {
        stanza.append("Architecture: amd64\n");
      }
      stanza.append("Filename: pool/").append(head[0]).append("\nSize: 1\n");
      stanza.append("SHA256: ").append(Digest.sha256(line).hex()).append('\n');
      ControlStanza read = ControlStanza.parse(stanza.toString());
      String suite = read.find("Suite").orElse("trixie");
      packages.add(DebPackage.of(read, new Origin("Debian", suite, "main")));
    }
    return packages;
  }
}
