package io.microvisor.compose.image;

import io.microvisor.bytes.ByteSource;
import io.microvisor.compose.initrd.Initrd;
import io.microvisor.compose.initrd.InitrdComposer;
import io.microvisor.compose.initrd.InitrdSpec;
import io.microvisor.compose.initrd.InitrdWriter;
import io.microvisor.compose.initrd.Microcode;
import io.microvisor.compose.initrd.ModuleSelection;
import io.microvisor.compose.plan.Fingerprint;
import io.microvisor.compose.plan.Input;
import io.microvisor.compose.plan.Outputs;
import io.microvisor.compose.plan.Step;
import io.microvisor.compose.plan.StepContext;
import io.microvisor.compose.plan.StepId;
import io.microvisor.formats.tree.FileTree;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// The initrd, composed from the files of the root file system, and the microcode that goes before it (empty: none).
///
/// @param tree the root file system
/// @param modules the kernel modules in it
/// @param kernelVersion their kernel's version
/// @param extraModules modules to take along besides those that every initrd has, by name
/// @param epoch its files' time, in seconds since 1970
public record InitrdStep(
    Input.Output tree,
    Input.Output modules,
    Input.Output kernelVersion,
    List<String> extraModules,
    long epoch)
    implements Step {
  /// Its name.
  public static final StepId ID = new StepId("initrd");

  private static final int VERSION = 3;
  private static final int LEVEL = 9;
  private static final int WORKERS = 2;
  private static final int LARGEST_MICROCODE = 128 << 20;

  @Override
  public StepId id() {
    return ID;
  }

  @Override
  public SortedMap<String, Input> inputs() {
    return new TreeMap<>(Map.of("tree", tree, "modules", modules, "kernel version", kernelVersion));
  }

  @Override
  public Fingerprint fingerprint() {
    return Fingerprint.of(VERSION, "epoch", epoch, "level", LEVEL, "modules", extraModules);
  }

  @Override
  public Outputs run(StepContext context) throws IOException {
    InitrdSpec spec =
        InitrdSpec.of(context.text("kernel version"))
            .withModules(ModuleSelection.STORAGE.plus(extraModules))
            .withVolatiles(Set.of(InitrdSpec.Volatile.ETC, InitrdSpec.Volatile.VAR))
            .withTime(epoch);
    FileTree root = context.tree("tree");
    Initrd initrd =
        InitrdComposer.compose(
            root,
            context.contents(),
            ModulesStep.read(context, "modules"),
            ModulesStep.DECODER,
            spec);
    Path file = context.scratch().resolve("initrd.cpio.zst");
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
      InitrdWriter.write(initrd, LEVEL, WORKERS, out);
    }
    Optional<ByteSource> microcode = Microcode.archive(root, context.contents());
    byte[] early = microcode.isPresent() ? microcode.get().readAll(LARGEST_MICROCODE) : new byte[0];
    return Outputs.of("initrd", context.keep(file)).and("microcode", context.keep(early));
  }
}
