package io.microvisor.compose.steps;

import io.microvisor.bytes.Digest;
import io.microvisor.bytes.Guid;
import io.microvisor.bytes.RandomSink;
import io.microvisor.bytes.Versions;
import io.microvisor.bytes.files.OwnerOnly;
import io.microvisor.compose.plan.Artifact;
import io.microvisor.compose.plan.Input;
import io.microvisor.compose.plan.Outputs;
import io.microvisor.compose.plan.Sharing;
import io.microvisor.compose.plan.Step;
import io.microvisor.compose.plan.StepContext;
import io.microvisor.compose.plan.StepId;
import io.microvisor.formats.verity.Salt;
import io.microvisor.formats.verity.VeritySpec;
import io.microvisor.formats.verity.VerityTree;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// The dm-verity hash tree of the root image, and its root hash.
///
/// @param image the root image
/// @param imageName what the salt derives from: the same for all versions of an image, so that blocks which two of them
///     share have the same hash
public record VerityStep(Input.Output image, String imageName) implements Step {
  /// Its name.
  public static final StepId ID = new StepId("verity");

  @Override
  public StepId id() {
    return ID;
  }

  @Override
  public SortedMap<String, Input> inputs() {
    return new TreeMap<>(Map.of("image", image));
  }

  @Override
  public Versions versions() {
    return VerityTree.VERSIONS;
  }

  /// Digests of all blocks of the root, by which guesses at a small secret could be checked.
  @Override
  public Sharing sharing() {
    return Sharing.LOCAL;
  }

  @Override
  public Outputs run(StepContext context) throws IOException, InterruptedException {
    Digest salt = Digest.sha256("emt dm-verity salt of " + imageName);
    VerityTree tree =
        VerityTree.of(
            context.blob("image"),
            new VeritySpec(Guid.derive(salt, "hash device").uuid(), Salt.of(salt)));
    Path file = context.scratch().resolve("root.verity");
    try (RandomSink out =
        RandomSink.of(
            OwnerOnly.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
      tree.write(out);
    }
    return Outputs.of("tree", context.keep(file))
        .and("root hash", new Artifact.Text(tree.rootHash().hex()));
  }
}
