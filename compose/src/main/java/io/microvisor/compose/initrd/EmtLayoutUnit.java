package io.microvisor.compose.initrd;

import io.microvisor.compose.state.StateStore;
import io.microvisor.compose.template.LayoutEnv;
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

  static String commands(LayoutEnv layout) {
    StringBuilder lines = new StringBuilder();
    lines
        .append("ExecStart=mount --bind ")
        .append(StateStore.MOUNT)
        .append(' ')
        .append(root(layout.mountPoint()))
        .append("\nExecStart=mount --mkdir -t tmpfs -o size=")
        .append(layout.size().replace("%", "%%"))
        .append(" tmpfs ")
        .append(root(layout.overlayTarget()))
        .append('\n');
    for (String path : layout.overlays()) {
      String upper = root(layout.upper(path));
      String work = root(layout.work(path));
      find(lines, path);
      lines
          .append(" -type d")
          .append(exec("mkdir -p " + upper + " " + work))
          .append(exec("chown --reference={} " + upper))
          .append(exec("chmod --reference={} " + upper))
          .append(
              exec(
                  "mount -t overlay -o lowerdir={},upperdir=%s,workdir=%s overlay {}"
                      .formatted(upper, work)))
          .append('\n');
    }
    for (String path : layout.binds()) {
      String folder = root(layout.bound(path));
      String file = folder + path.substring(path.lastIndexOf('/'));
      find(lines, path);
      lines
          .append(" ( -type d")
          .append(exec("mkdir -p " + folder))
          .append(exec("cp -a --update=none -T {} " + folder))
          .append(exec("mount --bind " + folder + " {}"))
          .append(" -o -type f")
          .append(exec("mkdir -p " + folder))
          .append(exec("cp -a --update=none -T {} " + file))
          .append(exec("mount --bind " + file + " {}"))
          .append(" )\n");
    }
    return lines.toString();
  }

  private static void find(StringBuilder lines, String path) {
    lines.append("ExecStart=-find ").append(root(path)).append(" -maxdepth 0");
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
