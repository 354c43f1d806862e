package io.microvisor.compose.disk;

import io.microvisor.bytes.Assembly;
import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.RandomSink;
import io.microvisor.bytes.StructReader;
import io.microvisor.bytes.StructWriter;
import io.microvisor.bytes.Zeros;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// A whole disk without its bytes: which part of which kept file lies where, and the few bytes that are in no file, such as
/// the partition table. Where nothing lies, there are zeros. So a disk can be kept, hashed, compressed and converted
/// without a second copy of what is in it.
///
/// Its byte form, numbers big-endian:
///
/// | field | size | meaning |
/// |---|---|---|
/// | magic | 8 | `EMTDISK1` |
/// | size | 8 | of the disk, in bytes |
/// | count | 4 | number of pieces |
/// | pieces | 56 each | position on the disk (8), length (8), both in bytes; digest of the file (32), zeros for the bytes below; where in it the piece begins (8) |
/// | bytes | | to the end |
///
/// @param size of the disk, in bytes
/// @param pieces by position
/// @param bytes those that are in no file
public record DiskMap(long size, List<Piece> pieces, ByteSource bytes) {
  private static final String FORMAT = "disk map";
  private static final String MAGIC = "EMTDISK1";
  private static final int HEADER_SIZE = 20;
  private static final int PIECE_SIZE = 56;
  private static final int LARGEST = 64 << 20;
  private static final Digest INLINE = Digest.of(new byte[Digest.SIZE]);

  public DiskMap {
    pieces = List.copyOf(pieces);
  }

  /// A range of the disk.
  ///
  /// @param position on the disk, in bytes
  /// @param length in bytes
  /// @param file whose bytes they are; all zeros for those in the map itself
  /// @param offset where in the file they begin
  public record Piece(long position, long length, Digest file, long offset) {}

  /// Opens the file of a digest.
  @FunctionalInterface
  public interface Files {
    ByteSource open(Digest digest) throws IOException;
  }

  /// The disk's bytes.
  public Assembly open(Files files) throws IOException {
    List<Assembly.Piece> opened = new ArrayList<>();
    for (Piece piece : pieces) {
      ByteSource from = piece.file().equals(INLINE) ? bytes : files.open(piece.file());
      if (piece.offset() > from.size() - piece.length()) {
        throw FormatException.damaged(FORMAT, piece.position(), "a piece beyond its file");
      }
      opened.add(new Assembly.Piece(piece.position(), from.slice(piece.offset(), piece.length())));
    }
    return new Assembly(size, opened);
  }

  /// How many bytes a file of the disk takes on a file system with holes, at least.
  public long data() {
    return pieces.stream().mapToLong(Piece::length).sum();
  }

  /// The byte form.
  public byte[] toBytes() throws IOException {
    byte[] inline = bytes.readAll(LARGEST);
    StructWriter out =
        StructWriter.ofSize(HEADER_SIZE + PIECE_SIZE * pieces.size() + inline.length);
    out.ascii(MAGIC, 8).u64be(size).u32be(pieces.size());
    for (Piece piece : pieces) {
      out.u64be(piece.position()).u64be(piece.length());
      out.bytes(piece.file().bytes()).u64be(piece.offset());
    }
    return out.bytes(inline).toBytes();
  }

  /// Reads the byte form.
  ///
  /// @throws FormatException if it is damaged
  public static DiskMap parse(ByteSource source) throws IOException {
    byte[] whole = source.readAll(LARGEST);
    StructReader in = StructReader.of(FORMAT, whole);
    if (whole.length < HEADER_SIZE || !in.at(0).ascii(8).equals(MAGIC)) {
      throw FormatException.notThis(FORMAT, "no \"EMTDISK1\" at byte 0");
    }
    long size = in.u64be();
    long count = in.u32be();
    if (size < 0 || count > (whole.length - HEADER_SIZE) / PIECE_SIZE) {
      throw FormatException.damaged(FORMAT, 8, count + " pieces of " + size + " bytes");
    }
    List<Piece> pieces = new ArrayList<>((int) count);
    long end = 0;
    for (int i = 0; i < count; i++) {
      long position = in.u64be();
      long length = in.u64be();
      Piece piece = new Piece(position, length, Digest.of(in.bytes(Digest.SIZE)), in.u64be());
      if (position < end || length < 0 || length > size - position || piece.offset() < 0) {
        throw FormatException.damaged(FORMAT, position, "a piece of " + length + " bytes");
      }
      end = position + length;
      pieces.add(piece);
    }
    int begin = HEADER_SIZE + PIECE_SIZE * (int) count;
    return new DiskMap(
        size, pieces, ByteSource.of(whole).slice(begin, whole.length - (long) begin));
  }

  /// The bytes of a file whose digest is known, so that a map can name it instead of having the bytes.
  public record Stored(Digest digest, ByteSource bytes) implements ByteSource {
    @Override
    public long size() {
      return bytes.size();
    }

    @Override
    public void readFully(long position, ByteBuffer into) throws IOException {
      bytes.readFully(position, into);
    }
  }

  /// Takes a disk that is written once, and has its map.
  public static final class Recorder implements RandomSink {
    private record Written(long position, ByteBuffer bytes) {}

    private final List<Written> written = new ArrayList<>();
    private final List<Piece> pieces = new ArrayList<>();
    private long size;

    @Override
    public void write(long position, ByteBuffer from) {
      boolean zeros = Zeros.only(from);
      ByteBuffer copy = ByteBuffer.allocate(from.remaining()).put(from).flip();
      if (!zeros) {
        written.add(new Written(position, copy));
      }
    }

    @Override
    public void write(long position, ByteSource source) throws IOException {
      if (source instanceof Stored kept) {
        pieces.add(new Piece(position, kept.size(), kept.digest(), 0));
      } else {
        RandomSink.super.write(position, source);
      }
    }

    @Override
    public void setSize(long size) {
      this.size = size;
    }

    /// The map of what was written.
    public DiskMap map() {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      List<Piece> all = new ArrayList<>(pieces);
      written.sort(Comparator.comparingLong(Written::position));
      long begin = 0;
      long end = -1;
      for (Written each : written) {
        if (each.position() != end) {
          add(all, begin, end, bytes);
          begin = each.position();
        }
        bytes.write(each.bytes().array(), 0, each.bytes().limit());
        end = each.position() + each.bytes().limit();
      }
      add(all, begin, end, bytes);
      all.sort(Comparator.comparingLong(Piece::position));
      return new DiskMap(size, all, ByteSource.of(bytes.toByteArray()));
    }

    /// The last bytes so far, as a piece from `begin` to `end`.
    private static void add(List<Piece> all, long begin, long end, ByteArrayOutputStream bytes) {
      if (end > begin) {
        long length = end - begin;
        all.add(new Piece(begin, length, INLINE, bytes.size() - length));
      }
    }

    @Override
    public void close() {
      // There is nothing to close.
    }
  }
}
