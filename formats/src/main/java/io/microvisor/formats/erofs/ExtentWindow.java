package io.microvisor.formats.erofs;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.FormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/// Decompresses extents of an image, and remembers those used last: small files that lie in one extent of the packed
/// inode are mostly read one after the other.
final class ExtentWindow {
  private static final long MOST_BYTES = 16 << 20;

  private record Key(long position, int stored, int size) {}

  private final ByteSource image;
  private final Map<Key, byte[]> extents = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  ExtentWindow(ByteSource image) {
    this.image = image;
  }

  /// The content of an extent; the caller must not change it.
  ///
  /// @param position of its blocks in the image
  /// @param stored how many bytes they are
  /// @param size how many bytes of content are expected
  byte[] extent(long position, int stored, int size) throws IOException {
    Key key = new Key(position, stored, size);
    synchronized (extents) {
      byte[] known = extents.get(key);
      if (known != null) {
        return known;
      }
    }
    byte[] content = decompress(key);
    synchronized (extents) {
      if (extents.put(key, content) == null) {
        bytes += content.length;
      }
      Iterator<byte[]> oldest = extents.values().iterator();
      while (bytes > MOST_BYTES) {
        bytes -= oldest.next().length;
        oldest.remove();
      }
    }
    return content;
  }

  private byte[] decompress(Key key) throws IOException {
    byte[] blocks = new byte[key.stored];
    image.readFully(key.position, ByteBuffer.wrap(blocks));
    int start = 0;
    while (start < Blocks.SIZE && blocks[start] == 0) {
      start++;
    }
    byte[] content = new byte[key.size];
    try {
      long size = Zstd.decompressByteArray(content, 0, key.size, blocks, start, key.stored - start);
      if (size == key.size) {
        return content;
      }
      throw damaged(key, size + " bytes of content (expected: " + key.size + ")");
    } catch (ZstdException e) {
      FormatException damaged = damaged(key, String.valueOf(e.getMessage()));
      damaged.initCause(e);
      throw damaged;
    }
  }

  private static FormatException damaged(Key key, String what) {
    return FormatException.damaged(Blocks.FORMAT, key.position, "zstd extent: " + what);
  }
}
