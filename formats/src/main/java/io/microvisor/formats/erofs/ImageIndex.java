package io.microvisor.formats.erofs;

import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.StructReader;
import io.microvisor.bytes.StructWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Where in an image the contents are, by what they were made from: enough to take them from there for the next image.
///
/// Its byte form, numbers big-endian:
///
/// | field | size | meaning |
/// |---|---|---|
/// | magic | 8 | `EMTEIDX1` |
/// | count | 4 | number of places |
/// | places | | each as below |
/// | fragments | | to the end, each as below |
///
/// A place is its key (32 bytes), position and size in bytes (u64, u32), and the number of its extents (u16); an extent
/// is how many bytes of content it holds (u32), how many blocks (u32), and whether it is compressed (u8, 0 or 1). A
/// place without extents is the inline end of a file. A fragment is the digest of a content (32 bytes), where in it the
/// fragment begins (u64), where it lies in the packed inode (u64), and its size (u32), all in bytes.
public final class ImageIndex {
  /// Nothing is anywhere.
  public static final ImageIndex EMPTY = new ImageIndex(Map.of(), new byte[0]);

  private static final String FORMAT = "image index";
  private static final String MAGIC = "EMTEIDX1";
  private static final int HEADER_SIZE = 12;
  private static final int PLACE_SIZE = 46;
  private static final int EXTENT_SIZE = 9;
  private static final int FRAGMENT_SIZE = 52;

  /// Consecutive bytes of an image.
  ///
  /// @param position in bytes
  /// @param size in bytes
  /// @param extents what is in them, with [Extent#block] counted from the first
  record Place(long position, int size, List<Extent> extents) {}

  /// A range of a content in the packed inode.
  record Fragment(long contentOffset, long offset, int size) {
    boolean holds(ErofsPlan.Piece piece) {
      return piece.offset() >= contentOffset
          && piece.offset() - contentOffset <= size - piece.size();
    }

    /// Where in the packed inode a piece that it holds begins.
    long packedOffset(ErofsPlan.Piece piece) {
      return offset + piece.offset() - contentOffset;
    }
  }

  private final Map<Digest, Place> places;

  /// In their byte form, because few images need them.
  private final byte[] fragmentBytes;

  private Map<Digest, Fragment> fragments = Map.of();

  private ImageIndex(Map<Digest, Place> places, byte[] fragmentBytes) {
    this.places = places;
    this.fragmentBytes = fragmentBytes;
  }

  /// @param packed what the packed inode holds, in order
  static ImageIndex of(Map<Digest, Place> places, List<ErofsPlan.Piece> packed) {
    StructWriter fragments = StructWriter.ofSize(FRAGMENT_SIZE * packed.size());
    long offset = 0;
    for (ErofsPlan.Piece piece : packed) {
      fragments.bytes(piece.content().digest().bytes()).u64be(piece.offset());
      fragments.u64be(offset).u32be(piece.size());
      offset += piece.size();
    }
    return new ImageIndex(Map.copyOf(places), fragments.toBytes());
  }

  /// Where in the packed inode a piece of some content is, if it is there.
  Optional<Fragment> fragment(ErofsPlan.Piece piece) {
    return Optional.ofNullable(fragments().get(piece.content().digest()))
        .filter(fragment -> fragment.holds(piece));
  }

  private synchronized Map<Digest, Fragment> fragments() {
    if (fragments.isEmpty() && fragmentBytes.length > 0) {
      fragments = HashMap.newHashMap(fragmentBytes.length / FRAGMENT_SIZE);
      StructReader in = StructReader.of(FORMAT, fragmentBytes);
      try {
        while (in.remaining() > 0) {
          Digest digest = Digest.of(in.bytes(Digest.SIZE));
          fragments.put(digest, new Fragment(in.u64be(), in.u64be(), (int) in.u32be()));
        }
      } catch (FormatException e) {
        throw new IllegalStateException("image index: its length was checked", e);
      }
    }
    return fragments;
  }

