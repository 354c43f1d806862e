package io.microvisor.compose.pipeline;

import io.microvisor.bytes.Digest;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/// In which of several packages a content probably is, told from the first eight bytes of its digest: enough to open
/// the one package that is needed. Whoever asks looks whether it is there.
///
/// The byte form, numbers big-endian: for each content those eight bytes (as a signed number, in order), then for each,
/// in the same order, its package's number (u16).
final class ContentHints {
  private static final int ENTRY_SIZE = Long.BYTES + Short.BYTES;
  private static final int MOST_PACKAGES = 1 << Short.SIZE;

  private final long[] digests;
  private final short[] packages;

  private ContentHints(long[] digests, short[] packages) {
    this.digests = digests;
    this.packages = packages;
  }

  /// Hints for the contents of some packages' trees; those beyond the first 65,536 have none.
  static ContentHints of(List<FileTree> trees) {
    SortedMap<Long, Integer> sorted = new TreeMap<>();
    for (int i = 0; i < Math.min(trees.size(), MOST_PACKAGES); i++) {
      int number = i;
      trees
          .get(i)
          .entries()
          .forEach(entry -> {
            if (entry.inode() instanceof Inode.RegularFile file) {
              sorted.put(first(file.content()), number);
            }
          });
    }
    long[] digests = new long[sorted.size()];
    short[] packages = new short[sorted.size()];
    int at = 0;
    for (Map.Entry<Long, Integer> each : sorted.entrySet()) {
      digests[at] = each.getKey();
      packages[at++] = each.getValue().shortValue();
    }
    return new ContentHints(digests, packages);
  }

  private static long first(Digest digest) {
    return ByteBuffer.wrap(digest.bytes()).getLong();
  }

  /// The number of the package to look in.
  OptionalInt find(Digest digest) {
    int at = Arrays.binarySearch(digests, first(digest));
    return at < 0 ? OptionalInt.empty() : OptionalInt.of(Short.toUnsignedInt(packages[at]));
  }

  byte[] toBytes() {
    ByteBuffer bytes = ByteBuffer.allocate(digests.length * ENTRY_SIZE);
    bytes.asLongBuffer().put(digests);
    bytes.position(digests.length * Long.BYTES).asShortBuffer().put(packages);
    return bytes.array();
  }

  /// Hints from their byte form; empty if it is none.
  static Optional<ContentHints> parse(byte[] bytes) {
    if (bytes.length % ENTRY_SIZE != 0) {
      return Optional.empty();
    }
    long[] digests = new long[bytes.length / ENTRY_SIZE];
    short[] packages = new short[digests.length];
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    buffer.asLongBuffer().get(digests);
    buffer.position(digests.length * Long.BYTES).asShortBuffer().get(packages);
    return Optional.of(new ContentHints(digests, packages));
  }
}
