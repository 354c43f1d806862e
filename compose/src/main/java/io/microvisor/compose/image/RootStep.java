package io.microvisor.compose.image;

import io.microvisor.compose.kernel.InstalledKernel;
import io.microvisor.compose.plan.Artifact;
import io.microvisor.compose.plan.Fingerprint;
import io.microvisor.compose.plan.Input;
import io.microvisor.compose.plan.Outputs;
import io.microvisor.compose.plan.Step;
import io.microvisor.compose.plan.StepContext;
import io.microvisor.compose.plan.StepId;
import io.microvisor.compose.rootfs.RootFileSystem;
import io.microvisor.compose.template.EffectiveTemplate;
import io.microvisor.compose.template.Template;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// The root file system: the configured packages with what the template says; and, out of the packages, what goes beside
/// the root: kernel, boot stub, boot loader.
///
/// @param configured the configured packages
/// @param modules all modules of their kernel, see [ModulesStep]
/// @param template what the image is to be
/// @param epoch the image's time, in seconds since 1970
public record RootStep(Input.Output configured, Input.Output modules, Template template, long epoch)
    implements Step {
  /// Its name.
  public static final StepId ID = new StepId("root");

  private static final String EFI = "usr/lib/systemd/boot/efi/";
  private static final int LARGEST_PROGRAM = 256 << 20;

  @Override
  public StepId id() {
    return ID;
  }

  @Override
  public SortedMap<String, Input> inputs() {
    return new TreeMap<>(
        Map.of(
            "configured", configured,
            "modules", modules,
            "template", new Input.Content(template.effective().identity())));
  }

  @Override
  public Fingerprint fingerprint() {
    return Fingerprint.of(RootFileSystem.VERSION, "epoch", epoch);
  }

  @Override
  public SortedMap<String, String> details() {
    SortedMap<String, String> details = new TreeMap<>();
    EffectiveTemplate effective = template.effective();
    effective.values().forEach((key, value) -> details.put("template key " + key, value));
    effective.files().forEach(f -> details.put("file " + f.name(), f.digest().hex()));
    return details;
  }

  @Override
  public Outputs run(StepContext context) throws IOException {
    FileTree configuredTree = context.tree("configured");
    InstalledKernel kernel =
        InstalledKernel.of(configuredTree, context.contents(), template.system().kernel());
    RootFileSystem.Result root =
        RootFileSystem.compose(
            template,
            configuredTree,
            kernel,
            context.contents(),
            ModulesStep.read(context, "modules"),
            epoch);
    for (byte[] bytes : root.added().values()) {
      context.keepContent(bytes);
    }
    return Outputs.of("tree", context.keep(root.tree()))
        .and("kernel version", new Artifact.Text(kernel.release()))
        .and("kernel package", new Artifact.Text(kernel.owner()))
        .and("modules", ModulesStep.keep(context, root.modules()))
        .and("kernel", blob(context, configuredTree, kernel.image().toString()))
        .and("stub", blob(context, configuredTree, EFI + "linuxx64.efi.stub"))
        .and("boot loader", blob(context, configuredTree, EFI + "systemd-bootx64.efi"))
        .and("os-release", blob(context, root.tree(), "usr/lib/os-release"));
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
