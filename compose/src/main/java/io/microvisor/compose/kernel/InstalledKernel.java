package io.microvisor.compose.kernel;

import io.microvisor.bytes.ContentSource;
import io.microvisor.compose.problem.Code;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.problem.RejectedException;
import io.microvisor.compose.template.Kernel;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
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
  public static InstalledKernel of(FileTree tree, ContentSource contents, Kernel.Choice wanted)
      throws IOException {
    List<Image> images = images(tree);
    List<Image> candidates =
        images.stream().filter(each -> admits(wanted.version(), each.release())).toList();
    KernelPackages packages = KernelPackages.of(tree, contents);
    if (candidates.size() > 1) {
      candidates = asked(candidates, packages, wanted);
    }
    if (candidates.size() != 1) {
      throw new RejectedException(List.of(problem(candidates, images, packages, wanted)));
    }
    Image found = candidates.getFirst();
    return new InstalledKernel(
        found.release(),
        found.path(),
        packages.release(found.path()).orElse(""),
        images.stream().filter(each -> !each.equals(found)).map(Image::release).toList());
  }

  /// A kernel and its release.
  private record Image(String release, TreePath path) {}

  private static List<Image> images(FileTree tree) {
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
    return images.entrySet().stream()
        .map(each -> new Image(each.getKey(), each.getValue()))
        .toList();
  }

  /// `6.12` admits 6.12, 6.12.90-vendor and 6.12-rc1, but not 6.120.
  private static boolean admits(String version, String release) {
    return version.isEmpty()
        || release.equals(version)
        || (release.startsWith(version)
            && !Character.isLetterOrDigit(release.charAt(version.length())));
  }

  /// Those that the kernel's packages bring in the fewest steps; all, if they bring none.
  private static List<Image> asked(
      List<Image> candidates, KernelPackages packages, Kernel.Choice wanted) throws IOException {
    for (List<String> level : packages.levels(wanted.packages())) {
      List<Image> found = new ArrayList<>();
      for (Image each : candidates) {
        if (packages.owner(each.path()).filter(level::contains).isPresent()) {
          found.add(each);
        }
      }
      if (!found.isEmpty()) {
        return found;
      }
    }
    return candidates;
  }

  private static Problem problem(
      List<Image> left, List<Image> images, KernelPackages packages, Kernel.Choice wanted)
      throws IOException {
    if (left.isEmpty() && !images.isEmpty()) {
      return Problem.of(
          Code.CONTRADICTION,
          wanted.place(),
          "kernel: the packages bring "
              + images.stream().map(Image::release).collect(Collectors.joining(" and "))
              + " (expected: "
              + wanted.version()
              + ", or what begins with it, as systemConfig.kernel.version says)");
    }
    List<String> named = new ArrayList<>();
    for (Image each : left) {
      named.add(
          each.release() + packages.release(each.path()).map(owner -> " from " + owner).orElse(""));
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
