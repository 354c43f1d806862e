package io.microvisor.compose.steps;

import io.microvisor.bytes.Digest;
import io.microvisor.bytes.Versions;
import io.microvisor.compose.disk.DiskMap;
import io.microvisor.compose.plan.Artifact;
import io.microvisor.compose.plan.Input;
import io.microvisor.compose.plan.Outputs;
import io.microvisor.compose.plan.Sharing;
import io.microvisor.compose.plan.Step;
import io.microvisor.compose.plan.StepContext;
import io.microvisor.compose.plan.StepId;
import java.io.IOException;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// The SHA-256 of a whole disk, for those who are handed one. It takes longer than all that is left to do for a disk in
/// most builds, so it is a step that not every image has.
///
/// @param map of the disk, see [DiskStep]
public record DiskDigestStep(Input.Output map) implements Step {
  /// Its name.
  public static final StepId ID = new StepId("disk digest");

  private static final Versions VERSIONS = Versions.of("disk digest", 1);

  @Override
  public StepId id() {
    return ID;
  }

  @Override
  public SortedMap<String, Input> inputs() {
    return new TreeMap<>(Map.of("map", map));
  }

  @Override
  public Versions versions() {
    return VERSIONS;
  }

  /// By it guesses at a small secret in the root could be checked.
  @Override
  public Sharing sharing() {
    return Sharing.LOCAL;
  }

  @Override
  public Outputs run(StepContext context) throws IOException {
    DiskMap map = DiskMap.parse(context.blob("map"));
    return Outputs.of(
        "sha256", new Artifact.Text(Digest.sha256(map.open(context::file).stream()).hex()));
  }
}
