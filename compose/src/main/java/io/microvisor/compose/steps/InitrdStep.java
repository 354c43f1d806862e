package io.microvisor.compose.steps;

import io.microvisor.bytes.Versions;
import io.microvisor.bytes.files.OwnerOnly;
import io.microvisor.compose.initrd.InitrdWriter;
import io.microvisor.compose.plan.Input;
import io.microvisor.compose.plan.Outputs;
import io.microvisor.compose.plan.Sharing;
import io.microvisor.compose.plan.Step;
import io.microvisor.compose.plan.StepContext;
import io.microvisor.compose.plan.StepId;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// The initrd's files as one compressed archive.
///
/// @param files the files, see [InitrdFilesStep]
/// @param level of zstd
public record InitrdStep(Input.Output files, int level) implements Step {
  /// Its name.
  public static final StepId ID = new StepId("initrd");

  private static final int WORKERS = 2;

  @Override
  public StepId id() {
    return ID;
  }

  @Override
  public SortedMap<String, Input> inputs() {
    return new TreeMap<>(Map.of("files", files));
  }

  @Override
  public Versions versions() {
    return InitrdWriter.VERSIONS;
  }

  /// Files of the root, which may be the template's.
  @Override
  public Sharing sharing() {
    return Sharing.LOCAL;
  }

  @Override
  public Outputs run(StepContext context) throws IOException {
    Path file = context.scratch().resolve("initrd.cpio.zst");
    try (OutputStream out = new BufferedOutputStream(OwnerOnly.stream(file), 1 << 16)) {
      InitrdWriter.write(context.tree("files"), context.contents(), level, WORKERS, out);
    }
    return Outputs.of("initrd", context.keep(file));
  }
}
