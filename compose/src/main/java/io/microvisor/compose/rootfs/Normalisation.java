package io.microvisor.compose.rootfs;

import io.microvisor.formats.tree.Inode;
import java.util.List;
import java.util.regex.Pattern;

/// Removes what packages and their scripts leave that an image has no use for. What one run or one machine left is gone
/// already (`packages.install`).
final class Normalisation {
  /// Directories that stay, without what is in them.
  private static final List<String> CLEARED =
      List.of(
          "tmp",
          "run",
          "var/tmp",
          "var/backups",
          "var/cache/apt",
          "var/cache/debconf",
          "var/cache/ldconfig",
          "var/cache/man",
          "var/lib/apt/lists",
          "boot",
          "root",
          "dev",
          "proc",
          "sys");

  private static final List<String> REMOVED =
      List.of(
          "etc/resolv.conf",
          "etc/hostname",
          "etc/mtab",
          "etc/fstab",
          "var/lib/apt/extended_states",
          "vmlinuz",
          "vmlinuz.old",
          "initrd.img",
          "initrd.img.old");

  private static final Pattern LEFT_OVER =
      Pattern.compile(
          "(etc|usr)/.*\\.(dpkg-(new|old|dist|tmp|bak)|ucf-(new|old|dist))|.*/__pycache__(/.*)?");

  private Normalisation() {}

  /// Removes all of it.
  static void apply(RootEditor root) {
    CLEARED.stream().filter(root::exists).forEach(root::clear);
    REMOVED.forEach(root::remove);
    root.removeBelow("", entry -> LEFT_OVER.matcher(entry.path().toString()).matches());
    root.removeBelow("var/log", entry -> !(entry.inode() instanceof Inode.Directory));
    root.write("etc/machine-id", 0444, "");
  }

  /// Sets every directory's time to the image's, which is otherwise that of the last entry made in it, and every later
  /// time, too.
  static void settleTimes(RootEditor root, long epoch) {
    root.replaceEach(inode -> {
      boolean settled = !(inode instanceof Inode.Directory) && inode.meta().mtime() <= epoch;
      return settled || inode.meta().mtime() == epoch
          ? inode
          : inode.withMeta(inode.meta().withMtime(epoch));
    });
  }
}
