package io.microvisor.compose.steps;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.Versions;
import io.microvisor.compose.initrd.InitrdSources;
import io.microvisor.compose.plan.Artifact;
import io.microvisor.compose.plan.Draft;
import io.microvisor.compose.plan.Input;
import io.microvisor.compose.plan.Outputs;
import io.microvisor.compose.plan.Sharing;
import io.microvisor.compose.plan.Step;
import io.microvisor.compose.plan.StepContext;
import io.microvisor.compose.plan.StepId;
import io.microvisor.compose.plan.Unkeyed;
import io.microvisor.compose.rootfs.RootFileSystem;
import io.microvisor.compose.template.EffectiveTemplate;
import io.microvisor.compose.template.LocalFile;
import io.microvisor.compose.template.Template;
import io.microvisor.compose.template.User;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.store.OtherDigestException;
import java.io.IOException;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The root file system: what of the packages is in the image, with what the template says; and what of it the initrd
/// may be made from.
///
/// @param base what of the packages is in the image, see [BaseStep]
/// @param template what the image is to be
/// @param epoch the image's time, in seconds since 1970
public record RootStep(Input.Output base, @Unkeyed("it is an input") Template template, long epoch)
    implements Step {
  /// Its name.
  public static final StepId ID = new StepId("root");

  private static final Versions VERSIONS =
      Versions.of("root tree", 1, RootFileSystem.VERSIONS, InitrdSources.VERSIONS);
  private static final int LARGEST_RELEASE = 1 << 20;

  @Override
  public StepId id() {
    return ID;
  }

  @Override
  public SortedMap<String, Input> inputs() {
    return new TreeMap<>(
        Map.of("base", base, "template", new Input.Content(template.effective().identity())));
  }

  @Override
  public Versions versions() {
    return VERSIONS;
  }

  @Override
  public SortedMap<String, String> details() {
    SortedMap<String, String> details = new TreeMap<>();
    EffectiveTemplate effective = template.effective();
    effective.values().forEach((key, value) -> details.put("template key " + key, value));
    effective.files().forEach(f -> details.put("file " + f.name(), f.digest().hex()));
    return details;
  }

  /// The template's files, and the password hashes of its users.
  @Override
  public Sharing sharing() {
    return Sharing.LOCAL;
  }

  @Override
  public Outputs run(StepContext context) throws IOException {
    FileTree tree = context.tree("base");
    RootFileSystem.Result root = RootFileSystem.compose(template, tree, context.contents(), epoch);
    root.notes().forEach(context::warn);
    for (var added : root.added().entrySet()) {
      keep(context, added.getKey(), added.getValue());
    }
    InitrdSources sources =
        InitrdSources.of(
            root.tree(),
            tree,
            template.system().users().stream().map(User::name).collect(Collectors.toSet()),
            context.contents());
    context.keepContent(sources.groups());
    return Outputs.of("tree", context.keep(root.tree()))
        .and("initrd sources", context.keep(sources.tree()))
        .and("os-release", release(context, root.tree()));
  }

  /// What the template adds is little beside it.
  @Override
  public void prepare(Draft draft) {
    draft.tree("base").ifPresent(tree -> draft.offer("tree", tree, Map.of()));
  }

  private void keep(StepContext context, Digest digest, ByteSource contents) throws IOException {
    try {
      context.keepContent(digest, contents);
    } catch (OtherDigestException e) {
      String name =
          template.effective().files().stream()
              .filter(file -> file.digest().equals(digest))
              .map(LocalFile::name)
              .findFirst()
              .orElseThrow(() -> new IllegalStateException("content " + digest, e));
      throw new IOException(
          name
              + ": changed while the image was built (expected: the file as it was read at the start)",
          e);
    }
  }

  private static Artifact.Blob release(StepContext context, FileTree tree) throws IOException {
    return switch (tree.find("usr/lib/os-release").orElse(null)) {
      case Inode.RegularFile file ->
          context.keep(context.contents().open(file.content()).readAll(LARGEST_RELEASE));
      case null, default ->
          throw new IOException("/usr/lib/os-release: not a file (expected: base-files' file)");
    };
  }
}
