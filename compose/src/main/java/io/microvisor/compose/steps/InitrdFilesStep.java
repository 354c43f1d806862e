package io.microvisor.compose.steps;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.Versions;
import io.microvisor.compose.initrd.Initrd;
import io.microvisor.compose.initrd.InitrdComposer;
import io.microvisor.compose.initrd.ModuleNames;
import io.microvisor.compose.initrd.InitrdSpec;
import io.microvisor.compose.initrd.Microcode;
import io.microvisor.compose.plan.Input;
import io.microvisor.compose.plan.Outputs;
import io.microvisor.compose.plan.Sharing;
import io.microvisor.compose.plan.Step;
import io.microvisor.compose.plan.StepContext;
import io.microvisor.compose.plan.StepId;
import io.microvisor.compose.state.StateStore;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// Which files of the root file system the initrd has, and the microcode that goes before it (empty: none). A step apart
/// from [InitrdStep], because most changes of a root change nothing that its initrd takes.
///
/// @param tree what of the root file system it may be made from, see [io.microvisor.compose.initrd.InitrdSources]
/// @param modules the kernel modules in it
/// @param kernelVersion their kernel's version
/// @param extraModules modules to take along besides those that every initrd has, by name
/// @param state where the machine's state is
/// @param epoch the files' time, in seconds since 1970
public record InitrdFilesStep(
    Input.Output tree,
    Input.Output modules,
    Input.Output kernelVersion,
    List<String> extraModules,
    StateStore state,
    long epoch)
    implements Step {
  /// Its name.
  public static final StepId ID = new StepId("initrd files");

  private static final int LARGEST_MICROCODE = 128 << 20;
  private static final int LARGEST_MADE = 1 << 24;

  @Override
  public StepId id() {
    return ID;
  }

  @Override
  public SortedMap<String, Input> inputs() {
    return new TreeMap<>(Map.of("tree", tree, "modules", modules, "kernel version", kernelVersion));
  }

  @Override
  public Versions versions() {
    return InitrdComposer.VERSIONS;
  }

  /// Chosen among files of the root, which may be the template's.
  @Override
  public Sharing sharing() {
    return Sharing.LOCAL;
  }

  @Override
  public Outputs run(StepContext context) throws IOException {
    InitrdSpec spec =
        InitrdSpec.of(context.text("kernel version"))
            .withModules(ModuleNames.STORAGE.plus(extraModules))
            .withState(state)
            .withTime(epoch);
    FileTree root = context.tree("tree");
    Initrd initrd =
        InitrdComposer.compose(
            root, context.contents(), ModulesStep.read(context, "modules"), spec);
    keepMade(context, root, initrd);
    Optional<ByteSource> microcode = Microcode.archive(root, context.contents());
    byte[] early = microcode.isPresent() ? microcode.get().readAll(LARGEST_MICROCODE) : new byte[0];
    return Outputs.of("files", context.keep(initrd.tree())).and("microcode", context.keep(early));
  }

  /// Keeps the contents that no file of the root has.
  private static void keepMade(StepContext context, FileTree root, Initrd initrd)
      throws IOException {
    Set<Digest> known = new HashSet<>();
    for (FileTree.Entry entry : (Iterable<FileTree.Entry>) root.entries()::iterator) {
      if (entry.inode() instanceof Inode.RegularFile file) {
        known.add(file.content());
      }
    }
    for (FileTree.Entry entry : (Iterable<FileTree.Entry>) initrd.tree().entries()::iterator) {
      if (entry.inode() instanceof Inode.RegularFile file && known.add(file.content())) {
        context.keepContent(initrd.contents().open(file.content()).readAll(LARGEST_MADE));
      }
    }
  }
}
