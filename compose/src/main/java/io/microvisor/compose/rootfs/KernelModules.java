package io.microvisor.compose.rootfs;

import io.microvisor.compose.initrd.ModuleNames;
import io.microvisor.compose.template.ModuleSelection;
import io.microvisor.compose.kernel.KernelNeeds;
import io.microvisor.compose.kernel.BootNeeds;
import io.microvisor.compose.kernel.InstalledKernel;
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
  /// @param needs the boot's
  /// @param selection the template's
  /// @param all all modules of the kernel that boots
  /// @return the modules that stay
  static ModuleIndex select(
      RootEditor root,
      ModuleIndex all,
      KernelNeeds needs,
      ModuleSelection selection,
      InstalledKernel kernel,
      long epoch) {
    String folder = FOLDER + kernel.release();
    Set<String> kept = new TreeSet<>(all.closure(wanted(all, needs, selection)));
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

  private static List<String> wanted(
      ModuleIndex all, KernelNeeds needs, ModuleSelection selection) {
    List<String> names = new ArrayList<>(ModuleNames.STORAGE.required());
    switch (needs.state()) {
      case NONE -> {}
      case EXT4 -> names.addAll(BootNeeds.modulesForState());
    }
    names.addAll(needs.initrdModules().names());
    for (KernelModule module : all.modules()) {
      if (selection.keeps(module.path())) {
        names.add(module.name());
      }
    }
    return names;
  }
}
