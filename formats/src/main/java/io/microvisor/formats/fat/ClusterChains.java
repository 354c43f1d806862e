package io.microvisor.formats.fat;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.StructReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// Follows the chains of the first FAT. Each cluster is followed once only, so that neither a loop nor files that share
/// clusters can make reading take longer than the volume is large.
final class ClusterChains {
  private static final int PAGE_ENTRIES = 1 << 14;
  private static final long MASK = 0x0fff_ffffL;
  private static final long LEAST_END_OF_CHAIN = 0x0fff_fff8L;

  private final ByteSource volume;
  private final FatGeometry geometry;
  private final BitSet seen = new BitSet();
  private long[] page = {};
  private long pageStart;

  ClusterChains(ByteSource volume, FatGeometry geometry) {
    this.volume = volume;
    this.geometry = geometry;
  }

  /// What a chain holds, from its first cluster to its end.
  ///
  /// @param most how many bytes are acceptable
  ByteSource wholeChain(long first, long most) throws IOException {
    List<ChainSource.Run> runs = new ArrayList<>();
    long clusters = 0;
    for (long at = first; at < LEAST_END_OF_CHAIN; at = next(at)) {
      if (++clusters > Math.ceilDiv(most, (long) geometry.clusterBytes())) {
        throw damaged(first, "the chain is longer than " + most + " bytes (expected: its end)");
      }
      follow(at, runs);
    }
    return new ChainSource(volume, geometry, runs, clusters * geometry.clusterBytes());
  }

  /// The first `size` bytes of a chain, which may go on behind them.
  ByteSource beginOfChain(long first, long size) throws IOException {
    List<ChainSource.Run> runs = new ArrayList<>();
    long clusters = Math.ceilDiv(size, (long) geometry.clusterBytes());
    long at = first;
    for (long i = 0; i < clusters; i++) {
      if (at >= LEAST_END_OF_CHAIN) {
        throw damaged(first, "the chain has %d clusters (expected: %d)".formatted(i, clusters));
      }
      follow(at, runs);
      at = i + 1 < clusters ? next(at) : at;
    }
    return new ChainSource(volume, geometry, runs, size);
  }

  private void follow(long cluster, List<ChainSource.Run> runs) throws FormatException {
    if (cluster < FatGeometry.FIRST_CLUSTER
        || cluster >= geometry.clusters() + FatGeometry.FIRST_CLUSTER) {
      throw damaged(
          cluster,
          "cluster %d in a chain (expected: 2 to %d)".formatted(cluster, geometry.clusters() + 1));
    }
    if (seen.get((int) cluster)) {
      throw damaged(cluster, "cluster " + cluster + " is in two places (expected: one)");
    }
    seen.set((int) cluster);
    if (!runs.isEmpty() && runs.getLast().end() == cluster) {
      ChainSource.Run last = runs.removeLast();
      runs.add(new ChainSource.Run(last.index(), last.first(), last.count() + 1));
    } else {
      long index = runs.isEmpty() ? 0 : runs.getLast().index() + runs.getLast().count();
      runs.add(new ChainSource.Run(index, cluster, 1));
    }
  }

  private long next(long cluster) throws IOException {
    if (cluster < pageStart || cluster >= pageStart + page.length) {
      load(cluster / PAGE_ENTRIES * PAGE_ENTRIES);
    }
    return page[(int) (cluster - pageStart)];
  }

  private void load(long start) throws IOException {
    int count =
        (int) Math.min(PAGE_ENTRIES, geometry.clusters() + FatGeometry.FIRST_CLUSTER - start);
    StructReader in =
        StructReader.read(
            BootSector.FORMAT,
            volume,
            geometry.fatStartBytes(0) + start * Integer.BYTES,
            count * Integer.BYTES);
    page = new long[count];
    for (int i = 0; i < count; i++) {
      page[i] = in.u32le() & MASK;
    }
    pageStart = start;
  }

  private FormatException damaged(long cluster, String what) {
    return FormatException.damaged(
        BootSector.FORMAT, geometry.fatStartBytes(0) + cluster * Integer.BYTES, what);
  }
}
