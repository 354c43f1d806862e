package io.microvisor.compose.steps;

import io.microvisor.bytes.Versions;
import io.microvisor.compose.kernel.InstalledKernel;
import io.microvisor.compose.plan.Draft;
import io.microvisor.compose.plan.Input;
import io.microvisor.compose.plan.Outputs;
import io.microvisor.compose.plan.Sharing;
import io.microvisor.compose.plan.Step;
import io.microvisor.compose.plan.StepContext;
import io.microvisor.compose.plan.StepId;
import io.microvisor.compose.problem.Code;
import io.microvisor.compose.problem.Place;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.problem.RejectedException;
import io.microvisor.compose.template.Kernel;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// The configured packages with the modules that were built for their kernel.
///
/// @param configured the configured packages
/// @param built a tree of modules
/// @param kernel which kernel boots
/// @param sources where the template names the modules
public record AddedModulesStep(
    Input.Output configured, Input.Output built, Kernel.Choice kernel, Place sources)
    implements Step {
  /// Its name.
  public static final StepId ID = new StepId("added modules");

  private static final Versions VERSIONS = Versions.of("added modules", 1);

  @Override
  public StepId id() {
    return ID;
  }

  @Override
  public SortedMap<String, Input> inputs() {
    return new TreeMap<>(Map.of("configured", configured, "built", built));
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
  public Outputs run(StepContext context) throws IOException {
    FileTree tree = context.tree("configured");
    FileTree modules = context.tree("built");
    String release = InstalledKernel.of(tree, context.contents(), kernel).release();
    TreePath folder = TreePath.of("usr/lib/modules").resolve(release);
    FileTree.Builder builder = tree.toBuilder();
    List<FileTree.Entry> files =
        modules.below(folder).filter(entry -> entry.inode() instanceof Inode.RegularFile).toList();
    if (files.isEmpty()) {
      throw new RejectedException(
          List.of(
              Problem.of(
                  Code.MODULE_NOT_BUILT,
                  sources,
                  "dkms: modules were built for "
                      + modules.children(TreePath.of("usr/lib/modules")).stream()
                          .map(each -> each.path().name())
                          .toList()
                      + " (expected: for "
                      + release
                      + ", the kernel that boots)",
                  "name the headers of that kernel under systemConfig.kernel.dkms")));
    }
    for (FileTree.Entry entry : files) {
      builder.mkdirs(entry.path().parent());
      builder.put(entry.path(), entry.inode());
    }
    return Outputs.of("tree", context.keep(builder.build()));
  }

  /// Nearly all of it is as it was.
  @Override
  public void prepare(Draft draft) {
    draft.tree("configured").ifPresent(tree -> draft.offer("tree", tree, Map.of()));
  }
}
