package io.microvisor.compose.inspect;

import io.microvisor.formats.erofs.ErofsUsage;
import io.microvisor.formats.tree.FileView;
import io.microvisor.formats.tree.TreePath;
import io.microvisor.packages.install.InstalledPackages;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
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

  public PackageSizes {
    packages = packages.stream().sorted(ORDER).toList();
  }

  /// Whether nothing is known.
  public boolean isEmpty() {
    return packages.isEmpty();
  }

  /// By the package database; [#NONE] without one.
  static PackageSizes of(FileView root, ErofsUsage usage) throws IOException {
    Map<TreePath, String> owners = InstalledPackages.of(root).owners();
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
}
