package io.microvisor.compose.initrd;

import io.microvisor.compose.state.StateStore;
import io.microvisor.formats.tree.TreePath;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// What initrd is wanted.
///
/// @param kernelVersion the folder below `usr/lib/modules`, as `uname -r` prints it
/// @param modules which kernel modules, besides those that features take
/// @param features what it can do besides mounting a plain root
/// @param state where the machine's state is: what is mounted over `/etc` and `/var`
/// @param extra further files and folders of the root to take along; what their programs need comes with them
/// @param patience how long it may take to reach the root before the machine restarts, in whole seconds
/// @param time the modification time of everything, in seconds since 1970
public record InitrdSpec(
    String kernelVersion,
    ModuleNames modules,
    Set<Feature> features,
    StateStore state,
    List<TreePath> extra,
    Duration patience,
    long time) {
  /// What an initrd can do besides mounting a plain root.
  public enum Feature {
    /// Opens a dm-verity root by `roothash=`.
    VERITY,
    /// Opens LUKS devices.
    CRYPT,
    /// Unlocks them by a TPM, and measures the boot phases.
    TPM,
    /// Makes missing partitions as repart.d(5) says, checks and mounts the state partition.
    STATE,
    /// Finds the root by its partition type.
    GPT_AUTO
  }

  public InitrdSpec {
    features = Set.copyOf(features);
    extra = List.copyOf(extra);
    if (patience.toSeconds() < 1) {
      throw new IllegalArgumentException(
          "initrd: patience " + patience + " (expected: at least a second)");
    }
  }

  /// A dm-verity root, the common storage modules, ten minutes of patience; no state.
  public static InitrdSpec of(String kernelVersion) {
    return new InitrdSpec(
        kernelVersion,
        ModuleNames.STORAGE,
        EnumSet.of(Feature.VERITY),
        new StateStore.None(),
        List.of(),
        Duration.ofMinutes(10),
        0);
  }

  /// The same with other modules.
  public InitrdSpec withModules(ModuleNames other) {
    return new InitrdSpec(kernelVersion, other, features, state, extra, patience, time);
  }

  /// The same with its state elsewhere, and what it takes to get there.
  public InitrdSpec withState(StateStore other) {
    Set<Feature> needed =
        switch (other) {
          case StateStore.None _, StateStore.Memory _ -> features;
          case StateStore.Partition _ ->
              EnumSet.of(Feature.STATE, features.toArray(Feature[]::new));
        };
    return new InitrdSpec(kernelVersion, modules, needed, other, extra, patience, time);
  }

  /// The same at another time.
  public InitrdSpec withTime(long other) {
    return new InitrdSpec(kernelVersion, modules, features, state, extra, patience, other);
  }
}
