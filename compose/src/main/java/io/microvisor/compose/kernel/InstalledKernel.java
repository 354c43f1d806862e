package io.microvisor.compose.kernel;

import io.microvisor.bytes.ContentSource;
import io.microvisor.compose.template.Code;
import io.microvisor.compose.template.Kernel;
import io.microvisor.compose.template.Problem;
import io.microvisor.compose.template.RejectedException;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The kernel that boots, among those that the image's packages bring.
///
/// A kernel is found at `/boot/vmlinuz-<release>` or `/usr/lib/modules/<release>/vmlinuz`. Of several, those that the
/// packages of `systemConfig.kernel.packages` bring count, directly before by way of what these depend on, and of them those
/// that `systemConfig.kernel.version` admits. One must be left.
///
/// @param release what `uname -r` says, and the folder below `/usr/lib/modules`
/// @param image where the kernel itself is
/// @param owner the package it came from, with its version; empty if the package database does not know
/// @param others the releases that do not boot, in order
public record InstalledKernel(String release, TreePath image, String owner, List<String> others) {
  private static final TreePath MODULES = TreePath.of("usr/lib/modules");
  private static final TreePath BOOT = TreePath.of("boot");
  private static final String PREFIX = "vmlinuz-";

  public InstalledKernel {
    others = List.copyOf(others);
  }

  /// Chooses.
  ///
  /// @param tree the configured packages, with their database
  /// @throws RejectedException if none is left, or more than one
  public static InstalledKernel of(FileTree tree, ContentSource contents, Kernel wanted)
      throws IOException {
    SortedMap<String, TreePath> images = images(tree);
    List<String> candidates =
        images.keySet().stream().filter(release -> admits(wanted.version(), release)).toList();
    PackageRecords records = PackageRecords.of(tree, contents);
    if (candidates.size() > 1) {
      candidates = asked(candidates, images, records, wanted);
    }
    if (candidates.size() != 1) {
      throw new RejectedException(List.of(problem(candidates, images, records, wanted)));
    }
    String release = candidates.getFirst();
    TreePath image = Objects.requireNonNull(images.get(release), "a candidate has one");
    return new InstalledKernel(
        release,
        image,
        records.owner(image).map(PackageRecords.Item::toString).orElse(""),
        images.keySet().stream().filter(each -> !each.equals(release)).toList());
  }

  private static SortedMap<String, TreePath> images(FileTree tree) {
    SortedMap<String, TreePath> images = new TreeMap<>();
    for (FileTree.Entry folder : tree.children(MODULES)) {
      TreePath image = folder.path().resolve("vmlinuz");
      if (tree.resolve(image).isPresent()) {
        images.put(folder.path().name(), image);
      }
    }
    for (FileTree.Entry file : tree.children(BOOT)) {
      if (file.path().name().startsWith(PREFIX) && file.inode() instanceof Inode.RegularFile) {
        images.put(file.path().name().substring(PREFIX.length()), file.path());
      }
    }
    return images;
  }

  /// `6.12` admits 6.12, 6.12.90-vendor and 6.12-rc1, but not 6.120.
  private static boolean admits(String version, String release) {
    return version.isEmpty()
        || release.equals(version)
        || (release.startsWith(version)
            && !Character.isLetterOrDigit(release.charAt(version.length())));
  }

  /// Those that the kernel's packages bring in the fewest steps; all, if they bring none.
  private static List<String> asked(
      List<String> candidates,
      SortedMap<String, TreePath> images,
      PackageRecords records,
      Kernel wanted)
      throws IOException {
    for (List<String> level : records.levels(wanted.packages())) {
      List<String> found = new ArrayList<>();
      for (String release : candidates) {
        Optional<PackageRecords.Item> owner =
            records.owner(Objects.requireNonNull(images.get(release)));
        if (owner.isPresent() && level.contains(owner.get().name())) {
          found.add(release);
        }
      }
      if (!found.isEmpty()) {
        return found;
      }
    }
    return candidates;
  }

  private static Problem problem(
      List<String> left, SortedMap<String, TreePath> images, PackageRecords records, Kernel wanted)
      throws IOException {
    if (left.isEmpty() && !images.isEmpty()) {
      return Problem.of(
          Code.CONTRADICTION,
          wanted.place(),
          "kernel: the packages bring "
              + String.join(" and ", images.keySet())
              + " (expected: "
              + wanted.version()
              + ", or what begins with it, as systemConfig.kernel.version says)");
    }
    List<String> named = new ArrayList<>();
    for (String release : left) {
      named.add(
          release
              + records
                  .owner(Objects.requireNonNull(images.get(release)))
                  .map(owner -> " from " + owner)
                  .orElse(""));
    }
    return Problem.of(
        Code.CONTRADICTION,
        wanted.place(),
        "kernel: the packages "
            + wanted.packages().stream().map(wish -> wish.text()).collect(Collectors.joining(", "))
            + " bring "
            + (named.isEmpty() ? "none" : String.join(" and ", named))
            + " (expected: exactly one)",
        named.isEmpty()
            ? "name a package with a kernel under systemConfig.kernel.packages"
            : "name one kernel package under systemConfig.kernel.packages, or its release under"
                + " systemConfig.kernel.version");
  }
}
