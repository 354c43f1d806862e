package io.microvisor.compose.initrd;

import io.microvisor.formats.tree.TreePath;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// What initrd is wanted.
///
/// @param kernelVersion the folder below `usr/lib/modules`, as `uname -r` prints it
/// @param modules which kernel modules
/// @param features what it can do besides mounting a plain root
/// @param volatiles which folders of the root get writable stand-ins in memory
/// @param extra further files and folders of the root to take along; what their programs need comes with them
/// @param patience how long it may take to reach the root before the machine restarts, in whole seconds
/// @param time the modification time of everything, in seconds since 1970
public record InitrdSpec(
    String kernelVersion,
    ModuleSelection modules,
    Set<Feature> features,
    Set<Volatile> volatiles,
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
    /// Creates missing partitions as `repart.d` says.
    REPART,
    /// Finds the root by its partition type.
    GPT_AUTO
  }

  /// Folders that get writable stand-ins in memory before the root is entered.
  public enum Volatile {
    /// `/etc`: an overlay, its upper layer in memory.
    ETC,
    /// `/var`: a tmpfs filled from the image.
    VAR
  }

  public InitrdSpec {
    features = Set.copyOf(features);
    volatiles = Set.copyOf(volatiles);
    extra = List.copyOf(extra);
    if (patience.toSeconds() < 1) {
      throw new IllegalArgumentException(
          "initrd: patience " + patience + " (expected: at least a second)");
    }
  }

  /// A dm-verity root, the common storage modules, ten minutes of patience; nothing volatile.
  public static InitrdSpec of(String kernelVersion) {
    return new InitrdSpec(
        kernelVersion,
        ModuleSelection.STORAGE,
        EnumSet.of(Feature.VERITY, Feature.CRYPT),
        Set.of(),
        List.of(),
        Duration.ofMinutes(10),
        0);
  }

  /// The same with other modules.
  public InitrdSpec withModules(ModuleSelection other) {
    return new InitrdSpec(kernelVersion, other, features, volatiles, extra, patience, time);
  }

  /// The same with other features.
  public InitrdSpec withFeatures(Set<Feature> others) {
    return new InitrdSpec(kernelVersion, modules, others, volatiles, extra, patience, time);
  }

  /// The same with other volatile folders.
  public InitrdSpec withVolatiles(Set<Volatile> others) {
    return new InitrdSpec(kernelVersion, modules, features, others, extra, patience, time);
  }

  /// The same with other files taken along.
  public InitrdSpec withExtra(List<TreePath> others) {
    return new InitrdSpec(kernelVersion, modules, features, volatiles, others, patience, time);
  }

  /// The same with another patience.
  public InitrdSpec withPatience(Duration other) {
    return new InitrdSpec(kernelVersion, modules, features, volatiles, extra, other, time);
  }

  /// The same at another time.
  public InitrdSpec withTime(long other) {
    return new InitrdSpec(kernelVersion, modules, features, volatiles, extra, patience, other);
  }
}
