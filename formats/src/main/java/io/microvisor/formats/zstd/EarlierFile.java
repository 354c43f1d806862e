package io.microvisor.formats.zstd;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.StructReader;
import io.microvisor.bytes.StructWriter;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A file that [SeekableZstd] wrote before with the same [SeekableZstd.Spec], of which the next one takes the frames that
/// hold the same. What is found there changes no bit of what is written.
public final class EarlierFile {
  /// There is none.
  public static final EarlierFile NONE = new EarlierFile(ByteSource.of(new byte[0]), Map.of());

  private static final String FORMAT = "zstd frame digests";

  private final ByteSource bytes;
  private final Map<Digest, Place> places;

  private EarlierFile(ByteSource bytes, Map<Digest, Place> places) {
    this.bytes = bytes;
    this.places = places;
  }

  private record Place(long position, int size) {}

  /// A file and what its frames hold.
  ///
  /// @param digests as [SeekableZstd#write] returned them, in the form of [#toBytes]
  /// @throws FormatException if they are not those of the file
  public static EarlierFile of(ByteSource file, byte[] digests) throws IOException {
    List<SeekTable.Frame> frames = SeekTable.read(file).frames();
    if (digests.length != frames.size() * Digest.SIZE) {
      throw FormatException.damaged(
          FORMAT, 0, digests.length + " bytes for " + frames.size() + " frames");
    }
    StructReader in = StructReader.of(FORMAT, digests);
    Map<Digest, Place> places = HashMap.newHashMap(frames.size());
    long position = 0;
    for (SeekTable.Frame frame : frames) {
      places.put(
          Digest.of(in.bytes(Digest.SIZE)), new Place(position, Math.toIntExact(frame.size())));
      position += frame.size();
    }
    return new EarlierFile(file, places);
  }

  /// The digests of frames' contents, one after the other, 32 bytes each.
  public static byte[] toBytes(List<Digest> digests) {
    StructWriter out = StructWriter.ofSize(digests.size() * Digest.SIZE);
    digests.forEach(digest -> out.bytes(digest.bytes()));
    return out.toBytes();
  }

  /// The frame whose content has this digest.
  Optional<ByteSource> find(Digest content) {
    return Optional.ofNullable(places.get(content))
        .map(place -> bytes.slice(place.position(), place.size()));
  }
}
