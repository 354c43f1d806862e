package io.microvisor.compose.steps;

import io.microvisor.bytes.Versions;
import io.microvisor.compose.plan.Draft;
import io.microvisor.compose.plan.Input;
import io.microvisor.compose.plan.Outputs;
import io.microvisor.compose.plan.Sharing;
import io.microvisor.compose.plan.Step;
import io.microvisor.compose.plan.StepContext;
import io.microvisor.compose.plan.StepId;
import io.microvisor.compose.plan.Unkeyed;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.TreePath;
import io.microvisor.packages.install.Follow;
import io.microvisor.packages.install.PrivateKeys;
import io.microvisor.sandbox.Sandbox;
import io.microvisor.sandbox.SandboxSupport;
import io.microvisor.store.ContentStore;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// The configured packages with a template's [TriggeringFilesStep] files in them, and all that follows from these. Without
/// such a file it is the configured packages.
///
/// @param configured the configured packages
/// @param files the files
/// @param created keeps what programs write
/// @param epoch SOURCE_DATE_EPOCH for them
public record TriggersStep(
    Input.Output configured,
    Input.Output files,
    @Unkeyed("a place to put contents") ContentStore created,
    long epoch)
    implements Step {
  /// Its name.
  public static final StepId ID = new StepId("triggers");

  @Override
  public StepId id() {
    return ID;
  }

  @Override
  public SortedMap<String, Input> inputs() {
    return new TreeMap<>(Map.of("configured", configured, "files", files));
  }

  @Override
  public Versions versions() {
    return Follow.VERSIONS;
  }

  /// The template's files are in it.
  @Override
  public Sharing sharing() {
    return Sharing.LOCAL;
  }

  @Override
  public Outputs run(StepContext context) throws IOException, InterruptedException {
    FileTree configured = context.tree("configured");
    FileTree files = context.tree("files");
    if (files.size() == 1) {
      return Outputs.of("tree", context.keep(configured));
    }
    FileTree tree =
        Follow.in(() -> Sandbox.on(SandboxSupport.probe()))
            .add(configured, files, context.contents(), epoch, created, context::note);
    List<TreePath> keys = PrivateKeys.in(List.of(configured, files), tree, context.contents());
    return Outputs.of("tree", context.keep(tree))
        .withSecrets(keys.stream().map(TreePath::absolute).toList());
  }

  /// Nearly all of it is as it was.
  @Override
  public void prepare(Draft draft) {
    draft.tree("configured").ifPresent(tree -> draft.offer("tree", tree, Map.of()));
  }
}
