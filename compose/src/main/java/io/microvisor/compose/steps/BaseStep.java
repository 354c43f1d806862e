package io.microvisor.compose.steps;

import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.Versions;
import io.microvisor.compose.kernel.InstalledKernel;
import io.microvisor.compose.plan.Artifact;
import io.microvisor.compose.plan.Draft;
import io.microvisor.compose.plan.Input;
import io.microvisor.compose.plan.Outputs;
import io.microvisor.compose.plan.Sharing;
import io.microvisor.compose.plan.Step;
import io.microvisor.compose.plan.StepContext;
import io.microvisor.compose.plan.StepId;
import io.microvisor.compose.rootfs.BaseFileSystem;
import io.microvisor.compose.rootfs.HardwareData;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreePath;
import io.microvisor.store.Actions;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// What of the configured packages is in the image, whatever else the template adds; and, out of the packages, what
/// goes beside the root: kernel, boot stub, boot loader. A step apart from [RootStep], because most changes of a
/// template change nothing here.
///
/// @param configured the configured packages
/// @param modules all modules of their kernel, see [ModulesStep]
/// @param selection what of it stays
public record BaseStep(
    Input.Output configured, Input.Output modules, BaseFileSystem.Selection selection)
    implements Step {
  /// Its name.
  public static final StepId ID = new StepId("base");

  private static final String EFI = "usr/lib/systemd/boot/efi/";
  private static final int LARGEST_PROGRAM = 256 << 20;

  @Override
  public StepId id() {
    return ID;
  }

  @Override
  public SortedMap<String, Input> inputs() {
    return new TreeMap<>(Map.of("configured", configured, "modules", modules));
  }

  @Override
  public Versions versions() {
    return BaseFileSystem.VERSIONS;
  }

  @Override
  public Sharing sharing() {
    return Sharing.SHARED;
  }

  @Override
  public Outputs run(StepContext context) throws IOException {
    FileTree tree = context.tree("configured");
    InstalledKernel kernel =
        InstalledKernel.of(tree, context.contents(), selection.needs().choice());
    BaseFileSystem.Result base =
        BaseFileSystem.compose(
            selection,
            tree,
            kernel,
            context.contents(),
            ModulesStep.read(context, "modules"),
            hardwareData(tree, context.contents(), context.memory()));
    for (var added : base.added().entrySet()) {
      context.keepContent(added.getKey(), added.getValue());
    }
    return Outputs.of("tree", context.keep(base.tree()))
        .and("kernel version", new Artifact.Text(kernel.release()))
        .and("kernel package", new Artifact.Text(kernel.owner()))
        .and("modules", ModulesStep.keep(context, base.modules()))
        .and("kernel", blob(context, tree, kernel.image().toString()))
        .and("stub", blob(context, tree, EFI + "linuxx64.efi.stub"))
        .and("boot loader", blob(context, tree, EFI + "systemd-bootx64.efi"));
  }

  @Override
  public void prepare(Draft draft) throws IOException, InterruptedException {
    Optional<FileTree> tree = draft.tree("configured");
    if (tree.isPresent()) {
      ContentSource contents = draft.contents();
      Actions memory = draft.memory();
      InstalledKernel kernel = InstalledKernel.of(tree.get(), contents, selection.needs().choice());
      BaseFileSystem.Result base =
          BaseFileSystem.compose(
              selection,
              tree.get(),
              kernel,
              contents,
              ModulesStep.index(tree.get(), kernel.release(), contents, memory),
              hardwareData(tree.get(), contents, memory));
      draft.offer("tree", base.tree(), base.added());
    }
  }

  /// udev's hardware database, remembered by the files that it is made from; empty, where there is none or nothing reads it.
  private static Optional<byte[]> hardwareData(
      FileTree tree, ContentSource contents, Actions memory) throws IOException {
    if (!HardwareData.isWanted(tree)) {
      return Optional.empty();
    }
    Digest key = HardwareData.key(tree);
    Optional<byte[]> known = memory.find(key);
    if (known.isPresent()) {
      return known;
    }
    byte[] made = HardwareData.compile(tree, contents);
    if (made.length <= Actions.LARGEST_VALUE) {
      memory.put(key, made);
    }
    return Optional.of(made);
  }

  private static Artifact.Blob blob(StepContext context, FileTree tree, String path)
      throws IOException {
    return switch (tree.resolve(TreePath.of(path)).map(FileTree.Entry::inode).orElse(null)) {
      case Inode.RegularFile file ->
          context.keep(context.contents().open(file.content()).readAll(LARGEST_PROGRAM));
      case null, default ->
          throw new IOException(
              "/"
                  + path
                  + ": not in the packages (expected: systemd-boot-efi and a kernel among them)");
    };
  }
}
