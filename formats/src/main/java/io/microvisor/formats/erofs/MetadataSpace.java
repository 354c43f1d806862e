package io.microvisor.formats.erofs;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/// Hands out places in the metadata area. What fits a block never crosses the boundary of one; what was left of the
/// last few blocks is used for what comes later, so that the inodes of a directory stay near each other.
final class MetadataSpace {
  /// Inodes begin at multiples of this; their number is the position divided by it.
  static final int SLOT = 32;

  private static final int MOST_OPEN = 8;

  private static final class Open {
    private final long start;
    private int used;

    Open(long start, int used) {
      this.start = start;
      this.used = used;
    }
  }

  private final Deque<Open> open = new ArrayDeque<>();
  private long end;

  /// The position, in bytes from the beginning of the area, of `size` bytes that nothing else has; never 0, because the
  /// inode number 0 means none.
  long take(int size) {
    for (Iterator<Open> blocks = open.iterator(); blocks.hasNext(); ) {
      Open block = blocks.next();
      if (size <= Blocks.SIZE - block.used) {
        long position = block.start + block.used;
        block.used = Blocks.alignUp(block.used + size, SLOT);
        if (block.used >= Blocks.SIZE) {
          blocks.remove();
        }
        return position;
      }
    }
    int skipped = end == 0 ? SLOT : 0;
    if (skipped + size > Blocks.SIZE && size <= Blocks.SIZE) {
      // The first block cannot hold it, because its first slot stays empty.
      keep(new Open(end, skipped));
      end += Blocks.SIZE;
      skipped = 0;
    }
    long position = end + skipped;
    long stop = position + size;
    end = Blocks.count(stop) * Blocks.SIZE;
    int used = Blocks.alignUp((int) (stop % Blocks.SIZE), SLOT);
    if (used > 0 && used < Blocks.SIZE) {
      keep(new Open(end - Blocks.SIZE, used));
    }
    return position;
  }

  private void keep(Open block) {
    open.add(block);
    if (open.size() > MOST_OPEN) {
      open.remove();
    }
  }

  /// How many bytes the area takes so far, a multiple of 4096.
  long size() {
    return end;
  }
}
