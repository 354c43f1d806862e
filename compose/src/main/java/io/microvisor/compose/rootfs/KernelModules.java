package io.microvisor.compose.rootfs;

import io.microvisor.compose.template.Code;
import io.microvisor.compose.template.Kernel;
import io.microvisor.compose.template.Problem;
import io.microvisor.compose.template.RejectedException;
import io.microvisor.formats.kmod.KernelModule;
import io.microvisor.formats.kmod.ModuleIndex;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// The kernel's modules: which stay, and what depmod says about them.
public final class KernelModules {
  static final String FOLDER = "usr/lib/modules";

  private KernelModules() {}

  /// The version of the one kernel in `tree`, as `uname -r` prints it.
  ///
  /// @throws RejectedException if there is none, or more than one
  public static String version(FileTree tree, Kernel kernel) throws RejectedException {
    List<String> versions =
        tree.children(TreePath.of(FOLDER)).stream()
            .filter(e -> e.inode() instanceof Inode.Directory)
            .map(e -> e.path().name())
            .filter(version -> tree.find("boot/vmlinuz-" + version).isPresent())
            .toList();
    if (versions.size() != 1) {
      throw new RejectedException(
          List.of(
              Problem.of(
                  Code.CONTRADICTION,
                  kernel.place(),
                  "kernel: the packages bring "
                      + (versions.isEmpty() ? "none" : String.join(" and ", versions))
                      + " (expected: exactly one)",
                  "name one kernel package under systemConfig.kernel.packages")));
    }
    return versions.getFirst();
  }

  /// Keeps the modules that the template wants, with those they need, and writes `modules.dep` and its kin.
  ///
  /// @param all all modules of the kernel
  /// @return the modules that stay
  static ModuleIndex select(
      RootEditor root, ModuleIndex all, Kernel kernel, String version, long epoch) {
    String folder = FOLDER + "/" + version;
    List<String> wanted =
        all.modules().stream()
            .filter(module -> kernel.modules().keeps(module.path()))
            .map(KernelModule::name)
            .toList();
    Set<String> kept = new TreeSet<>(all.closure(wanted));
    for (KernelModule module : all.modules()) {
      if (!kept.contains(module.name())) {
        root.remove(folder + "/" + module.path());
      }
    }
    root.removeBelow(folder + "/kernel", entry -> entry.inode() instanceof Inode.Directory);
    ModuleIndex staying = all.subset(kept, path -> path);
    staying
        .files()
        .forEach((name, bytes) -> root.write(folder + "/" + name, Meta.of(0644).withMtime(epoch), bytes));
    root.remove(folder + "/build");
    root.remove(folder + "/source");
    return staying;
  }
}
