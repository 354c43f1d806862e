package io.microvisor.compose.image;

import io.microvisor.bytes.ByteSource;
import io.microvisor.compose.plan.Artifact;
import io.microvisor.compose.plan.Fingerprint;
import io.microvisor.compose.plan.Input;
import io.microvisor.compose.plan.Outputs;
import io.microvisor.compose.plan.Step;
import io.microvisor.compose.plan.StepContext;
import io.microvisor.compose.plan.StepId;
import io.microvisor.compose.rootfs.KernelModules;
import io.microvisor.compose.template.Kernel;
import io.microvisor.formats.kmod.ModuleCompression;
import io.microvisor.formats.kmod.ModuleDecoder;
import io.microvisor.formats.kmod.ModuleIndex;
import io.microvisor.formats.kmod.ModuleIndexCodec;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.packages.unpack.Compression;
import io.microvisor.packages.unpack.Decompressor;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// What the kernel's modules say of themselves: thousands of files are unpacked and parsed once for each kernel.
///
/// @param configured the configured packages
/// @param kernel what the template says of it
public record ModulesStep(Input.Output configured, Kernel kernel) implements Step {
  /// Its name.
  public static final StepId ID = new StepId("modules");

  /// Unpacks module files, by the host's liblzma where there is one.
  static final ModuleDecoder DECODER = ModulesStep::decode;

  private static final int VERSION = 1;
  private static final long LARGEST_MODULE = 256L << 20;

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
    return Fingerprint.of(VERSION);
  }

  @Override
  public Outputs run(StepContext context) throws IOException, InterruptedException {
    FileTree tree = context.tree("configured");
    ModuleIndex index =
        ModuleIndex.read(tree, context.contents(), KernelModules.version(tree, kernel), DECODER);
    return Outputs.of("modules", keep(context, index));
  }

  /// Puts an index into the store.
  static Artifact.Blob keep(StepContext context, ModuleIndex index) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 20);
    ModuleIndexCodec.write(index, bytes);
    return context.keep(bytes.toByteArray());
  }

  /// The index behind the input called `name`.
  static ModuleIndex read(StepContext context, String name) throws IOException {
    try (InputStream in = new BufferedInputStream(context.blob(name).stream(), 1 << 16)) {
      return ModuleIndexCodec.read(in);
    }
  }

  private static InputStream decode(InputStream packed, ModuleCompression compression)
      throws IOException {
    return switch (compression) {
      case XZ ->
          Decompressor.open(Compression.XZ, ByteSource.of(packed.readAllBytes()), LARGEST_MODULE);
      case NONE, GZIP, ZSTD -> ModuleDecoder.standard().decode(packed, compression);
    };
  }
}
