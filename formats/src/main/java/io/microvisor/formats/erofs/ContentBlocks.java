package io.microvisor.formats.erofs;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.RandomSink;
import io.microvisor.bytes.Zeros;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Writes the blocks of all contents: those that an earlier image has are copied from there; the other runs are encoded
/// by several threads, a few ahead of the one that is written, so that the order of blocks does not depend on timing
/// and memory is bounded by the number of threads.
final class ContentBlocks {
  private final List<List<Extent>> streams = new ArrayList<>();
  private final Map<Digest, ImageIndex.Place> places = new HashMap<>();
  private final ByteSource earlier;
  private final RandomSink out;
  private long next;

  /// What is to be copied from the earlier image, in bytes, and where to; gathered as long as it is in one piece there
  /// and here.
  private long copyFrom;

  private long copyTo;
  private long copySize;

  private ContentBlocks(int streams, long firstBlock, ByteSource earlier, RandomSink out) {
    for (int i = 0; i < streams; i++) {
      this.streams.add(new ArrayList<>());
    }
    this.next = firstBlock;
    this.earlier = earlier;
    this.out = out;
  }

  /// Encodes and writes all of the plan's runs from `firstBlock` on.
  ///
  /// @param threads how many runs are encoded at once, at least 1
  static ContentBlocks write(
      ErofsPlan plan,
      RunEncoder encoder,
      EarlierImage earlier,
      long firstBlock,
      int threads,
      RandomSink out)
      throws IOException {
    ContentBlocks blocks = new ContentBlocks(plan.streams(), firstBlock, earlier.bytes(), out);
    Deque<Pending> window = new ArrayDeque<>();
    try (ExecutorService executor =
        Executors.newFixedThreadPool(threads, Thread.ofVirtual().factory())) {
      try {
        for (ErofsPlan.Run run : plan.runs()) {
          if (window.size() == 2 * threads) {
            blocks.append(window.remove());
          }
          Digest key = encoder.key(run);
          Optional<ImageIndex.Place> place = earlier.index().find(key);
          window.add(
              place.isPresent()
                  ? new Pending.Known(run, key, place.get())
                  : new Pending.Encoding(
                      run, key, executor.submit(() -> encoder.encode(run, key))));
        }
        while (!window.isEmpty()) {
          blocks.append(window.remove());
        }
        blocks.copy();
      } finally {
        window.forEach(Pending::cancel);
      }
    }
    return blocks;
  }

  /// A run whose turn comes.
  private sealed interface Pending {
    ErofsPlan.Run run();

    Digest key();

    default void cancel() {}

    /// In the earlier image.
    record Known(ErofsPlan.Run run, Digest key, ImageIndex.Place place) implements Pending {}

    /// On its way.
    record Encoding(ErofsPlan.Run run, Digest key, Future<RunEncoder.Encoded> result)
        implements Pending {
      @Override
      public void cancel() {
        result.cancel(false);
      }
    }
  }

  /// Where a stream's bytes lie, in order.
  List<Extent> extents(int stream) {
    return streams.get(stream);
  }

  /// Where every run is, by its key.
  Map<Digest, ImageIndex.Place> places() {
    return places;
  }

  /// The block behind the last.
  long end() {
    return next;
  }

  private void append(Pending pending) throws IOException {
    switch (pending) {
      case Pending.Known known -> {
        gather(known.place());
        append(known, known.place().extents(), known.place().size());
      }
      case Pending.Encoding encoding -> {
        RunEncoder.Encoded encoded = await(encoding.result());
        ByteBuffer bytes = encoded.blocks();
        if (!Zeros.only(bytes)) {
          out.write(next * Blocks.SIZE, bytes.duplicate());
        }
        append(encoding, encoded.extents(), bytes.remaining());
      }
    }
  }

  /// @param extents with [Extent#block] counted from the run's first
  private void append(Pending pending, List<Extent> extents, int size) {
    places.put(pending.key(), new ImageIndex.Place(next * Blocks.SIZE, size, extents));
    List<Extent> stream = streams.get(pending.run().stream());
    for (Extent extent : extents) {
      stream.add(new Extent(extent.size(), next + extent.block(), extent.blocks(), extent.form()));
    }
    next += size / Blocks.SIZE;
  }

  private void gather(ImageIndex.Place place) throws IOException {
    long to = next * Blocks.SIZE;
    if (copyFrom + copySize != place.position() || copyTo + copySize != to) {
      copy();
      copyFrom = place.position();
      copyTo = to;
    }
    copySize += place.size();
  }

  private void copy() throws IOException {
    if (copySize > 0) {
      out.write(copyTo, earlier.slice(copyFrom, copySize));
      copySize = 0;
    }
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
