package io.microvisor.compose.steps;

import io.microvisor.compose.kernel.BootNeeds;
import io.microvisor.compose.kernel.InstalledKernel;
import io.microvisor.compose.plan.Artifact;
import io.microvisor.compose.plan.Fingerprint;
import io.microvisor.compose.plan.Input;
import io.microvisor.compose.plan.Outputs;
import io.microvisor.compose.plan.Sharing;
import io.microvisor.compose.plan.Step;
import io.microvisor.compose.plan.StepContext;
import io.microvisor.compose.plan.StepId;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.problem.RejectedException;
import io.microvisor.compose.template.Kernel;
import io.microvisor.compose.template.PackageWish;
import io.microvisor.compose.template.Persistence;
import io.microvisor.formats.kmod.ModuleIndex;
import io.microvisor.formats.kmod.ModuleIndexCodec;
import io.microvisor.formats.tree.FileTree;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What the kernel's modules say of themselves, thousands of files unpacked and parsed once for each kernel; and whether it
/// can boot the image.
///
/// @param configured the configured packages
/// @param kernel what the template says of it
/// @param state where the image keeps state, which a kernel has to be able to
public record ModulesStep(Input.Output configured, Kernel kernel, Persistence.State state)
    implements Step {
  /// Its name.
  public static final StepId ID = new StepId("modules");

  /// Raised when the same inputs give another index.
  static final int VERSION = 3;

  @Override
  public StepId id() {
    return ID;
  }

  @Override
  public SortedMap<String, Input> inputs() {
    return new TreeMap<>(Map.of("configured", configured));
  }

  @Override
  public Fingerprint fingerprint() {
    return Fingerprint.of(
        VERSION,
        "kernel",
        choice(kernel),
        "initrd modules",
        kernel.initrdModules().names(),
        "state",
        state);
  }

  @Override
  public Sharing sharing() {
    return Sharing.SHARED;
  }

  @Override
  public Outputs run(StepContext context) throws IOException, InterruptedException {
    FileTree tree = context.tree("configured");
    InstalledKernel found = InstalledKernel.of(tree, context.contents(), kernel);
    ModuleIndex index = new Foregone(context).modules(tree, found.release());
    List<Problem> unmet = BootNeeds.unmet(tree, context.contents(), found, index, kernel, state);
    if (!unmet.isEmpty()) {
      throw new RejectedException(unmet);
    }
    return Outputs.of("modules", keep(context, index));
  }

  /// What decides which kernel boots, for fingerprints.
  static String choice(Kernel kernel) {
    return kernel.version()
        + kernel.packages().stream()
            .map(PackageWish::name)
            .collect(Collectors.joining(" ", " ", ""));
  }

  /// Puts an index into the store.
  static Artifact.Blob keep(StepContext context, ModuleIndex index) throws IOException {
    return context.keep(bytes(index));
  }

  static byte[] bytes(ModuleIndex index) throws IOException {
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
