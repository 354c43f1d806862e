package io.microvisor.cli.image;

import io.microvisor.formats.tree.FileView;
import io.microvisor.formats.tree.TreePath;
import io.microvisor.packages.install.InstalledPackages;
import java.io.IOException;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What fills a root file system.
///
/// @param files how many paths there are, the root not counted
/// @param bytes the sum of the sizes of all files, each name of a file counted
/// @param packages those that dpkg's database names as installed, the largest first; none if there is no database
/// @param folders sizes of what lies below folders of at most three names, the largest first
record ImageContents(long files, long bytes, List<Sized> packages, List<Sized> folders) {
  /// Of an image that has no root file system.
  static final ImageContents NONE = new ImageContents(0, 0, List.of(), List.of());

  private static final int DEPTH = 3;
  private static final int SHOWN = 10;

  /// Something with a size in bytes.
  record Sized(String name, long bytes) {}

  static ImageContents of(FileView root) throws IOException {
    Walk walk = new Walk(root);
    walk.below(TreePath.ROOT, TreePath.ROOT, 0);
    List<Sized> folders =
        walk.sizes.entrySet().stream()
            .map(entry -> new Sized(entry.getKey().absolute(), entry.getValue()))
            .sorted(Comparator.comparingLong(Sized::bytes).reversed())
            .toList();
    return new ImageContents(walk.files, walk.bytes, packages(root), folders);
  }

  private static final class Walk {
    private final FileView root;
    private final Map<TreePath, Long> sizes = new TreeMap<>();
    private long files;
    private long bytes;

    Walk(FileView root) {
      this.root = root;
    }

    /// Counts what lies below `at` to the account of `folder`.
    void below(TreePath at, TreePath folder, int depth) throws IOException {
      for (FileView.Seen child : root.list(at)) {
        files++;
        if (child instanceof FileView.Seen.File file) {
          bytes += file.content().size();
          sizes.merge(folder, file.content().size(), Long::sum);
        } else if (child.isDirectory()) {
          below(child.path(), depth < DEPTH ? child.path() : folder, depth + 1);
        }
      }
    }
  }

  /// By `Installed-Size`, which counts KiB.
  private static List<Sized> packages(FileView root) throws IOException {
    return InstalledPackages.of(root).all().stream()
        .map(each -> new Sized(each.text("Package"), size(each.text("Installed-Size"))))
        .sorted(Comparator.comparingLong(Sized::bytes).reversed())
        .toList();
  }

  private static long size(String kibibytes) {
    return kibibytes.matches("\\d{1,12}") ? Long.parseLong(kibibytes) << 10 : 0;
  }

  Map<String, Object> json() {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("files", files);
    answer.put("bytes", bytes);
    answer.put("packages", packages.size());
    answer.put("largestPackages", json(packages));
    answer.put("largestFolders", json(folders));
    return answer;
  }

  private static Map<String, Object> json(List<Sized> all) {
    Map<String, Object> sizes = new LinkedHashMap<>();
    all.stream().limit(SHOWN).forEach(each -> sizes.put(each.name(), each.bytes()));
    return sizes;
  }
}
