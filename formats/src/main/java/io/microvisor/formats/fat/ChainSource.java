package io.microvisor.formats.fat;

import io.microvisor.bytes.ByteSource;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/// A file's content in its clusters.
///
/// @param runs clusters that follow each other, in order of the content
record ChainSource(ByteSource volume, FatGeometry geometry, List<Run> runs, long size)
    implements ByteSource {
  /// Clusters that follow each other.
  ///
  /// @param index which of the content's clusters the first one is, from 0
  record Run(long index, long first, long count) {
    long end() {
      return first + count;
    }
  }

  ChainSource {
    runs = List.copyOf(runs);
  }

  @Override
  public void readFully(long position, ByteBuffer into) throws IOException {
    if (position < 0 || position > size - into.remaining()) {
      throw new EOFException(
          into.remaining() + " bytes at " + position + " (expected: within " + size + ")");
    }
    int limit = into.limit();
    int clusterBytes = geometry.clusterBytes();
    long at = position;
    for (int i = runIndex(at / clusterBytes); into.position() < limit; i++) {
      Run run = runs.get(i);
      long within = at - run.index * clusterBytes;
      int count = (int) Math.min(limit - into.position(), run.count * clusterBytes - within);
      into.limit(into.position() + count);
      volume.readFully(geometry.clusterStartBytes(run.first) + within, into);
      into.limit(limit);
      at += count;
    }
  }

  private int runIndex(long cluster) {
    int low = 0;
    int high = runs.size() - 1;
    while (low < high) {
      int middle = low + high + 1 >>> 1;
      if (runs.get(middle).index <= cluster) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }
}
