package io.microvisor.formats.erofs;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.util.ZstdVersion;
import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Turns one run into blocks: reads its contents, and compresses them extent by extent.
///
/// A compressed extent's frame ends with its last block, zeros before it. An extent that would not save a block is
/// stored. What the cache keeps of a run is, for each extent, the length of its frame (4 bytes, big-endian; 0 if it is
/// stored) and the frame.
final class RunEncoder {
  private static final String KEY = "erofs extents 2";
  private static final byte[] STORED = (KEY + " stored\n").getBytes(StandardCharsets.US_ASCII);

  private final ContentSource contents;
  private final Compression compression;
  private final ExtentCache cache;
  private final EarlierImage earlier;
  private final ByteSource packedBefore;

  /// What keys of compressed runs begin with.
  private final byte[] compressed;

  /// @param contents where the bytes come from
  /// @param earlier asked for fragments first: those behind one that changed are all compressed again
  RunEncoder(
      ContentSource contents, Compression compression, ExtentCache cache, EarlierImage earlier)
      throws IOException {
    this.contents = contents;
    this.compression = compression;
    this.cache = cache;
    this.earlier = earlier;
    this.packedBefore = earlier.packed();
    this.compressed =
        switch (compression) {
          case Compression.None _ -> STORED;
          case Compression.Zstd zstd ->
              "%s zstd %s level %d extent %d\n"
                  .formatted(KEY, ZstdVersion.VERSION, zstd.level(), zstd.extentSize())
                  .getBytes(StandardCharsets.US_ASCII);
        };
  }

  /// A run as blocks.
  ///
  /// @param blocks their bytes, a multiple of 4096
  /// @param extents with [Extent#block] counted from the first of them
  record Encoded(ByteBuffer blocks, List<Extent> extents) {}

  /// @param key of the run, see [#key]
  Encoded encode(ErofsPlan.Run run, Digest key) throws IOException {
    return switch (compression) {
      case Compression.Zstd zstd when run.form() == ErofsPlan.Form.COMPRESSED ->
          compressed(run, key, zstd);
      case Compression.Zstd _, Compression.None _ -> stored(run);
    };
  }

  /// Stands for all that a run's blocks depend on.
  Digest key(ErofsPlan.Run run) {
    MessageDigest hasher = Digest.hasher();
    hasher.update(
        switch (run.form()) {
          case STORED -> STORED;
          case COMPRESSED -> compressed;
        });
    ByteBuffer range = ByteBuffer.allocate(Long.BYTES + Integer.BYTES);
    for (ErofsPlan.Piece piece : run.pieces()) {
      hasher.update(piece.content().digest().bytes());
      hasher.update(range.clear().putLong(piece.offset()).putInt(piece.size()).flip());
    }
    return Digest.of(hasher.digest());
  }

  /// Stands for the last bytes of a content, which lie behind an inode.
  static Digest key(NodeDraft.Payload.Tail tail) {
    return Digest.sha256(KEY + " inline " + tail.length() + " " + tail.content().digest().hex());
  }

  private Encoded stored(ErofsPlan.Run run) throws IOException {
    int size = run.size();
    int blocks = (int) Blocks.count(size);
    byte[] bytes = new byte[blocks * Blocks.SIZE];
    read(run, bytes);
    return new Encoded(
        ByteBuffer.wrap(bytes), List.of(new Extent(size, 0, blocks, ErofsPlan.Form.STORED)));
  }

  private Encoded compressed(ErofsPlan.Run run, Digest key, Compression.Zstd zstd)
      throws IOException {
    int count = Math.ceilDiv(run.size(), zstd.extentSize());
    List<byte[]> frames = List.of();
    Optional<byte[]> cached = cache.find(key);
    if (cached.isPresent()) {
      frames = decode(cached.get(), count);
    }
    byte[] raw = new byte[0];
    if (frames.size() != count) {
      raw = new byte[run.size()];
      read(run, raw);
      frames = frames(raw, zstd);
      cache.put(key, encode(frames));
    } else if (frames.stream().anyMatch(f -> f.length == 0)) {
      raw = new byte[run.size()];
      read(run, raw);
    }
    return layOut(run.size(), raw, frames, zstd.extentSize());
  }

