package io.microvisor.compose.rootfs;

import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;

/// Removes what a pristine image must not hold: what is one machine's own (keys, ids, seeds), what is yesterday's (logs,
/// caches, backups).
final class Normalisation {
  /// Directories that stay, without what is in them.
  private static final List<String> CLEARED =
      List.of(
          "tmp", "run", "var/tmp", "var/backups", "var/cache/apt", "var/cache/debconf", "var/cache/ldconfig",
          "var/cache/man", "var/lib/apt/lists", "boot", "root", "dev", "proc", "sys");

  private static final List<String> REMOVED =
      List.of(
          "etc/.pwd.lock",
          "etc/resolv.conf",
          "etc/hostname",
          "etc/mtab",
          "etc/fstab",
          "var/lib/dbus/machine-id",
          "var/lib/systemd/random-seed",
          "var/lib/systemd/credential.secret",
          "var/lib/apt/extended_states",
          "vmlinuz",
          "vmlinuz.old",
          "initrd.img",
          "initrd.img.old");

  private static final Pattern BACKUP =
      Pattern.compile(
          "etc/(passwd|group|shadow|gshadow|subuid|subgid)-"
              + "|etc/ssh/ssh_host_.*"
              + "|(etc|usr)/.*\\.(dpkg-(new|old|dist|tmp|bak)|ucf-(new|old|dist))"
              + "|var/lib/dpkg/(.*-old|lock.*|triggers/Lock)"
              + "|var/cache/.*\\.(dat|bin)-old"
              + "|.*/__pycache__(/.*)?");

  private Normalisation() {}

  /// Removes all of it.
  ///
  /// @param epoch the image's time, in seconds since 1970
  static void apply(RootEditor root, long epoch) throws IOException {
    CLEARED.stream().filter(root::exists).forEach(root::clear);
    REMOVED.forEach(root::remove);
    root.removeBelow("", entry -> BACKUP.matcher(entry.path().toString()).matches());
    root.removeBelow("var/log", entry -> !(entry.inode() instanceof Inode.Directory));
    root.write("etc/machine-id", 0444, "");
    settleShadowDays(root, epoch);
  }

  /// Sets the day of the last password change, which is the day of the build, to the image's (shadow(5), field 3).
  private static void settleShadowDays(RootEditor root, long epoch) throws IOException {
    String shadow = root.text("etc/shadow").orElse("");
    StringBuilder fixed = new StringBuilder();
    for (String line : shadow.lines().toList()) {
      String[] fields = line.split(":", -1);
      if (fields.length > 2 && !fields[2].isEmpty()) {
        fields[2] = Long.toString(epoch / 86_400);
      }
      fixed.append(String.join(":", fields)).append('\n');
    }
    if (!shadow.isEmpty()) {
      root.rewrite("etc/shadow", fixed.toString());
    }
  }

  /// Sets every directory's time to the image's, which is otherwise that of the last entry made in it, and every later
  /// time, too.
  static FileTree settleTimes(FileTree tree, long epoch) {
    FileTree.Builder builder = tree.toBuilder();
    boolean[] seen = new boolean[tree.inodeCount()];
    for (FileTree.Entry entry : (Iterable<FileTree.Entry>) tree.entries()::iterator) {
      Inode inode = entry.inode();
      boolean settled = !(inode instanceof Inode.Directory) && inode.meta().mtime() <= epoch;
      if (!seen[entry.id().value()] && !settled) {
        builder.replaceInode(entry.path(), inode.withMeta(inode.meta().withMtime(epoch)));
      }
      seen[entry.id().value()] = true;
    }
    return builder.build();
  }
}
