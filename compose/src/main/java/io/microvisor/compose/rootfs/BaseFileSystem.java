package io.microvisor.compose.rootfs;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.compose.kernel.InstalledKernel;
import io.microvisor.compose.template.SystemConfig;
import io.microvisor.formats.kmod.ModuleIndex;
import io.microvisor.formats.tree.FileTree;
import java.util.Map;
import java.util.Optional;

/// What of the configured packages is in an image, before the template adds anything: without what a pristine image
/// must not hold, without the documents, translations, records and kernel modules that the template does not want.
///
/// It depends on little of the template, so that most changes of one begin with what an earlier build made of thousands
/// of files.
public final class BaseFileSystem {
  /// Raised when the same inputs give another tree.
  public static final int VERSION = 3;

  private BaseFileSystem() {}

  /// What of the packages is in an image.
  ///
  /// @param added contents that were written here
  /// @param modules the kernel modules in it
  public record Result(FileTree tree, Map<Digest, ByteSource> added, ModuleIndex modules) {}

  /// Makes it.
  ///
  /// @param system of it only what says what stays, and which kernel modules the boot needs
  /// @param configured the packages, configured
  /// @param kernel the one of them that boots
  /// @param modules all modules of its kernel
  /// @param hardwareData udev's hardware database, see [HardwareData]
  /// @param epoch the time of what is written, in seconds since 1970
  public static Result compose(
      SystemConfig system,
      FileTree configured,
      InstalledKernel kernel,
      ContentSource contents,
      ModuleIndex modules,
      Optional<byte[]> hardwareData,
      long epoch) {
    RootEditor root = new RootEditor(configured, contents, epoch);
    Normalisation.apply(root);
    switch (system.documentation()) {
      case KEEP -> {}
      case DROP -> Strip.documentation(root);
    }
    Strip.translations(root, system.locales());
    switch (system.packageDatabase()) {
      case KEEP -> {}
      case DROP -> PackageDatabase.drop(root);
    }
    ModuleIndex staying =
        KernelModules.select(
            root, modules, system.kernel(), system.persistence().state(), kernel, epoch);
    hardwareData.ifPresent(bytes -> HardwareData.put(root, bytes, epoch));
    Normalisation.settleTimes(root, epoch);
    return new Result(root.tree(), root.added(), staying);
  }
}
