package io.microvisor.compose.steps;

import io.microvisor.bytes.Digest;
import io.microvisor.bytes.Versions;
import io.microvisor.compose.disk.DiskMap;
import io.microvisor.compose.disk.DiskSpec;
import io.microvisor.compose.disk.DiskWriter;
import io.microvisor.compose.layout.DiskLayout;
import io.microvisor.compose.plan.Input;
import io.microvisor.compose.plan.Outputs;
import io.microvisor.compose.plan.Sharing;
import io.microvisor.compose.plan.Step;
import io.microvisor.compose.plan.StepContext;
import io.microvisor.compose.plan.StepId;
import io.microvisor.compose.plan.Unkeyed;
import io.microvisor.compose.template.Disk;
import java.io.IOException;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// The disk, as a [DiskMap]: partition table, EFI system partition, root and hash tree, each where the layout says.
///
/// @param uki the unified kernel image
/// @param bootLoader systemd-boot
/// @param root the root image
/// @param verity its hash tree
/// @param rootHash what the GUIDs derive from
/// @param layout which partitions it has
/// @param release the image's name and version, as files on the EFI system partition are called
/// @param slots the same layout as the template says it
/// @param epoch the time of files on the EFI system partition, in seconds since 1970
public record DiskStep(
    Input.Output uki,
    Input.Output bootLoader,
    Input.Output root,
    Input.Output verity,
    Input.Output rootHash,
    DiskLayout layout,
    String release,
    @Unkeyed("the places of problems") Disk.Layout slots,
    long epoch)
    implements Step {
  /// Its name.
  public static final StepId ID = new StepId("disk");

  @Override
  public StepId id() {
    return ID;
  }

  @Override
  public SortedMap<String, Input> inputs() {
    return new TreeMap<>(
        Map.of(
            "uki", uki,
            "boot loader", bootLoader,
            "root", root,
            "verity", verity,
            "root hash", rootHash));
  }

  @Override
  public Versions versions() {
    return DiskWriter.VERSIONS;
  }

  /// It names the root.
  @Override
  public Sharing sharing() {
    return Sharing.LOCAL;
  }

  @Override
  public Outputs run(StepContext context) throws IOException {
    DiskSpec spec =
        new DiskSpec(
            layout,
            release,
            slots,
            Digest.parse(context.text("root hash")),
            kept(context, "root"),
            kept(context, "verity"),
            program(context, "uki"),
            program(context, "boot loader"),
            epoch);
    spec.tightness().ifPresent(context::warn);
    DiskMap.Recorder recorder = new DiskMap.Recorder();
    DiskWriter.write(spec, recorder);
    return Outputs.of("map", context.keep(recorder.map().toBytes()));
  }

  private static DiskSpec.Program program(StepContext context, String name) throws IOException {
    return new DiskSpec.Program(context.artifact(name).identity(), kept(context, name));
  }

  private static DiskMap.Stored kept(StepContext context, String name) throws IOException {
    return new DiskMap.Stored(context.artifact(name).identity(), context.blob(name));
  }
}
