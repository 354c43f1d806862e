package io.microvisor.compose.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.Versions;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.store.OtherDigestException;
import io.microvisor.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a step keeps that it did not make: files of any size, in a heap of a gigabyte.
class KeptContentTest {
  private static final StepId ID = new StepId("tree");
  private static final long LARGE = 1100L << 20;

  @TempDir Path folder;

  /// Keeps one content.
  private record Keeping(Digest digest, @Unkeyed("it has a digest") ByteSource content)
      implements Step {
    @Override
    public StepId id() {
      return ID;
    }

    @Override
    public SortedMap<String, Input> inputs() {
      return new TreeMap<>();
    }

    @Override
    public Versions versions() {
      return Versions.of("test", 1);
    }

    @Override
    public Sharing sharing() {
      return Sharing.SHARED;
    }

    @Override
    public Outputs run(StepContext context) throws IOException {
      context.keepContent(digest, content);
      Inode file = new Inode.RegularFile(Meta.of(0644), digest, content.size());
      return Outputs.of("tree", context.keep(FileTree.builder().put("file", file).build()));
    }
  }

  @Test
  void passesAFileLargerThanTheHeapAndKeepsItsHoles() throws Exception {
    Path file = folder.resolve("large");
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), LARGE / 2);
      channel.write(ByteBuffer.allocate(1), LARGE - 1);
    }
    Digest digest;
    try (InputStream in = Files.newInputStream(file)) {
      digest = Digest.sha256(in);
    }

    keep(digest, ByteSource.of(file));

    Path kept =
        folder
            .resolve("store/v1/contents/" + digest.hex().substring(0, 2))
            .resolve(digest.hex().substring(2));
    assertThat(Files.size(kept)).isEqualTo(LARGE);
    ByteBuffer middle = ByteBuffer.allocate(5);
    ByteSource.of(kept).readFully(LARGE / 2 - 1, middle);
    assertThat(middle.array()).containsExactly(0, 1, 2, 3, 0);
    // Java does not say how many blocks a file has; what is left of the disk would also count what
    // others write.
    Process du = new ProcessBuilder("du", "-k", kept.toString()).start();
    String blocks =
        new String(du.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
            .split("\\s", 2)[0];
    assertThat(Long.parseLong(blocks)).isLessThan(1 << 12);
  }

  @Test
  void refusesAContentThatIsNoLongerWhatItWas() {
    assertThatThrownBy(() -> keep(Digest.sha256("before"), ByteSource.of(new byte[] {1})))
        .isInstanceOf(OtherDigestException.class);
  }

  private void keep(Digest digest, ByteSource content) throws IOException, InterruptedException {
    try (Store store = Store.open(folder.resolve("store"))) {
      new PlanRunner(store, () -> ContentSource.of(Map.of()), _ -> {})
          .run(new Plan("test", List.of(new Keeping(digest, content))));
    }
  }
}
