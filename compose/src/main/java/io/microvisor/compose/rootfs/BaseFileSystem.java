package io.microvisor.compose.rootfs;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.Versions;
import io.microvisor.compose.kernel.InstalledKernel;
import io.microvisor.compose.kernel.KernelNeeds;
import io.microvisor.compose.template.LocaleName;
import io.microvisor.compose.template.ModuleSelection;
import io.microvisor.compose.template.SystemConfig;
import io.microvisor.formats.hwdb.HardwareDatabase;
import io.microvisor.formats.kmod.ModuleIndex;
import io.microvisor.formats.tree.FileTree;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What of the configured packages is in an image, before the template adds anything: without what a pristine image
/// must not hold, without the documents, translations, records and kernel modules that the template does not want.
///
/// It depends on little of the template, so that most changes of one begin with what an earlier build made of thousands
/// of files.
public final class BaseFileSystem {
  /// Raised when the same inputs give another tree.
  public static final Versions VERSIONS =
      Versions.of("base", 3, ModuleIndex.VERSIONS, HardwareDatabase.VERSIONS);

  private BaseFileSystem() {}

  /// What says which parts of the packages stay.
  ///
  /// @param needs what the boot takes
  /// @param modules kernel modules besides
  /// @param epoch the time of what is written, in seconds since 1970
  public record Selection(
      KernelNeeds needs,
      ModuleSelection modules,
      SystemConfig.Retention documentation,
      List<LocaleName> locales,
      SystemConfig.Retention packageDatabase,
      long epoch) {
    public Selection {
      locales = List.copyOf(locales);
    }

    /// What a template says.
    public static Selection of(SystemConfig system, long epoch) {
      return new Selection(
          KernelNeeds.of(system),
          system.kernel().modules(),
          system.documentation(),
          system.locales(),
          system.packageDatabase(),
          epoch);
    }
  }

  /// What of the packages is in an image.
  ///
  /// @param added contents that were written here
  /// @param modules the kernel modules in it
  public record Result(FileTree tree, Map<Digest, ByteSource> added, ModuleIndex modules) {}

  /// Makes it.
  ///
  /// @param configured the packages, configured
  /// @param kernel the one of them that boots
  /// @param modules all modules of its kernel
  /// @param hardwareData udev's hardware database, see [HardwareData]
  public static Result compose(
      Selection selection,
      FileTree configured,
      InstalledKernel kernel,
      ContentSource contents,
      ModuleIndex modules,
      Optional<byte[]> hardwareData) {
    long epoch = selection.epoch();
    RootEditor root = new RootEditor(configured, contents, epoch);
    Normalisation.apply(root);
    switch (selection.documentation()) {
      case KEEP -> {}
      case DROP -> Strip.documentation(root);
    }
    Strip.translations(root, selection.locales());
    switch (selection.packageDatabase()) {
      case KEEP -> {}
      case DROP -> PackageDatabase.drop(root);
    }
    ModuleIndex staying =
        KernelModules.select(root, modules, selection.needs(), selection.modules(), kernel, epoch);
    hardwareData.ifPresent(bytes -> HardwareData.put(root, bytes, epoch));
    Normalisation.settleTimes(root, epoch);
    return new Result(root.tree(), root.added(), staying);
  }
}
