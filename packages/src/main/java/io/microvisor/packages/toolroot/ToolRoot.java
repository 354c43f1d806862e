package io.microvisor.packages.toolroot;

import io.microvisor.bytes.Digest;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreePath;
import io.microvisor.packages.install.MergedPackages;
import io.microvisor.packages.install.PackageMerge;
import io.microvisor.packages.unpack.UnpackedPackage;
import io.microvisor.sandbox.ToolSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Packages unpacked into a directory, for running the tools in them; never written to once it is there.
///
/// The directory is made under a temporary name beside its final one, which is the key of the package set, and renamed
/// when it is whole; see [ToolRoots]. No maintainer script runs; of what they would have made there is only /etc/passwd and /etc/group, as
/// base-passwd ships them.
public final class ToolRoot {
  /// Goes up when the same packages give another directory.
  public static final int VERSION = 1;

  private final Path path;
  private final SortedMap<String, String> versions;

  private ToolRoot(Path path, SortedMap<String, String> versions) {
    this.path = path;
    this.versions = Collections.unmodifiableSortedMap(new TreeMap<>(versions));
  }

  /// The tool root for some wishes, made if it is not there.
  ///
  /// @param roots the directory that holds all tool roots; it need not exist
  /// @throws IOException if the wishes cannot be had, or the directory cannot be made
  public static ToolRoot of(PackageProvider provider, List<String> wishes, Path roots)
      throws IOException, InterruptedException {
    PackageProvider.PackageSet set = provider.choose(wishes);
    String key = name(set.key());
    Path path = roots.resolve(key);
    if (!Files.isDirectory(path) || Files.isWritable(roots)) {
      new ToolRoots(roots).open(key, directory -> make(set.unpacked(), directory));
    }
    return new ToolRoot(path, set.versions());
  }

  private static String name(Digest key) {
    return Digest.sha256("tool root " + VERSION + " " + key.hex()).hex();
  }

  private static void make(List<UnpackedPackage> packages, Path directory) throws IOException {
    MergedPackages merged = PackageMerge.merge(packages);
    try {
      DirectoryWriter.write(withAccounts(merged.tree()), merged.contents(), directory);
    } catch (IOException e) {
      throw new IOException("making the tool root " + directory + ": " + e, e);
    }
  }

  private static FileTree withAccounts(FileTree tree) {
    FileTree.Builder builder = tree.toBuilder();
    for (String table : List.of("passwd", "group")) {
      TreePath path = TreePath.of("etc/" + table);
      Optional<Inode> master = tree.find("usr/share/base-passwd/" + table + ".master");
      if (master.isPresent() && tree.find(path).isEmpty()) {
        builder.mkdirs(path.parent());
        builder.put(path, master.get());
      }
    }
    return builder.build();
  }

  /// Where it lies.
  public Path path() {
    return path;
  }

  /// The version of each package in it, by name: for reports of what a tool was.
  public SortedMap<String, String> versions() {
    return versions;
  }

  /// A command to run in it, to be given binds, devices and a network as needed.
  public ToolSpec tool(List<String> command) {
    return ToolSpec.of(path, command);
  }
}
