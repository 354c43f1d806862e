package io.microvisor.compose.steps;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.compose.kernel.InstalledKernel;
import io.microvisor.compose.plan.StepContext;
import io.microvisor.compose.rootfs.BaseFileSystem;
import io.microvisor.compose.rootfs.HardwareData;
import io.microvisor.compose.template.Disk;
import io.microvisor.compose.template.Template;
import io.microvisor.formats.erofs.ErofsWriter;
import io.microvisor.formats.kmod.ModuleIndex;
import io.microvisor.formats.kmod.ModuleIndexCodec;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreePath;
import io.microvisor.store.Actions;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/// What follows from some files of the packages alone, whatever else is in the tree: it is remembered by those files, so
/// that it can be made before scripts have run, or be there from an image with the same kernel.
///
/// - what a kernel's modules say of themselves: thousands of files, unpacked and parsed
/// - udev's hardware database
/// - the compressed extents of the root's files
public final class Foregone {
  private static final TreePath MODULES = TreePath.of("usr/lib/modules");

  private final StepContext context;

  /// As a step finds it in its memory.
  public Foregone(StepContext context) {
    this.context = context;
  }

  /// Makes as much of it as there is time for.
  ///
  /// @param tree the packages before their scripts ran
  /// @param template what the image is to be
  /// @param epoch the image's time, in seconds since 1970
  /// @param goOn asked now and then
  /// @throws io.microvisor.compose.problem.RejectedException if there is not one kernel among them
  public void workAhead(FileTree tree, Template template, long epoch, BooleanSupplier goOn)
      throws IOException, InterruptedException {
    ContentSource contents = context.contents();
    InstalledKernel kernel = InstalledKernel.of(tree, contents, template.system().kernel());
    ModuleIndex modules = modules(tree, kernel.release());
    BaseFileSystem.Result base =
        BaseFileSystem.compose(
            template.system(), tree, kernel, contents, modules, hardwareData(tree), epoch);
    switch (template.disk().layout()) {
      case Disk.Immutable immutable -> {
        // Where there is an earlier image of that name, its extents are there anyway.
        if (!RootImageStep.hasEarlier(context, template.image().name())) {
          ErofsWriter.compressAhead(
              base.tree(),
              ContentSource.of(base.added()).or(contents),
              RootImageStep.compression(immutable.compressLevel()),
              RootImageStep.cache(context.memory()),
              goOn);
        }
      }
    }
  }

  /// The modules of a kernel; none, where everything is built in.
  ModuleIndex modules(FileTree tree, String release) throws IOException, InterruptedException {
    TreePath folder = MODULES.resolve(release);
    if (tree.find(folder).isEmpty()) {
      return ModuleIndex.of(List.of(), List.of(), List.of(), List.of());
    }
    Digest key = key(tree, folder);
    Optional<byte[]> known = context.memory().find(key);
    if (known.isPresent()) {
      try {
        return ModuleIndexCodec.read(new ByteArrayInputStream(known.get()));
      } catch (FormatException _) {
        // Another version's.
      }
    }
    ModuleIndex index = ModuleIndex.read(tree, context.contents(), release);
    remember(key, ModulesStep.bytes(index));
    return index;
  }

  /// udev's hardware database; empty, where there is no file for it or nothing that reads it.
  Optional<byte[]> hardwareData(FileTree tree) throws IOException {
    if (!HardwareData.isWanted(tree)) {
      return Optional.empty();
    }
    Digest key = HardwareData.key(tree);
    Optional<byte[]> known = context.memory().find(key);
    if (known.isPresent()) {
      return known;
    }
    byte[] made = HardwareData.compile(tree, context.contents());
    remember(key, made);
    return Optional.of(made);
  }

  private static Digest key(FileTree tree, TreePath folder) {
    StringBuilder files = new StringBuilder("kernel modules " + ModulesStep.VERSION + "\n");
    tree.below(folder)
        .forEach(entry -> {
          if (entry.inode() instanceof Inode.RegularFile file) {
            files.append(entry.path()).append('\t').append(file.content().hex()).append('\n');
          }
        });
    return Digest.sha256(files.toString());
  }

  private void remember(Digest key, byte[] value) throws IOException {
    if (value.length <= Actions.LARGEST_VALUE) {
      context.memory().put(key, value);
    }
  }
}
