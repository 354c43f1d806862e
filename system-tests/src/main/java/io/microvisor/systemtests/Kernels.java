package io.microvisor.systemtests;

import io.microvisor.packages.install.MergedPackages;
import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.deb.Relation;
import io.microvisor.packages.repository.RepositorySnapshot;
import java.io.IOException;
import java.util.List;

/// Debian's kernel for virtual machines, and the stub that makes it a unified kernel image.
public final class Kernels {
  private Kernels() {}

  /// The package that the newest `linux-image-cloud-amd64` depends on.
  public static MergedPackages cloud() throws IOException, InterruptedException {
    try (Archive archive = Archive.open()) {
      return archive.unpacked(image(archive.snapshots()));
    }
  }

  /// The package with `linuxx64.efi.stub`.
  public static MergedPackages stub() throws IOException, InterruptedException {
    try (Archive archive = Archive.open()) {
      return archive.unpacked("systemd-boot-efi");
    }
  }

  private static String image(List<RepositorySnapshot> snapshots) throws IOException {
    DebPackage newest =
        snapshots.stream()
            .flatMap(snapshot -> snapshot.packages().packages("linux-image-cloud-amd64").stream())
            .max((a, b) -> a.version().compareTo(b.version()))
            .orElseThrow(() -> new IOException("trixie: no linux-image-cloud-amd64"));
    return newest.depends().clauses().stream()
        .map(List::getFirst)
        .map(Relation::name)
        .filter(name -> name.startsWith("linux-image-"))
        .findFirst()
        .orElseThrow(() -> new IOException(newest.name() + ": depends on no kernel"));
  }
}
