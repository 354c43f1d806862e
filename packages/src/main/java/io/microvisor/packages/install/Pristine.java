package io.microvisor.packages.install;

import io.microvisor.bytes.Versions;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreePath;
import java.util.List;
import java.util.regex.Pattern;

/// Takes out of a configured tree what differs between two runs or belongs to one machine only.
///
/// Times become `epoch` wherever a script made or touched something. Removed are host keys, random seeds, log files,
/// lock files, backups and caches of scripts, and what lies in /run and /tmp. /etc/machine-id becomes an empty file,
/// which systemd fills at boot (machine-id(5)).
final class Pristine {
  /// Raised when it makes another tree of the same one.
  static final Versions VERSIONS = Versions.of("pristine", 1);

  private static final List<Pattern> REMOVED =
      List.of(
          Pattern.compile("(run|tmp|var/tmp)/.+"),
          Pattern.compile("etc/ssh/ssh_host_.*"),
          Pattern.compile("etc/nvme/host(id|nqn)"),
          Pattern.compile("etc/(passwd|group|shadow|gshadow|subuid|subgid)-"),
          Pattern.compile("etc/\\.pwd\\.lock"),
          Pattern.compile("root/\\.(bash_history|lesshst|wget-hsts)"),
          Pattern.compile("var/cache/ldconfig/aux-cache"),
          Pattern.compile("var/cache/debconf/.*-old"),
          Pattern.compile("var/cache/man/(.+/)?index\\.db"),
          Pattern.compile("var/lib/dbus/machine-id"),
          Pattern.compile("var/lib/dpkg/(lock.*|.*-old)"),
          Pattern.compile("var/lib/dpkg/triggers/Lock"),
          Pattern.compile("var/lib/systemd/(random-seed|credential\\.secret)"));
  private static final TreePath LOGS = TreePath.of("var/log");
  private static final TreePath MACHINE_ID = TreePath.of("etc/machine-id");

  private Pristine() {}

  /// @param merged the tree before scripts ran
  /// @param configured the tree after
  static FileTree of(FileTree merged, FileTree configured, long epoch) {
    FileTree.Builder builder = configured.toBuilder();
    configured
        .entries()
        .forEach(entry -> {
          TreePath path = entry.path();
          if (isRemoved(entry, merged)) {
            builder.remove(path);
            return;
          }
          Inode inode = entry.inode();
          if (path.equals(MACHINE_ID) && inode instanceof Inode.RegularFile file) {
            inode = new Inode.RegularFile(file.meta(), Inode.RegularFile.EMPTY, 0);
          }
          Inode before = merged.find(path).orElse(null);
          if (before == null || before.meta().mtime() != inode.meta().mtime()) {
            inode = inode.withMeta(inode.meta().withMtime(epoch));
          }
          if (!inode.equals(entry.inode()) && builder.find(path).isPresent()) {
            builder.replaceInode(path, inode);
          }
        });
    return builder.build();
  }

  private static boolean isRemoved(FileTree.Entry entry, FileTree merged) {
    TreePath path = entry.path();
    if (path.startsWith(LOGS)) {
      return !(entry.inode() instanceof Inode.Directory) && merged.find(path).isEmpty();
    }
    return REMOVED.stream().anyMatch(p -> p.matcher(path.toString()).matches())
        && merged.find(path).isEmpty();
  }
}
