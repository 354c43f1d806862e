package io.microvisor.compose.rootfs;

import io.microvisor.compose.template.AdditionalFile;
import io.microvisor.compose.template.AdditionalFolder;
import io.microvisor.compose.template.SystemConfig;
import io.microvisor.formats.tree.Attributes;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.util.Optional;

/// What new users are made from, where the template has it among its own files and folders: `/etc/skel` and
/// `/etc/login.defs`.
///
/// These have to be in the tree before there are users, and may belong to one of them. So they come twice: now as root's, for
/// `useradd` does not look at the skeleton's owners either, and with all other files as whose they are.
final class Skeleton {
  /// Copied into the homes of new users.
  static final String FOLDER = "etc/skel";

  private Skeleton() {}

  /// Puts it there.
  static void put(RootEditor root, SystemConfig system, TemplatePaths paths, long epoch)
      throws IOException {
    for (AdditionalFolder folder : system.folders()) {
      if (isIn(root, root.wayThrough(folder.path()))) {
        Optional<TreePath> at = paths.placeOf(folder);
        if (at.isPresent()) {
          String path = at.get().absolute();
          Meta there = root.find(path).map(Inode::meta).orElse(Meta.of(0755));
          root.directory(path, there.withMode(folder.mode(there.mode())).withMtime(epoch));
        }
      }
    }
    for (AdditionalFile file : system.files()) {
      boolean read =
          isIn(root, root.wayTo(file.path()))
              || root.wayTo(file.path()).equals(root.wayTo(LoginDefs.FILE));
      if (read && paths.accepts(file)) {
        RootFileSystem.write(root, file, new Meta(file.mode(), 0, 0, epoch, Attributes.NONE));
      }
    }
  }

  private static boolean isIn(RootEditor root, PathResolution way) {
    return way instanceof PathResolution.Open(TreePath at)
        && root.wayTo(FOLDER) instanceof PathResolution.Open(TreePath skeleton)
        && at.startsWith(skeleton);
  }
}
