package io.microvisor.compose.image;

import io.microvisor.bytes.Digest;
import io.microvisor.bytes.Guid;
import io.microvisor.bytes.RandomSink;
import io.microvisor.compose.plan.Fingerprint;
import io.microvisor.compose.plan.Input;
import io.microvisor.compose.plan.Outputs;
import io.microvisor.compose.plan.Step;
import io.microvisor.compose.plan.StepContext;
import io.microvisor.compose.plan.StepId;
import io.microvisor.formats.erofs.Compression;
import io.microvisor.formats.erofs.ErofsSpec;
import io.microvisor.formats.erofs.ErofsWriter;
import io.microvisor.formats.erofs.ExtentCache;
import io.microvisor.store.Actions;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// The root file system as an EROFS image, zstd-compressed.
///
/// @param tree the root file system
/// @param identity what the volume's UUID derives from
/// @param epoch its build time, in seconds since 1970
/// @param level of zstd, 1 to 19
public record RootImageStep(Input.Output tree, Digest identity, long epoch, int level)
    implements Step {
  /// Its name.
  public static final StepId ID = new StepId("root image");

  private static final int VERSION = 1;
  private static final int EXTENT_SIZE = 128 << 10;

  @Override
  public StepId id() {
    return ID;
  }

  @Override
  public SortedMap<String, Input> inputs() {
    return new TreeMap<>(Map.of("tree", tree));
  }

  @Override
  public Fingerprint fingerprint() {
    return Fingerprint.of(
        VERSION, "level", level, "extent", EXTENT_SIZE, "identity", identity, "epoch", epoch);
  }

  @Override
  public Outputs run(StepContext context) throws IOException {
    Path file = context.scratch().resolve("root.erofs");
    ErofsSpec spec =
        new ErofsSpec(
            Guid.derive(identity, "root file system").uuid(),
            "root",
            epoch,
            new Compression.Zstd(level, EXTENT_SIZE),
            cache(context.memory()));
    try (RandomSink out =
        RandomSink.of(
            FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
      ErofsWriter.write(context.tree("tree"), context.contents(), spec, out);
    }
    return Outputs.of("image", context.keep(file));
  }

  private static ExtentCache cache(Actions memory) {
    return new ExtentCache() {
      @Override
      public Optional<byte[]> find(Digest key) throws IOException {
        return memory.find(key);
      }

      @Override
      public void put(Digest key, byte[] value) throws IOException {
        memory.put(key, value);
      }
    };
  }
}
