package io.microvisor.compose.steps;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.Guid;
import io.microvisor.bytes.RandomSink;
import io.microvisor.bytes.Versions;
import io.microvisor.bytes.files.OwnerOnly;
import io.microvisor.compose.plan.Artifact;
import io.microvisor.compose.plan.Draft;
import io.microvisor.compose.plan.Input;
import io.microvisor.compose.plan.Outputs;
import io.microvisor.compose.plan.Sharing;
import io.microvisor.compose.plan.Step;
import io.microvisor.compose.plan.StepContext;
import io.microvisor.compose.plan.StepId;
import io.microvisor.compose.plan.Unkeyed;
import io.microvisor.formats.erofs.Compression;
import io.microvisor.formats.erofs.EarlierImage;
import io.microvisor.formats.erofs.ErofsResult;
import io.microvisor.formats.erofs.ErofsSpec;
import io.microvisor.formats.erofs.ErofsWriter;
import io.microvisor.formats.erofs.ExtentCache;
import io.microvisor.formats.erofs.ImageIndex;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.store.Actions;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// The root file system as an EROFS image, zstd-compressed. What is as in the last image of the same name is copied
/// from there.
///
/// @param tree the root file system
/// @param name the image's name
/// @param identity what the volume's UUID derives from
/// @param epoch its build time, in seconds since 1970
/// @param compression of its contents
public record RootImageStep(
    Input.Output tree,
    @Unkeyed("only whose extents are copied") String name,
    Digest identity,
    long epoch,
    Compression compression)
    implements Step {
  /// Its name.
  public static final StepId ID = new StepId("root image");

  @Override
  public StepId id() {
    return ID;
  }

  @Override
  public SortedMap<String, Input> inputs() {
    return new TreeMap<>(Map.of("tree", tree));
  }

  @Override
  public Versions versions() {
    return ErofsWriter.VERSIONS;
  }

  /// All of the root.
  @Override
  public Sharing sharing() {
    return Sharing.LOCAL;
  }

  @Override
  public Outputs run(StepContext context) throws IOException {
    Path file = context.scratch().resolve("root.erofs");
    ErofsSpec spec =
        new ErofsSpec(
            Guid.derive(identity, "root file system").uuid(),
            "root",
            epoch,
            compression,
            cache(context.memory()));
    ErofsResult result;
    try (Earlier earlier = earlier(context);
        RandomSink out =
            RandomSink.of(
                OwnerOnly.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
      result =
          ErofsWriter.write(context.tree("tree"), context.contents(), spec, earlier.image(), out);
    }
    Artifact.Blob image = context.keep(file);
    remember(context, image, result.index());
    return Outputs.of("image", image);
  }

  /// Compresses extents; not where there is an earlier image of that name, which has most of them.
  @Override
  public void prepare(Draft draft) throws IOException {
    Optional<FileTree> drafted = draft.tree("tree");
    if (drafted.isPresent() && draft.memory().find(memory(name)).isEmpty()) {
      ErofsWriter.compressAhead(
          drafted.get(), draft.contents(), compression, cache(draft.memory()), draft::isWanted);
    }
  }

  /// The last image, open for as long as it is used.
  private record Earlier(EarlierImage image, Closeable file) implements Closeable {
    static final Earlier NONE = new Earlier(EarlierImage.NONE, () -> {});

    @Override
    public void close() throws IOException {
      file.close();
    }
  }

  /// Where the last image of this name and its index are remembered: the image's digest, then the index.
  private static Digest memory(String name) {
    return Digest.sha256("earlier root image 1 " + name);
  }

  private void remember(StepContext context, Artifact.Blob image, ImageIndex index)
      throws IOException {
    byte[] bytes = index.toBytes();
    if (Digest.SIZE + bytes.length <= Actions.LARGEST_VALUE) {
      context
          .memory()
          .put(
              memory(name),
              ByteBuffer.allocate(Digest.SIZE + bytes.length)
                  .put(image.identity().bytes())
                  .put(bytes)
                  .array());
    }
  }

  private Earlier earlier(StepContext context) throws IOException {
    Optional<byte[]> remembered =
        context.memory().find(memory(name)).filter(value -> value.length >= Digest.SIZE);
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
      byte[] index = Arrays.copyOfRange(value, Digest.SIZE, value.length);
      return new Earlier(
          new EarlierImage(ByteSource.of(channel), ImageIndex.parse(index, channel.size())),
          channel);
    } catch (FormatException _) {
      channel.close();
      return Earlier.NONE; // Another version's.
    }
  }

  /// Compressed extents in a step's memory.
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
