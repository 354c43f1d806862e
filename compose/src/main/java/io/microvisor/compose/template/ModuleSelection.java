package io.microvisor.compose.template;

import java.util.List;
import java.util.regex.Pattern;

/// Which kernel modules go into an image. A module that a kept one depends on must be kept as well: whoever applies a
/// selection closes it over `modules.dep`.
///
/// @param profile the starting point
/// @param include names or paths below `kernel/` to keep whatever the profile says; `*` and `?` as in shells
/// @param exclude names or paths to leave out; `include` wins over it
public record ModuleSelection(Profile profile, List<String> include, List<String> exclude) {
  private static final String KERNEL = "kernel/";

  public ModuleSelection {
    include = List.copyOf(include);
    exclude = List.copyOf(exclude);
  }

  /// A class of hardware.
  public enum Profile {
    /// Every module.
    ALL,
    /// Servers and edge devices: no sound, no television, no hobby and museum hardware, no file systems nobody boots
    /// an edge node with.
    EDGE,
    /// Virtual machines: what QEMU, Hyper-V, VMware, Xen and the clouds offer.
    VIRTUAL
  }

  /// Whether a module is wanted for itself. One outside `kernel/` (`updates/`, `extra/`) was added to the kernel on purpose,
  /// so no profile leaves it out.
  ///
  /// @param path relative to `/usr/lib/modules/<version>`: `kernel/drivers/net/veth.ko.xz`
  public boolean keeps(String path) {
    boolean own = path.startsWith(KERNEL);
    String below = own ? path.substring(KERNEL.length()) : path;
    if (include.stream().anyMatch(wish -> matches(wish, below))) {
      return true;
    }
    return (!own || profileKeeps(below))
        && exclude.stream().noneMatch(wish -> matches(wish, below));
  }

  private boolean profileKeeps(String below) {
    List<String> only = ModuleFolders.only(profile);
    return (only.isEmpty() || only.stream().anyMatch(below::startsWith))
        && ModuleFolders.dropped(profile).stream().noneMatch(below::startsWith);
  }

  /// A wish with a slash is a path, of a module or of a folder with all in it; one without is a module's name, in which
  /// `-` and `_` are the same.
  private static boolean matches(String wish, String below) {
    String stem = below.replaceFirst("\\.ko(\\.(xz|zst|gz))?$", "");
    if (wish.indexOf('/') < 0) {
      String name = stem.substring(stem.lastIndexOf('/') + 1);
      return glob(wish.replace('-', '_'), name.replace('-', '_'));
    }
    String path = wish.endsWith("/") ? wish + "*" : wish;
    return glob(path, stem) || glob(path + "/*", stem);
  }

  private static boolean glob(String wish, String text) {
    StringBuilder regex = new StringBuilder();
    wish.codePoints()
        .forEach(c -> {
          switch (c) {
            case '*' -> regex.append(".*");
            case '?' -> regex.append('.');
            default -> regex.append(Pattern.quote(Character.toString(c)));
          }
        });
    return text.matches(regex.toString());
  }
}
