package io.microvisor.compose.steps;

import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.Versions;
import io.microvisor.compose.kernel.BootNeeds;
import io.microvisor.compose.kernel.InstalledKernel;
import io.microvisor.compose.kernel.KernelNeeds;
import io.microvisor.compose.plan.Artifact;
import io.microvisor.compose.plan.Draft;
import io.microvisor.compose.plan.Input;
import io.microvisor.compose.plan.Outputs;
import io.microvisor.compose.plan.Sharing;
import io.microvisor.compose.plan.Step;
import io.microvisor.compose.plan.StepContext;
import io.microvisor.compose.plan.StepId;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.problem.RejectedException;
import io.microvisor.formats.kmod.ModuleIndex;
import io.microvisor.formats.kmod.ModuleIndexCodec;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreePath;
import io.microvisor.store.Actions;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// What the kernel's modules say of themselves, and whether it can boot the image. Thousands of files are unpacked and parsed
/// for it, once for each kernel: it is remembered by these files, whatever else is in the tree.
///
/// @param configured the configured packages
/// @param needs what the image asks of it
public record ModulesStep(Input.Output configured, KernelNeeds needs) implements Step {
  /// Its name.
  public static final StepId ID = new StepId("modules");

  private static final TreePath MODULES = TreePath.of("usr/lib/modules");

  private static final Versions VERSIONS = Versions.of("modules", 3, ModuleIndex.VERSIONS);

  @Override
  public StepId id() {
    return ID;
  }

  @Override
  public SortedMap<String, Input> inputs() {
    return new TreeMap<>(Map.of("configured", configured));
  }

  @Override
  public Versions versions() {
    return VERSIONS;
  }

  @Override
  public Sharing sharing() {
    return Sharing.SHARED;
  }

  @Override
  public Outputs run(StepContext context) throws IOException, InterruptedException {
    FileTree tree = context.tree("configured");
    InstalledKernel found = InstalledKernel.of(tree, context.contents(), needs.choice());
    ModuleIndex index = index(tree, found.release(), context.contents(), context.memory());
    List<Problem> unmet = BootNeeds.unmet(tree, context.contents(), found, index, needs);
    if (!unmet.isEmpty()) {
      throw new RejectedException(unmet);
    }
    return Outputs.of("modules", keep(context, index));
  }

  @Override
  public void prepare(Draft draft) throws IOException, InterruptedException {
    Optional<FileTree> tree = draft.tree("configured");
    if (tree.isPresent()) {
      String release = InstalledKernel.of(tree.get(), draft.contents(), needs.choice()).release();
      index(tree.get(), release, draft.contents(), draft.memory());
    }
  }

  /// The modules of a kernel, as remembered or read; none, where everything is built in.
  static ModuleIndex index(FileTree tree, String release, ContentSource contents, Actions memory)
      throws IOException, InterruptedException {
    TreePath folder = MODULES.resolve(release);
    if (tree.find(folder).isEmpty()) {
      return ModuleIndex.of(List.of(), List.of(), List.of(), List.of());
    }
    Digest key = key(tree, folder);
    Optional<byte[]> known = memory.find(key);
    if (known.isPresent()) {
      try {
        return ModuleIndexCodec.read(new ByteArrayInputStream(known.get()));
      } catch (FormatException _) {
        // Another version's.
      }
    }
    ModuleIndex index = ModuleIndex.read(tree, contents, release);
    byte[] bytes = bytes(index);
    if (bytes.length <= Actions.LARGEST_VALUE) {
      memory.put(key, bytes);
    }
    return index;
  }

  private static Digest key(FileTree tree, TreePath folder) {
    StringBuilder files = new StringBuilder("kernel modules " + ModuleIndex.VERSIONS + "\n");
    tree.below(folder)
        .forEach(entry -> {
          if (entry.inode() instanceof Inode.RegularFile file) {
            files.append(entry.path()).append('\t').append(file.content().hex()).append('\n');
          }
        });
    return Digest.sha256(files.toString());
  }

  /// Puts an index into the store.
  static Artifact.Blob keep(StepContext context, ModuleIndex index) throws IOException {
    return context.keep(bytes(index));
  }

  private static byte[] bytes(ModuleIndex index) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 20);
    ModuleIndexCodec.write(index, bytes);
    return bytes.toByteArray();
  }

  /// The index behind the input called `name`.
  static ModuleIndex read(StepContext context, String name) throws IOException {
    try (InputStream in = new BufferedInputStream(context.blob(name).stream(), 1 << 16)) {
      return ModuleIndexCodec.read(in);
    }
  }
}
