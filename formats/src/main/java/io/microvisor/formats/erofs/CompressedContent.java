package io.microvisor.formats.erofs;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.FormatException;
import java.io.EOFException;
import java.io.IOException;
import java.lang.ref.SoftReference;
import java.nio.ByteBuffer;
import java.util.List;

/// The content of a compressed inode. Its map is read when bytes are asked for, and forgotten when memory is short.
final class CompressedContent implements ByteSource {
  private final ByteSource image;
  private final ExtentWindow window;
  private final ByteSource packed;
  private final long map;
  private final long size;
  private volatile SoftReference<List<ExtentMap.Part>> parts = new SoftReference<>(List.of());

  /// A content.
  ///
  /// @param packed the packed inode's content, empty if there is none
  /// @param map where in the image the map is
  CompressedContent(ByteSource image, ExtentWindow window, ByteSource packed, long map, long size) {
    this.image = image;
    this.window = window;
    this.packed = packed;
    this.map = map;
    this.size = size;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void readFully(long position, ByteBuffer into) throws IOException {
    if (position < 0 || position > size - into.remaining()) {
      throw new EOFException(
          into.remaining() + " bytes at " + position + " (expected: within " + size + ")");
    }
    if (!into.hasRemaining()) {
      return;
    }
    List<ExtentMap.Part> all = parts();
    long at = position;
    for (int i = find(all, position); into.hasRemaining(); i++) {
      ExtentMap.Part part = all.get(i);
      long skip = at - part.start();
      int count = (int) Math.min(into.remaining(), part.size() - skip);
      read(part, skip, into, count);
      at += count;
    }
  }

  /// Where its bytes lie.
  List<ExtentMap.Part> parts() throws IOException {
    List<ExtentMap.Part> known = parts.get();
    if (known == null || known.isEmpty()) {
      known = ExtentMap.read(image, map, size);
      parts = new SoftReference<>(known);
    }
    return known;
  }

  private static int find(List<ExtentMap.Part> parts, long position) {
    int low = 0;
    int high = parts.size() - 1;
    while (low < high) {
      int middle = low + high + 1 >>> 1;
      if (parts.get(middle).start() <= position) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  private void read(ExtentMap.Part part, long skip, ByteBuffer into, int count) throws IOException {
    switch (part) {
      case ExtentMap.Part.Stored stored -> pass(image, stored.position() + skip, into, count);
      case ExtentMap.Part.Frame frame ->
          into.put(
              window.extent(frame.position(), frame.stored(), (int) frame.size()),
              (int) skip,
              count);
      case ExtentMap.Part.Packed fragment -> {
        if (fragment.offset() < 0 || fragment.offset() > packed.size() - fragment.size()) {
          throw FormatException.damaged(
              Blocks.FORMAT,
              map,
              "a fragment of "
                  + fragment.size()
                  + " bytes at "
                  + fragment.offset()
                  + " (expected: within "
                  + packed.size()
                  + ")");
        }
        pass(packed, fragment.offset() + skip, into, count);
      }
    }
  }

  private static void pass(ByteSource source, long position, ByteBuffer into, int count)
      throws IOException {
    int limit = into.limit();
    into.limit(into.position() + count);
    source.readFully(position, into);
    into.limit(limit);
  }
}
