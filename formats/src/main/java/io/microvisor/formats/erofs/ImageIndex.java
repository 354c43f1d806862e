package io.microvisor.formats.erofs;

import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.StructReader;
import io.microvisor.bytes.StructWriter;
import java.util.ArrayList;
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
///
/// A place is its key (32 bytes), position and size in bytes (u64, u32), and the number of its extents (u16); an extent is how many bytes of
/// content it holds (u32), how many blocks (u32), and whether it is compressed (u8, 0 or 1). A place without extents is the
/// inline end of a file.
public final class ImageIndex {
  /// Nothing is anywhere.
  public static final ImageIndex EMPTY = new ImageIndex(Map.of());

  private static final String FORMAT = "image index";
  private static final String MAGIC = "EMTEIDX1";
  private static final int HEADER_SIZE = 12;
  private static final int PLACE_SIZE = 46;
  private static final int EXTENT_SIZE = 9;

  /// Consecutive bytes of an image.
  ///
  /// @param position in bytes
  /// @param size in bytes
  /// @param extents what is in them, with [Extent#block] counted from the first
  record Place(long position, int size, List<Extent> extents) {}

  private final Map<Digest, Place> places;

  private ImageIndex(Map<Digest, Place> places) {
    this.places = places;
  }

  static ImageIndex of(Map<Digest, Place> places) {
    return new ImageIndex(Map.copyOf(places));
  }

  Optional<Place> find(Digest key) {
    return Optional.ofNullable(places.get(key));
  }

  /// The byte form.
  public byte[] toBytes() {
    SortedMap<Digest, Place> sorted = new TreeMap<>(places);
    int extents = places.values().stream().mapToInt(place -> place.extents().size()).sum();
    StructWriter out =
        StructWriter.ofSize(HEADER_SIZE + PLACE_SIZE * places.size() + EXTENT_SIZE * extents);
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
    return out.toBytes();
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
    return new ImageIndex(places);
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
