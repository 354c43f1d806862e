package io.microvisor.compose.inspect;

import io.microvisor.formats.erofs.ErofsUsage;
import io.microvisor.formats.tree.FileView;
import io.microvisor.formats.tree.TreePath;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What each package takes.
///
/// @param basis where that comes from
/// @param packages the largest first
public record PackageSizes(Basis basis, List<PackageSize> packages) {
  private static final Comparator<PackageSize> ORDER =
      Comparator.comparingLong(PackageSize::stored).reversed().thenComparing(PackageSize::name);

  /// Nothing is known.
  public static final PackageSizes NONE = new PackageSizes(Basis.FILES, List.of());

  /// Where sizes come from.
  public enum Basis {
    /// The image's package database says which files are whose, and the file system what they take.
    FILES,
    /// Sizes of the archives that the image was built from, as its manifest names them.
    ARCHIVES
  }

  /// One package.
  ///
  /// @param name empty for the files that no package brought
  /// @param files how many it brought that are there, without directories
  /// @param stored bytes of the image, or of the archive
  /// @param unpacked bytes of content; 0 where only the archive is known
  public record PackageSize(String name, int files, long stored, long unpacked) {}

  private static final String INFO = "var/lib/dpkg/info";
  private static final String LIST = ".list";

  public PackageSizes {
    packages = packages.stream().sorted(ORDER).toList();
  }

  /// Whether nothing is known.
  public boolean isEmpty() {
    return packages.isEmpty();
  }

  /// By dpkg's lists of files (deb-files(5) names their folder): a file of several packages is the first one's, in
  /// order of name. [#NONE] without such lists.
  static PackageSizes of(FileView root, ErofsUsage usage) throws IOException {
    Map<TreePath, String> owners = owners(root);
    if (owners.isEmpty()) {
      return NONE;
    }
    Map<String, PackageSize> sizes = new TreeMap<>();
    for (ErofsUsage.Entry entry : usage.entries()) {
      String owner = owners.getOrDefault(entry.path(), "");
      boolean directory = entry.isDirectory();
      sizes.merge(
          directory ? "" : owner,
          new PackageSize(directory ? "" : owner, directory ? 0 : 1, entry.stored(), entry.size()),
          (a, b) ->
              new PackageSize(
                  a.name(),
                  a.files() + b.files(),
                  a.stored() + b.stored(),
                  a.unpacked() + b.unpacked()));
    }
    return new PackageSizes(Basis.FILES, List.copyOf(sizes.values()));
  }

  private static Map<TreePath, String> owners(FileView root) throws IOException {
    Map<TreePath, String> owners = new HashMap<>();
    Map<String, Optional<TreePath>> folders = new HashMap<>();
    Optional<FileView.Seen> info = root.resolve(INFO);
    if (info.isEmpty()) {
      return owners;
    }
    for (FileView.Seen each : root.list(info.get().path())) {
      String name = each.path().name();
      if (each instanceof FileView.Seen.File file && name.endsWith(LIST)) {
        String owner =
            name.substring(0, name.length() - LIST.length()).replaceFirst(":[a-z0-9-]+$", "");
        for (String line : lines(file)) {
          Optional<TreePath> path = real(root, line, folders);
          path.ifPresent(found -> owners.putIfAbsent(found, owner));
        }
      }
    }
    return owners;
  }

  private static List<String> lines(FileView.Seen.File file) throws IOException {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(file.content().stream(), StandardCharsets.UTF_8))) {
      List<String> lines = new ArrayList<>();
      for (String line; (line = reader.readLine()) != null; ) {
        lines.add(line);
      }
      return lines;
    }
  }

  /// Where a listed path really is: packages may still say `/lib` where that is a link.
  private static Optional<TreePath> real(
      FileView root, String listed, Map<String, Optional<TreePath>> folders) throws IOException {
    int slash = listed.lastIndexOf('/');
    if (slash < 0 || slash == listed.length() - 1 || listed.endsWith("/.")) {
      return Optional.empty();
    }
    String folder = listed.substring(0, slash);
    Optional<TreePath> known = folders.get(folder);
    if (known == null) {
      known = root.resolve(folder).map(FileView.Seen::path);
      folders.put(folder, known);
    }
    try {
      String name = listed.substring(slash + 1);
      return known.map(at -> at.resolve(name));
    } catch (IllegalArgumentException _) {
      return Optional.empty(); // No path of a tree has such a name.
    }
  }
}
