package io.microvisor.formats.erofs;

import io.microvisor.bytes.RandomSink;
import io.microvisor.bytes.Zeros;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Writes the blocks of all contents: runs are encoded by several threads, a few ahead of the one that is written, so
/// that the order of blocks does not depend on timing and memory is bounded by the number of threads.
final class ContentBlocks {
  private final List<List<Extent>> streams = new ArrayList<>();
  private final RandomSink out;
  private long next;

  private ContentBlocks(int streams, long firstBlock, RandomSink out) {
    for (int i = 0; i < streams; i++) {
      this.streams.add(new ArrayList<>());
    }
    this.next = firstBlock;
    this.out = out;
  }

  /// Encodes and writes all of the plan's runs from `firstBlock` on.
  ///
  /// @param threads how many runs are encoded at once, at least 1
  static ContentBlocks write(
      ErofsPlan plan, RunEncoder encoder, long firstBlock, int threads, RandomSink out)
      throws IOException {
    ContentBlocks blocks = new ContentBlocks(plan.streams(), firstBlock, out);
    Deque<Pending> window = new ArrayDeque<>();
    try (ExecutorService executor =
        Executors.newFixedThreadPool(threads, Thread.ofVirtual().factory())) {
      try {
        for (ErofsPlan.Run run : plan.runs()) {
          if (window.size() == 2 * threads) {
            blocks.append(window.remove());
          }
          window.add(new Pending(run, executor.submit(() -> encoder.encode(run))));
        }
        while (!window.isEmpty()) {
          blocks.append(window.remove());
        }
      } finally {
        window.forEach(pending -> pending.result.cancel(false));
      }
    }
    return blocks;
  }

  private record Pending(ErofsPlan.Run run, Future<RunEncoder.Encoded> result) {}

  /// Where a stream's bytes lie, in order.
  List<Extent> extents(int stream) {
    return streams.get(stream);
  }

  /// The block behind the last.
  long end() {
    return next;
  }

  private void append(Pending pending) throws IOException {
    RunEncoder.Encoded encoded = await(pending.result);
    ByteBuffer bytes = encoded.blocks();
    int size = bytes.remaining();
    if (!Zeros.only(bytes)) {
      out.write(next * Blocks.SIZE, bytes);
    }
    List<Extent> extents = streams.get(pending.run.stream());
    for (Extent extent : encoded.extents()) {
      extents.add(new Extent(extent.size(), next + extent.block(), extent.blocks(), extent.form()));
    }
    next += size / Blocks.SIZE;
  }

  private static RunEncoder.Encoded await(Future<RunEncoder.Encoded> result) throws IOException {
    try {
      return result.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException stopped = new InterruptedIOException("EROFS image: interrupted");
      stopped.initCause(e);
      throw stopped;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException io) {
        throw new IOException("EROFS image: " + io.getMessage(), io);
      }
      throw new IllegalStateException("encoding contents failed", e.getCause());
    }
  }
}