  Optional<Place> find(Digest key) {
    return Optional.ofNullable(places.get(key));
  }

  /// The byte form.
  public byte[] toBytes() {
    SortedMap<Digest, Place> sorted = new TreeMap<>(places);
    int extents = places.values().stream().mapToInt(place -> place.extents().size()).sum();
    StructWriter out =
        StructWriter.ofSize(
            HEADER_SIZE
                + PLACE_SIZE * places.size()
                + EXTENT_SIZE * extents
                + fragmentBytes.length);
    out.ascii(MAGIC, 8).u32be(places.size());
    sorted.forEach((key, place) -> {
      out.bytes(key.bytes()).u64be(place.position()).u32be(place.size());
      out.u16be(place.extents().size());
      for (Extent extent : place.extents()) {
        out.u32be(extent.size()).u32be(extent.blocks());
        out.u8(
            switch (extent.form()) {
              case STORED -> 0;
              case COMPRESSED -> 1;
            });
      }
    });
    return out.bytes(fragmentBytes).toBytes();
  }

  /// Reads the byte form.
  ///
  /// @param imageSize of the image that it is of, in bytes
  /// @throws FormatException if it is damaged, or of something beyond the image
  public static ImageIndex parse(byte[] bytes, long imageSize) throws FormatException {
    StructReader in = StructReader.of(FORMAT, bytes);
    if (bytes.length < HEADER_SIZE || !in.at(0).ascii(8).equals(MAGIC)) {
      throw FormatException.notThis(FORMAT, "no \"EMTEIDX1\" at byte 0");
    }
    long count = in.u32be();
    if (count > bytes.length / PLACE_SIZE) {
      throw FormatException.damaged(FORMAT, 8, count + " places");
    }
    Map<Digest, Place> places = HashMap.newHashMap((int) count);
    int at = HEADER_SIZE;
    for (int i = 0; i < count; i++) {
      if (at + PLACE_SIZE > bytes.length) {
        throw FormatException.damaged(FORMAT, at, "ends too early (truncated?)");
      }
      Digest key = Digest.of(in.at(at).bytes(Digest.SIZE));
      long position = in.u64be();
      long size = in.u32be();
      int extentCount = in.u16be();
      at += PLACE_SIZE;
      if (at + extentCount * EXTENT_SIZE > bytes.length
          || size > Integer.MAX_VALUE
          || position < 0
          || position > imageSize - size) {
        throw FormatException.damaged(FORMAT, at, "a place beyond the image");
      }
      places.put(key, new Place(position, (int) size, extents(in, at, extentCount, size)));
      at += extentCount * EXTENT_SIZE;
    }
    byte[] fragments = Arrays.copyOfRange(bytes, at, bytes.length);
    if (fragments.length % FRAGMENT_SIZE != 0) {
      throw FormatException.damaged(FORMAT, at, "ends too early (truncated?)");
    }
    return new ImageIndex(places, fragments);
  }

  private static List<Extent> extents(StructReader in, int from, int count, long size)
      throws FormatException {
    List<Extent> extents = new ArrayList<>(count);
    long block = 0;
    for (int i = 0; i < count; i++) {
      long length = in.at(from + i * EXTENT_SIZE).u32be();
      long blocks = in.u32be();
      int form = in.u8();
      if (length > Integer.MAX_VALUE || blocks > size / Blocks.SIZE || form > 1) {
        throw FormatException.damaged(FORMAT, from, "an extent of " + blocks + " blocks");
      }
      extents.add(
          new Extent(
              (int) length,
              block,
              (int) blocks,
              form == 0 ? ErofsPlan.Form.STORED : ErofsPlan.Form.COMPRESSED));
      block += blocks;
    }
    if (count > 0 && block * Blocks.SIZE != size) {
      throw FormatException.damaged(FORMAT, from, block + " blocks in " + size + " bytes");
    }
    return extents;
  }
}
