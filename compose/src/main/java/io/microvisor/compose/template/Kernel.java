package io.microvisor.compose.template;

import io.microvisor.compose.problem.Place;
import java.util.List;

/// The kernel.
///
/// @param packages at least one; the kernel that boots is one of these, or one that these depend on
/// @param version what the kernel's release is, or begins with; empty: any
/// @param cmdline the command line, parameters included; without what the build adds: the root hash and its options
/// @param modules which modules stay
/// @param initrdModules further modules for the initrd, by name
/// @param dkms packages with the sources of modules, and what else building them takes; none: nothing is built
public record Kernel(
    List<PackageWish> packages,
    String version,
    String cmdline,
    ModuleSelection modules,
    Named initrdModules,
    List<PackageWish> dkms,
    Place place) {
  public Kernel {
    packages = List.copyOf(packages);
    dkms = List.copyOf(dkms);
  }

  /// What decides which kernel boots.
  public record Choice(List<PackageWish> packages, String version, Place place) {
    public Choice {
      packages = List.copyOf(packages);
    }
  }

  /// What decides which kernel boots.
  public Choice choice() {
    return new Choice(packages, version, place);
  }

  /// Names, and where they stand.
  public record Named(List<String> names, Place place) {
    public Named {
      names = List.copyOf(names);
    }
  }
}
