package io.microvisor.compose.template;

import java.util.List;

/// The kernel.
///
/// @param packages at least one
/// @param cmdline the command line, parameters included; without what the build adds: the root hash and its options
/// @param modules which modules stay
public record Kernel(
    List<PackageWish> packages, String cmdline, ModuleSelection modules, Place place) {
  public Kernel {
    packages = List.copyOf(packages);
  }
}
