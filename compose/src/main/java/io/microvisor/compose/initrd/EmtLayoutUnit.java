package io.microvisor.compose.initrd;

import io.microvisor.compose.state.StateStore;
import io.microvisor.compose.template.LayoutEnv;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The commands that do what EMT's `persistent-mount.sh` does before the root is entered, in its order. A command that
/// fails says why on the console, and the next ones go on; a path that the image lacks is such a case.
///
/// | EMT | here |
/// |---|---|
/// | `mount` of `edge_persistent`, or the end of the boot | the state, wherever it is, see [StateUnits] |
/// | `[ -d ]`, `test -f`, `test -d` | `find -type` |
/// | `chown`, `chmod --reference` | the same; an access control list of the folder itself is not copied |
/// | `rsync -aHX --ignore-existing` | `cp -a --update=none` |
/// | `/home`, `/root` | where they are in our images: below `/var` |
final class EmtLayoutUnit {
  private static final Map<String, String> MOVED =
      Map.of("/home", "/var/home", "/root", "/var/roothome");

  private EmtLayoutUnit() {}

  /// In their order; those that may fail begin with `-`.
  static List<String> commands(LayoutEnv layout) {
    List<String> commands = new ArrayList<>();
    commands.add("mount --bind " + StateStore.MOUNT + " " + root(layout.mountPoint()));
    commands.add(
        "mount --mkdir -t tmpfs -o size=%s tmpfs %s"
            .formatted(layout.size().replace("%", "%%"), root(layout.overlayTarget())));
    for (String path : layout.overlays()) {
      String upper = root(layout.upper(path));
      String work = root(layout.work(path));
      commands.add(
          find(path)
              + " -type d"
              + exec("mkdir -p " + upper + " " + work)
              + exec("chown --reference={} " + upper)
              + exec("chmod --reference={} " + upper)
              + exec(
                  "mount -t overlay -o lowerdir={},upperdir=%s,workdir=%s overlay {}"
                      .formatted(upper, work)));
    }
    for (String path : layout.binds()) {
      String folder = root(layout.bound(path));
      String file = folder + path.substring(path.lastIndexOf('/'));
      commands.add(
          find(path)
              + " ( -type d"
              + exec("mkdir -p " + folder)
              + exec("cp -a --update=none -T {} " + folder)
              + exec("mount --bind " + folder + " {}")
              + " -o -type f"
              + exec("mkdir -p " + folder)
              + exec("cp -a --update=none -T {} " + file)
              + exec("mount --bind " + file + " {}")
              + " )");
    }
    return commands;
  }

  private static String find(String path) {
    return "-find " + root(path) + " -maxdepth 0";
  }

  /// `;` alone would end the command for systemd.
  private static String exec(String command) {
    return " -exec " + command + " \\;";
  }

  /// Where a path of the machine is while the root is not entered.
  private static String root(String path) {
    for (var moved : MOVED.entrySet()) {
      if (path.equals(moved.getKey()) || path.startsWith(moved.getKey() + "/")) {
        return "/sysroot" + moved.getValue() + path.substring(moved.getKey().length());
      }
    }
    return "/sysroot" + path;
  }
}
