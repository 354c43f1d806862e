package io.microvisor.compose.rootfs;

import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.formats.hwdb.HardwareDatabase;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// udev's hardware database of an image: what `systemd-hwdb update --usr` makes of its files (systemd-hwdb(8)), which the packages'
/// scripts are kept from doing. Files that a template adds are in the tree by then.
public final class HardwareData {
  private static final String FILE = "usr/lib/udev/hwdb.bin";
  private static final String READER = "usr/lib/systemd/systemd-udevd";

  /// A file in an earlier one hides those of its name in later ones.
  private static final List<TreePath> FOLDERS =
      List.of(TreePath.of("etc/udev/hwdb.d"), TreePath.of("usr/lib/udev/hwdb.d"));

  private static final String SUFFIX = ".hwdb";
  private static final Pattern LIBRARY = Pattern.compile("libsystemd-shared-([0-9]{1,6}).*\\.so");

  private HardwareData() {}

  /// A file of the database.
  ///
  /// @param path where it is found; it may be a link
  private record Source(TreePath path, Inode.RegularFile file) {}

  /// Whether a tree has both files for it and udev.
  public static boolean isWanted(FileTree tree) {
    return tree.find(READER).isPresent() && !sources(tree).isEmpty();
  }

  /// Stands for all that it depends on.
  public static Digest key(FileTree tree) {
    StringBuilder files = new StringBuilder(HardwareDatabase.VERSIONS + " " + systemd(tree) + "\n");
    for (Source each : sources(tree)) {
      files.append(each.path()).append('\t').append(each.file().content().hex()).append('\n');
    }
    return Digest.sha256(files.toString());
  }

  /// Makes it.
  public static byte[] compile(FileTree tree, ContentSource contents) throws IOException {
    List<HardwareDatabase.Source> files = new ArrayList<>();
    for (Source each : sources(tree)) {
      files.add(
          new HardwareDatabase.Source(
              each.path().absolute(), contents.open(each.file().content())));
    }
    return HardwareDatabase.compile(files, systemd(tree));
  }

  /// Puts it in its place.
  static void put(RootEditor root, byte[] bytes, long epoch) {
    root.write(FILE, Meta.of(0444).withMtime(epoch), bytes);
  }

  /// By name; what is empty, or a link to nothing, hides a file and is none itself.
  private static List<Source> sources(FileTree tree) {
    SortedMap<String, Source> found = new TreeMap<>();
    List<String> hidden = new ArrayList<>();
    for (TreePath folder : FOLDERS) {
      for (FileTree.Entry entry : tree.children(folder)) {
        String name = entry.path().name();
        if (!name.endsWith(SUFFIX) || found.containsKey(name) || hidden.contains(name)) {
          continue;
        }
        if (tree.resolve(entry.path()).map(FileTree.Entry::inode).orElse(null)
                instanceof Inode.RegularFile file
            && file.size() > 0) {
          found.put(name, new Source(entry.path(), file));
        } else {
          hidden.add(name);
        }
      }
    }
    return List.copyOf(found.values());
  }

  /// The version of systemd in a tree, 0 if that is unknown; readers do not look at it.
  private static int systemd(FileTree tree) {
    for (FileTree.Entry folder : tree.children(TreePath.of("usr/lib"))) {
      for (FileTree.Entry library : tree.children(folder.path().resolve("systemd"))) {
        Matcher name = LIBRARY.matcher(library.path().name());
        if (name.matches()) {
          return Integer.parseInt(name.group(1));
        }
      }
    }
    return 0;
  }
}
