package io.microvisor.compose.kernel;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.compose.problem.Place;
import io.microvisor.compose.template.Kernel;
import io.microvisor.compose.template.ModuleSelection;
import io.microvisor.compose.template.PackageWish;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What templates say of kernels, and trees with kernels in them.
final class Kernels {
  static final Place PLACE = new Place("edge.yaml", 7, 3);
  static final Place DKMS = new Place("edge.yaml", 9, 12);

  private final FileTree.Builder tree = FileTree.builder();
  private final Map<Digest, ByteSource> contents = new HashMap<>();

  /// A template that asks for these packages.
  static Kernel asking(String... packages) {
    return new Kernel(
        wishes(PLACE, packages),
        "",
        "",
        new ModuleSelection(ModuleSelection.Profile.ALL, List.of(), List.of()),
        new Kernel.Named(List.of(), PLACE),
        List.of(),
        PLACE);
  }

  static Kernel version(Kernel kernel, String version) {
    return new Kernel(
        kernel.packages(),
        version,
        kernel.cmdline(),
        kernel.modules(),
        kernel.initrdModules(),
        kernel.dkms(),
        kernel.place());
  }

  static Kernel initrdModules(Kernel kernel, String... names) {
    return new Kernel(
        kernel.packages(),
        kernel.version(),
        kernel.cmdline(),
        kernel.modules(),
        new Kernel.Named(List.of(names), new Place("edge.yaml", 8, 5)),
        kernel.dkms(),
        kernel.place());
  }

  static Kernel dkms(Kernel kernel, String... packages) {
    return new Kernel(
        kernel.packages(),
        kernel.version(),
        kernel.cmdline(),
        kernel.modules(),
        kernel.initrdModules(),
        wishes(DKMS, packages),
        kernel.place());
  }

  private static List<PackageWish> wishes(Place place, String... packages) {
    return Arrays.stream(packages)
        .map(name -> new PackageWish(name, name, new PackageWish.Version.Any(), place))
        .toList();
  }

  Kernels file(String path, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    Digest digest = Digest.sha256(bytes);
    contents.put(digest, ByteSource.of(bytes));
    tree.mkdirs(TreePath.of(path).parent());
    tree.put(path, new Inode.RegularFile(Meta.of(0644), digest, bytes.length));
    return this;
  }

  Kernels link(String path, String target) {
    tree.put(path, new Inode.Symlink(Meta.of(0777), target));
    return this;
  }

  FileTree tree() {
    return tree.build();
  }

  ContentSource contents() {
    return ContentSource.of(contents);
  }
}
