package io.microvisor.store;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.StructReader;
import io.microvisor.bytes.StructWriter;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/// Where everything in a pack is. Numbers are big-endian.
///
/// | field | offset | size | meaning |
/// |---|---|---|---|
/// | magic | 0 | 8 | `EMTPACK1` |
/// | key | 8 | 32 | under which the pack was written |
/// | contentsSize | 40 | 8 | of all contents together, in bytes |
/// | count | 48 | 4 | number of contents |
/// | treeSize | 52 | 4 | of the tree, in bytes |
/// | noteSize | 56 | 4 | of the note, in bytes |
/// | checksum | 60 | 32 | SHA-256 of bytes 0 to 59 and of all from the index on |
///
/// The contents follow from byte 92, then the index (for each content its digest, 32 bytes; its position, u64, counted
/// from the first content; and its size, u64), then the tree in its canonical form, then the note.
///
/// @param key under which the pack was written
/// @param contents where each content is, in order of position
/// @param contentsSize of all contents together, in bytes
/// @param tree the tree's canonical form
/// @param note what the writer wanted to remember
@SuppressWarnings("ArrayRecordComponent") // Never compared, never handed out.
record PackIndex(
    Digest key, SequencedMap<Digest, Span> contents, long contentsSize, byte[] tree, byte[] note) {
  static final String FORMAT = "pack";
  static final int HEADER_SIZE = 92;

  private static final String MAGIC = "EMTPACK1";
  private static final int CHECKED_HEADER_SIZE = 60;
  private static final int ENTRY_SIZE = 48;
  private static final int LARGEST_TAIL = 1 << 30;

  /// A range of the contents.
  ///
  /// @param position in bytes from the first content
  record Span(long position, long size) {}

  /// The bytes that go before the contents.
  byte[] header() {
    byte[] checked = checkedHeader(contents.size(), tree.length, note.length);
    MessageDigest hasher = Digest.hasher();
    hasher.update(checked);
    hasher.update(index());
    hasher.update(tree);
    hasher.update(note);
    StructWriter header = StructWriter.ofSize(HEADER_SIZE);
    header.at(0).bytes(checked);
    header.at(60).bytes(hasher.digest());
    return header.toBytes();
  }

  private byte[] checkedHeader(int count, int treeSize, int noteSize) {
    StructWriter header = StructWriter.ofSize(CHECKED_HEADER_SIZE);
    header.at(0).ascii(MAGIC, 8);
    header.at(8).bytes(key.bytes());
    header.at(40).u64be(contentsSize);
    header.at(48).u32be(count);
    header.at(52).u32be(treeSize);
    header.at(56).u32be(noteSize);
    return header.toBytes();
  }

  /// The bytes that follow the contents, before the tree and the note.
  byte[] index() {
    StructWriter index = StructWriter.ofSize(contents.size() * ENTRY_SIZE);
    contents.forEach((digest, extent) ->
        index.bytes(digest.bytes()).u64be(extent.position()).u64be(extent.size()));
    return index.toBytes();
  }

  /// Reads the index of a pack, all but the contents.
  ///
  /// @throws FormatException if it is damaged, or was written under another key
  static PackIndex read(ByteSource pack, Digest key) throws IOException {
    StructReader header = StructReader.read(FORMAT, pack, 0, HEADER_SIZE);
    if (!header.at(0).ascii(8).equals(MAGIC)) {
      throw FormatException.notThis(FORMAT, "no \"EMTPACK1\" at byte 0");
    }
    Digest found = Digest.of(header.at(8).bytes(Digest.SIZE));
    if (!found.equals(key)) {
      throw FormatException.damaged(FORMAT, 8, "key " + found + " (expected: " + key + ")");
    }
    long contentsSize = header.at(40).u64be();
    long count = header.at(48).u32be();
    long treeSize = header.at(52).u32be();
    long noteSize = header.at(56).u32be();
    Digest checksum = Digest.of(header.at(60).bytes(Digest.SIZE));
    long tailSize = count * ENTRY_SIZE + treeSize + noteSize;
    if (contentsSize < 0
        || tailSize > LARGEST_TAIL
        || contentsSize != pack.size() - HEADER_SIZE - tailSize) {
      throw FormatException.damaged(
          FORMAT,
          40,
          "%s bytes of contents and %d behind them do not make the file's %d (truncated?)"
              .formatted(Long.toUnsignedString(contentsSize), tailSize, pack.size()));
    }
    StructReader tail = StructReader.read(FORMAT, pack, HEADER_SIZE + contentsSize, (int) tailSize);
    MessageDigest hasher = Digest.hasher();
    hasher.update(header.at(0).bytes(CHECKED_HEADER_SIZE));
    hasher.update(tail.at(0).bytes((int) tailSize));
    if (!Digest.of(hasher.digest()).equals(checksum)) {
      throw FormatException.damaged(FORMAT, 60, "the checksum of header and index does not match");
    }
    SequencedMap<Digest, Span> contents = new LinkedHashMap<>();
    tail.at(0);
    for (int i = 0; i < count; i++) {
      Digest digest = Digest.of(tail.bytes(Digest.SIZE));
      Span extent = new Span(tail.u64be(), tail.u64be());
      if (extent.position() < 0
          || extent.size() < 0
          || extent.size() > contentsSize
          || extent.position() > contentsSize - extent.size()) {
        throw FormatException.damaged(
            FORMAT, tail.position(), "content " + digest + " lies outside the contents");
      }
      contents.put(digest, extent);
    }
    return new PackIndex(
        key, contents, contentsSize, tail.bytes((int) treeSize), tail.bytes((int) noteSize));
  }
}
