package io.microvisor.compose.state;

import java.util.Locale;

/// A folder outside `/etc` and `/var` that keeps its changes. On the state it has a folder of its own, with the changes
/// (`upper`) and what an overlay needs beside them (`work`).
///
/// Where the image has files, an overlay joins both, so that a file the machine did not change is always the image's. Where
/// it has none, the changes are all there is, mounted as they are: an overlay could not hold the overlays of containers.
///
/// @param path absolute, see `Syntax.KEPT_PATH`
public record KeptFolder(String path) {
  /// The unit that mounts it.
  public String unit() {
    return escaped(path) + ".mount";
  }

  /// Its changes on the state.
  public String upper() {
    return folder() + "/upper";
  }

  /// The overlay's own folder.
  public String work() {
    return folder() + "/work";
  }

  /// Its folder on the state.
  public String folder() {
    return StateStore.FOLDERS + "/" + storedAs(path);
  }

  /// A name of its own for each path, without the backslashes that overlays would take for theirs.
  private static String storedAs(String path) {
    return path.substring(1).replace("_", "__").replace("-", "_-").replace('/', '-');
  }

  /// A path as systemd makes unit names of it (systemd.unit(5), "STRING ESCAPING FOR INCLUSION IN UNIT NAMES"): slashes become
  /// dashes, and all but letters, digits, `:`, `_` and inner dots become `\xNN`.
  static String escaped(String path) {
    StringBuilder name = new StringBuilder();
    String inner = path.substring(1);
    for (int i = 0; i < inner.length(); i++) {
      char c = inner.charAt(i);
      boolean plain =
          c >= 'a' && c <= 'z'
              || c >= 'A' && c <= 'Z'
              || c >= '0' && c <= '9'
              || c == ':'
              || c == '_'
              || c == '.' && i > 0;
      if (c == '/') {
        name.append('-');
      } else if (plain) {
        name.append(c);
      } else {
        name.append(String.format(Locale.ROOT, "\\x%02x", (int) c));
      }
    }
    return name.toString();
  }

  /// The text of its unit.
  ///
  /// @param seeded whether the image has files there
  public String mount(boolean seeded) {
    String what =
        seeded
            ? """
            What=overlay
            Type=overlay
            Options=lowerdir=%1$s,upperdir=%2$s,workdir=%3$s
            """
                .formatted(path, upper(), work())
            : """
            What=%2$s
            Type=none
            Options=bind
            """
                .formatted(path, upper());
    return """
    [Unit]
    Description=%1$s, kept on the state
    DefaultDependencies=no
    Requires=emt-folders.service
    After=emt-folders.service
    Conflicts=umount.target
    Before=local-fs.target umount.target systemd-tmpfiles-setup.service

    [Mount]
    Where=%1$s
    """
            .formatted(path)
        + what;
  }
}