  private static Encoded layOut(int size, byte[] raw, List<byte[]> frames, int extentSize) {
    List<Extent> extents = new ArrayList<>();
    int block = 0;
    for (int i = 0; i < frames.size(); i++) {
      int length = Math.min(extentSize, size - i * extentSize);
      byte[] frame = frames.get(i);
      boolean kept = frame.length == 0;
      int blocks = (int) Blocks.count(kept ? length : frame.length);
      extents.add(
          new Extent(
              length, block, blocks, kept ? ErofsPlan.Form.STORED : ErofsPlan.Form.COMPRESSED));
      block += blocks;
    }
    byte[] bytes = new byte[block * Blocks.SIZE];
    for (int i = 0; i < frames.size(); i++) {
      Extent extent = extents.get(i);
      int start = (int) extent.block() * Blocks.SIZE;
      byte[] frame = frames.get(i);
      switch (extent.form()) {
        case STORED -> System.arraycopy(raw, i * extentSize, bytes, start, extent.size());
        case COMPRESSED -> {
          int end = start + extent.blocks() * Blocks.SIZE;
          System.arraycopy(frame, 0, bytes, end - frame.length, frame.length);
        }
      }
    }
    return new Encoded(ByteBuffer.wrap(bytes), extents);
  }

  /// One frame for each extent; empty where none would save a block.
  private static List<byte[]> frames(byte[] raw, Compression.Zstd zstd) {
    List<byte[]> frames = new ArrayList<>();
    try (ZstdCompressCtx context = new ZstdCompressCtx()) {
      // The content size is pledged, so that zstd lowers its window to it: the kernel refuses a
      // larger window than
      // the superblock names.
      context.setLevel(zstd.level()).setContentSize(true).setChecksum(false).setDictID(false);
      for (int at = 0; at < raw.length; at += zstd.extentSize()) {
        int length = Math.min(zstd.extentSize(), raw.length - at);
        byte[] extent = Arrays.copyOfRange(raw, at, at + length);
        byte[] frame = context.compress(extent);
        boolean saves = Blocks.count(frame.length) < Blocks.count(length);
        frames.add(saves ? frame : new byte[0]);
      }
    }
    return frames;
  }

  private static byte[] encode(List<byte[]> frames) {
    int size = 0;
    for (byte[] frame : frames) {
      size += Integer.BYTES + frame.length;
    }
    ByteBuffer buffer = ByteBuffer.allocate(size);
    for (byte[] frame : frames) {
      buffer.putInt(frame.length).put(frame);
    }
    return buffer.array();
  }

  /// The frames of a cached value; too few if it makes no sense.
  private static List<byte[]> decode(byte[] value, int count) {
    List<byte[]> frames = new ArrayList<>();
    ByteBuffer buffer = ByteBuffer.wrap(value);
    while (buffer.remaining() >= Integer.BYTES) {
      int length = buffer.getInt();
      if (length < 0 || length > buffer.remaining() || frames.size() == count) {
        return List.of();
      }
      byte[] frame = new byte[length];
      buffer.get(frame);
      frames.add(frame);
    }
    return buffer.hasRemaining() ? List.of() : frames;
  }

  private void read(ErofsPlan.Run run, byte[] into) throws IOException {
    int at = 0;
    for (ErofsPlan.Piece piece : run.pieces()) {
      ByteBuffer bytes = ByteBuffer.wrap(into, at, piece.size());
      Optional<ImageIndex.Fragment> fragment = earlier.index().fragment(piece);
      if (fragment.isPresent()) {
        packedBefore.readFully(fragment.get().packedOffset(piece), bytes);
      } else {
        piece.content().open(contents).readFully(piece.offset(), bytes);
      }
      at += piece.size();
    }
  }
}
