package io.microvisor.compose.steps;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.Versions;
import io.microvisor.bytes.files.OwnerOnly;
import io.microvisor.compose.disk.DiskMap;
import io.microvisor.compose.plan.Artifact;
import io.microvisor.compose.plan.Input;
import io.microvisor.compose.plan.Outputs;
import io.microvisor.compose.plan.Sharing;
import io.microvisor.compose.plan.Step;
import io.microvisor.compose.plan.StepContext;
import io.microvisor.compose.plan.StepId;
import io.microvisor.compose.plan.Unkeyed;
import io.microvisor.formats.zstd.EarlierFile;
import io.microvisor.formats.zstd.SeekableZstd;
import io.microvisor.store.Actions;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// The disk, compressed by zstd in frames that can be read one by one. Frames that are as in the last disk of the same name
/// are copied from there.
///
/// @param map of the disk, see [DiskStep]
/// @param spec level and size of frames
/// @param name the image's
public record CompressedDiskStep(
    Input.Output map, SeekableZstd.Spec spec, @Unkeyed("only whose frames are copied") String name)
    implements Step {
  /// Its name.
  public static final StepId ID = new StepId("compressed disk");

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
    return SeekableZstd.VERSIONS;
  }

  /// All of the root is in it.
  @Override
  public Sharing sharing() {
    return Sharing.LOCAL;
  }

  @Override
  public Outputs run(StepContext context) throws IOException, InterruptedException {
    ByteSource disk = DiskMap.parse(context.blob("map")).open(context::file);
    Path file = context.scratch().resolve("disk.zst");
    List<Digest> digests;
    try (Earlier earlier = earlier(context);
        OutputStream out =
            new BufferedOutputStream(
                Channels.newOutputStream(
                    OwnerOnly.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)),
                1 << 20)) {
      digests = SeekableZstd.write(disk, spec, earlier.file(), out);
    }
    Artifact.Blob kept = context.keep(file);
    remember(context.memory(), kept.identity(), EarlierFile.toBytes(digests));
    return Outputs.of("file", kept);
  }

  /// The last disk, open for as long as it is used.
  private record Earlier(EarlierFile file, Closeable opened) implements Closeable {
    static final Earlier NONE = new Earlier(EarlierFile.NONE, () -> {});

    @Override
    public void close() throws IOException {
      opened.close();
    }
  }

  /// Where the last disk of this name is remembered: the digest of the file, then those of its frames' contents.
  private Digest memory() {
    return Digest.sha256("earlier compressed disk 1 " + spec.identity() + " " + name);
  }

  private void remember(Actions memory, Digest file, byte[] digests) throws IOException {
    if (Digest.SIZE + digests.length <= Actions.LARGEST_VALUE) {
      memory.put(
          memory(),
          ByteBuffer.allocate(Digest.SIZE + digests.length).put(file.bytes()).put(digests).array());
    }
  }

  private Earlier earlier(StepContext context) throws IOException {
    Optional<byte[]> remembered =
        context.memory().find(memory()).filter(value -> value.length >= Digest.SIZE);
    if (remembered.isEmpty()) {
      return Earlier.NONE;
    }
    byte[] value = remembered.get();
    Optional<Path> path = context.kept(Digest.of(Arrays.copyOf(value, Digest.SIZE)));
    if (path.isEmpty()) {
      return Earlier.NONE;
    }
    FileChannel channel = FileChannel.open(path.get(), StandardOpenOption.READ);
    try {
      return new Earlier(
          EarlierFile.of(
              ByteSource.of(channel), Arrays.copyOfRange(value, Digest.SIZE, value.length)),
          channel);
    } catch (FormatException _) {
      channel.close();
      return Earlier.NONE; // Another version's.
    }
  }
}
