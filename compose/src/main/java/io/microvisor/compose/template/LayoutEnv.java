package io.microvisor.compose.template;

import java.util.List;

/// What a `layout.env` of Edge Microvisor Toolkit says, with the defaults of its reader (`persistent-mount.sh`): folders
/// that may be written to until the next restart, and paths whose changes are kept on the partition `edge_persistent`.
///
/// @param size of the file system in memory, as tmpfs(5) takes it
/// @param overlayTarget where that is mounted
/// @param overlays folders with an overlay in it, in order, each once
/// @param bindTarget where the changes are; its first folder is where the partition is mounted
/// @param binds files and folders that are kept, in order, each once; none is among `overlays`
public record LayoutEnv(
    String size, String overlayTarget, List<String> overlays, String bindTarget, List<String> binds)
    implements Persistence.Layout {
  /// What the partition is called.
  public static final String PARTITION = "edge_persistent";

  /// The name that says which folders may be written to until the next restart.
  public static final String OVERLAYS = "TMPFS_OVERLAYS_PATHS";

  public LayoutEnv {
    overlays = List.copyOf(overlays);
    binds = List.copyOf(binds);
  }

  /// Where the partition is mounted.
  public String mountPoint() {
    return "/" + bindTarget.split("/", 3)[1];
  }

  /// The file that says so.
  public String text() {
    return """
    OVERLAY="tmpfs:%s"
    TMPFS_OVERLAY_TARGET="%s"
    TMPFS_OVERLAYS_PATHS="%s"
    PERSISTENT_BIND_TARGET="%s"
    PERSISTENT_BIND_PATHS="%s"
    """
        .formatted(
            size, overlayTarget, String.join(" ", overlays), bindTarget, String.join(" ", binds));
  }

  /// The changes of an overlay: `/usr/share/pki` has `usr-share-pki.overlay/pki`.
  public String upper(String path) {
    return overlayTarget + "/" + name(path) + ".overlay" + path.substring(path.lastIndexOf('/'));
  }

  /// What an overlay needs beside them.
  public String work(String path) {
    return overlayTarget + "/" + name(path) + ".overlay/work";
  }

  /// A kept folder, or the folder of a kept file.
  public String bound(String path) {
    return bindTarget + "/" + name(path) + ".bind";
  }

  private static String name(String path) {
    return path.substring(1).replace('/', '-');
  }
}
