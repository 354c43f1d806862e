package io.microvisor.formats.zstd;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.util.ZstdVersion;
import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.Versions;
import io.microvisor.bytes.Zeros;
import io.microvisor.formats.compression.Zstd;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Writes a source as independent zstd frames of a fixed amount of content, with a [SeekTable] behind them.
///
/// Frames are compressed in parallel, and taken from an earlier file where their content is the same. The result depends on
/// the content, the [Spec] and the version of zstd alone.
public final class SeekableZstd {
  /// Raised when the same input gives other bytes.
  public static final Versions VERSIONS = Versions.of("seekable zstd", 1, Zstd.VERSIONS);

  private SeekableZstd() {}

  /// How it is compressed.
  ///
  /// @param level zstd's, 1 to 19
  /// @param frameSize content of each frame but the last, in bytes
  public record Spec(int level, int frameSize) {
    /// All that the frame of a content depends on besides the content, as a word.
    public String identity() {
      return "zstd " + ZstdVersion.VERSION + " level " + level + " frame " + frameSize;
    }
  }

  private record Frame(Digest content, int size, ByteSource bytes) {}

  /// Writes all of `content`.
  ///
  /// @param earlier written with the same `spec`
  /// @return the digests of the frames' contents, in order, for the next file's [EarlierFile]
  /// @throws InterruptedException if this thread is interrupted; what is written is incomplete then
  public static List<Digest> write(
      ByteSource content, Spec spec, EarlierFile earlier, OutputStream out)
      throws IOException, InterruptedException {
    int processors = Runtime.getRuntime().availableProcessors();
    List<Digest> digests = new ArrayList<>();
    List<SeekTable.Frame> frames = new ArrayList<>();
    Deque<Future<Frame>> ahead = new ArrayDeque<>();
    Frames made = new Frames(content, spec, earlier);
    try (ExecutorService threads = Executors.newFixedThreadPool(processors)) {
      try {
        long next = 0;
        while (next < content.size() || !ahead.isEmpty()) {
          while (next < content.size() && ahead.size() < 2 * processors) {
            long at = next;
            ahead.add(threads.submit(() -> made.at(at)));
            next += spec.frameSize();
          }
          Frame frame = await(ahead.remove());
          frame.bytes().stream().transferTo(out);
          digests.add(frame.content());
          frames.add(new SeekTable.Frame(frame.bytes().size(), frame.size()));
        }
      } finally {
        threads.shutdownNow();
      }
    }
    out.write(new SeekTable(frames).toBytes());
    return digests;
  }

  private static Frame await(Future<Frame> frame) throws IOException, InterruptedException {
    try {
      return frame.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw new IllegalStateException("compressing", e);
    }
  }

  /// Makes frames; used by several threads.
  private static final class Frames {
    private final ByteSource content;
    private final Spec spec;
    private final EarlierFile earlier;

    /// A whole frame of zeros: a disk has many of them.
    private final Frame zeros;

    Frames(ByteSource content, Spec spec, EarlierFile earlier) {
      this.content = content;
      this.spec = spec;
      this.earlier = earlier;
      byte[] empty = new byte[spec.frameSize()];
      this.zeros = new Frame(Digest.sha256(empty), empty.length, compressed(empty));
    }

    Frame at(long position) throws IOException {
      int size = (int) Math.min(spec.frameSize(), content.size() - position);
      if (size == spec.frameSize() && content.isZeros(position, size)) {
        return zeros;
      }
      byte[] bytes = new byte[size];
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      content.readFully(position, buffer);
      if (size == spec.frameSize() && Zeros.only(buffer.flip())) {
        return zeros;
      }
      Digest digest = Digest.sha256(bytes);
      return new Frame(digest, size, earlier.find(digest).orElseGet(() -> compressed(bytes)));
    }

    private ByteSource compressed(byte[] bytes) {
      try (ZstdCompressCtx context = new ZstdCompressCtx()) {
        context.setLevel(spec.level()).setChecksum(true);
        return ByteSource.of(context.compress(bytes));
      }
    }
  }
}
