package io.microvisor.compose.rootfs;

import io.microvisor.compose.initrd.ModuleSelection;
import io.microvisor.compose.kernel.BootNeeds;
import io.microvisor.compose.kernel.InstalledKernel;
import io.microvisor.compose.template.Kernel;
import io.microvisor.compose.template.Persistence;
import io.microvisor.formats.kmod.KernelModule;
import io.microvisor.formats.kmod.ModuleIndex;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// The kernel's modules: which stay, and what depmod says about them.
final class KernelModules {
  private static final String FOLDER = "usr/lib/modules/";

  private KernelModules() {}

  /// Keeps the modules that the template wants and those that the boot needs, with all that they need, and writes
  /// `modules.dep` and its kin. Kernels that do not boot go, and so does what is only there to build modules.
  ///
  /// @param all all modules of the kernel that boots
  /// @return the modules that stay
  static ModuleIndex select(
      RootEditor root,
      ModuleIndex all,
      Kernel wanted,
      Persistence.State state,
      InstalledKernel kernel,
      long epoch) {
    String folder = FOLDER + kernel.release();
    Set<String> kept = new TreeSet<>(all.closure(wanted(all, wanted, state)));
    for (KernelModule module : all.modules()) {
      if (!kept.contains(module.name())) {
        root.remove(folder + "/" + module.path());
      }
    }
    for (String part : List.of("/kernel", "/updates", "/extra")) {
      root.removeBelow(folder + part, entry -> entry.inode() instanceof Inode.Directory);
    }
    ModuleIndex staying = all.subset(kept, path -> path);
    staying
        .files()
        .forEach((name, bytes) ->
            root.write(folder + "/" + name, Meta.of(0644).withMtime(epoch), bytes));
    root.remove(folder + "/build");
    root.remove(folder + "/source");
    root.remove(folder + "/vmlinuz");
    kernel.others().forEach(release -> root.remove(FOLDER + release));
    return staying;
  }

  private static List<String> wanted(ModuleIndex all, Kernel wanted, Persistence.State state) {
    List<String> names = new ArrayList<>(ModuleSelection.STORAGE.required());
    switch (state) {
      case NONE -> {}
      case EXT4 -> names.addAll(BootNeeds.modulesForState());
    }
    names.addAll(wanted.initrdModules().names());
    for (KernelModule module : all.modules()) {
      if (wanted.modules().keeps(module.path())) {
        names.add(module.name());
      }
    }
    return names;
  }
}
