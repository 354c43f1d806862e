package io.microvisor.compose.rootfs;

import io.microvisor.compose.template.Persistence.KeptPath;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.util.List;

/// Turns off those of systemd's generators that would find nothing to do in this image: all of them run at every boot, and
/// nothing starts before the last has ended. A link to nothing below `/etc` turns one off (systemd.generator(7)); what the
/// template puts there itself stays.
final class Generators {
  private static final String FOLDER = "usr/lib/systemd/system-generators/";
  private static final String OFF = "etc/systemd/system-generators/";

  private final RootEditor root;
  private final List<String> commandLine;
  private final List<KeptPath> kept;

  private Generators(RootEditor root, String commandLine, List<KeptPath> kept) {
    this.root = root;
    this.commandLine = List.of(commandLine.split(" "));
    this.kept = kept;
  }

  /// Turns off the idle ones.
  ///
  /// @param commandLine the kernel's
  /// @param kept what a machine may change for later boots
  static void apply(RootEditor root, String commandLine, List<KeptPath> kept) throws IOException {
    Generators generators = new Generators(root, commandLine, kept);
    generators.keep(
        "systemd-cryptsetup-generator",
        generators.says("etc/crypttab")
            || generators.asked("luks.")
            || generators.asked("rd.luks."));
    generators.keep("systemd-integritysetup-generator", generators.says("etc/integritytab"));
    generators.keep("systemd-hibernate-resume-generator", generators.asked("resume="));
    generators.keep(
        "systemd-rc-local-generator",
        root.exists("etc/rc.local") || generators.mayChange("etc/rc.local"));
    // Offline updates begin with a link in the root, which is read-only.
    generators.keep("systemd-system-update-generator", root.exists("system-update"));
    generators.keep("systemd-ssh-generator", !generators.asked("systemd.ssh_auto=no"));
    generators.keep("systemd-sysv-generator", generators.hasScriptsWithoutUnits());
  }

  private void keep(String generator, boolean needed) {
    if (!needed && root.exists(FOLDER + generator) && !root.exists(OFF + generator)) {
      root.symlink(OFF + generator, "/dev/null");
    }
  }

  private boolean asked(String prefix) {
    return commandLine.stream().anyMatch(word -> word.startsWith(prefix));
  }

  private boolean mayChange(String path) {
    return kept.stream().anyMatch(each -> each.covers("/" + path));
  }

  /// Whether a file has more than comments, or may come to have.
  private boolean says(String path) throws IOException {
    return mayChange(path)
        || root.text(path)
            .orElse("")
            .lines()
            .anyMatch(line -> !line.isBlank() && !line.startsWith("#"));
  }

  private boolean hasScriptsWithoutUnits() {
    if (mayChange("etc/init.d")) {
      return true;
    }
    for (FileTree.Entry script : root.tree().children(TreePath.of("etc/init.d"))) {
      String unit = script.path().name().replaceFirst("\\.sh$", "") + ".service";
      if (script.inode() instanceof Inode.RegularFile file
          && (file.meta().mode() & 0111) != 0
          && UnitSearch.FOLDERS.stream().noneMatch(folder -> root.exists(folder + unit))) {
        return true;
      }
    }
    return false;
  }
}
