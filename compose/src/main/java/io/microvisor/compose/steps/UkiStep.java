package io.microvisor.compose.steps;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.RandomSink;
import io.microvisor.bytes.Versions;
import io.microvisor.bytes.files.OwnerOnly;
import io.microvisor.compose.initrd.RootCommandLine;
import io.microvisor.compose.plan.Input;
import io.microvisor.compose.plan.Outputs;
import io.microvisor.compose.plan.Sharing;
import io.microvisor.compose.plan.Step;
import io.microvisor.compose.plan.StepContext;
import io.microvisor.compose.plan.StepId;
import io.microvisor.formats.uki.UkiSection;
import io.microvisor.formats.uki.UkiSpec;
import io.microvisor.formats.uki.UkiWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// The unified kernel image: stub, kernel, initrd, and the command line with the root hash.
///
/// @param base the step that makes `kernel`, `stub` and `kernel version`
/// @param osRelease what the image says it is
/// @param initrd the initrd
/// @param microcode what goes before it; empty if nothing does
/// @param rootHash the root hash of the root image
/// @param parameters what the command line says besides the root
public record UkiStep(
    StepId base,
    Input.Output osRelease,
    Input.Output initrd,
    Input.Output microcode,
    Input.Output rootHash,
    List<String> parameters)
    implements Step {
  public UkiStep {
    parameters = List.copyOf(parameters);
  }

  /// Its name.
  public static final StepId ID = new StepId("kernel image");

  @Override
  public StepId id() {
    return ID;
  }

  @Override
  public SortedMap<String, Input> inputs() {
    return new TreeMap<>(
        Map.of(
            "kernel", new Input.Output(base, "kernel"),
            "kernel version", new Input.Output(base, "kernel version"),
            "stub", new Input.Output(base, "stub"),
            "os-release", osRelease,
            "initrd", initrd,
            "microcode", microcode,
            "root hash", rootHash));
  }

  @Override
  public Versions versions() {
    return UkiWriter.VERSIONS;
  }

  /// The command line is the template's, and the initrd has files of the root.
  @Override
  public Sharing sharing() {
    return Sharing.LOCAL;
  }

  @Override
  public Outputs run(StepContext context) throws IOException {
    Path file = context.scratch().resolve("uki.efi");
    List<UkiSection> sections =
        new ArrayList<>(
            List.of(
                new UkiSection(UkiSection.Name.OSREL, context.blob("os-release")),
                UkiSection.of(
                    UkiSection.Name.CMDLINE,
                    RootCommandLine.verity(Digest.parse(context.text("root hash")), parameters)),
                UkiSection.of(UkiSection.Name.UNAME, context.text("kernel version")),
                new UkiSection(UkiSection.Name.LINUX, context.blob("kernel")),
                new UkiSection(UkiSection.Name.INITRD, context.blob("initrd"))));
    ByteSource early = context.blob("microcode");
    if (early.size() > 0) {
      sections.add(new UkiSection(UkiSection.Name.UCODE, early));
    }
    UkiSpec spec = new UkiSpec(context.blob("stub"), sections);
    try (RandomSink out =
        RandomSink.of(
            OwnerOnly.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
      UkiWriter.write(spec, out);
    }
    return Outputs.of("uki", context.keep(file));
  }
}
