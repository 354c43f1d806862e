package io.microvisor.formats.zstd;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.StructReader;
import io.microvisor.bytes.StructWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The seek table at the end of a file of zstd frames: a skippable frame (RFC 8878, 3.1.2), which decompressors pass over.
///
/// | part | size | what |
/// |---|---|---|
/// | Skippable_Magic_Number | 4 | 0x184D2A5E, little-endian as all numbers |
/// | Frame_Size | 4 | of what follows, in bytes |
/// | entries | 8 each, 12 with checksums | Compressed_Size (4) and Decompressed_Size (4) of a frame; Checksum (4) |
/// | Number_Of_Frames | 4 | |
/// | Seek_Table_Descriptor | 1 | bit 7: there are checksums; bits 6-2 reserved, zero; the others unused |
/// | Seekable_Magic_Number | 4 | 0x8F92EAB1 |
///
/// @param frames in order
public record SeekTable(List<Frame> frames) {
  private static final String FORMAT = "zstd seek table";
  private static final long SKIPPABLE_MAGIC = 0x184D2A5EL;
  private static final long SEEKABLE_MAGIC = 0x8F92EAB1L;
  private static final int HEADER_SIZE = 8;
  private static final int ENTRY_SIZE = 8;
  private static final int CHECKSUM_SIZE = 4;
  private static final int FOOTER_SIZE = 9;
  private static final int RESERVED_BITS = 0x7c;
  private static final int CHECKSUM_BIT = 0x80;

  /// The most frames of a table (the seekable format's limit), 134,217,728.
  public static final int MOST_FRAMES = 0x8000000;

  /// One frame.
  ///
  /// @param size compressed, in bytes
  /// @param content decompressed, in bytes
  public record Frame(long size, long content) {}

  public SeekTable {
    frames = List.copyOf(frames);
  }

  /// The skippable frame, without checksums: the frames have their own.
  byte[] toBytes() {
    int body = ENTRY_SIZE * frames.size() + FOOTER_SIZE;
    StructWriter out = StructWriter.ofSize(HEADER_SIZE + body);
    out.u32le(SKIPPABLE_MAGIC).u32le(body);
    for (Frame frame : frames) {
      out.u32le(frame.size()).u32le(frame.content());
    }
    return out.u32le(frames.size()).u8(0).u32le(SEEKABLE_MAGIC).toBytes();
  }

  /// Reads the table of a file.
  ///
  /// @throws FormatException if there is none at its end, or it does not fit the file
  public static SeekTable read(ByteSource file) throws IOException {
    if (file.size() < HEADER_SIZE + FOOTER_SIZE) {
      throw FormatException.notThis(FORMAT, file.size() + " bytes");
    }
    long footerAt = file.size() - FOOTER_SIZE;
    StructReader footer = StructReader.read(FORMAT, file, footerAt, FOOTER_SIZE);
    long count = footer.u32le();
    int descriptor = footer.u8();
    if (footer.u32le() != SEEKABLE_MAGIC) {
      throw FormatException.notThis(FORMAT, "no 0x8f92eab1 at the end");
    }
    if ((descriptor & RESERVED_BITS) != 0) {
      throw FormatException.unsupported(
          FORMAT, footerAt + 4, "descriptor 0x" + Integer.toHexString(descriptor));
    }
    int entry = ENTRY_SIZE + ((descriptor & CHECKSUM_BIT) != 0 ? CHECKSUM_SIZE : 0);
    long body = count * entry + FOOTER_SIZE;
    long start = file.size() - HEADER_SIZE - body;
    if (count > MOST_FRAMES || start < 0) {
      throw FormatException.damaged(FORMAT, footerAt, count + " frames");
    }
    StructReader in =
        StructReader.read(FORMAT, file, start, Math.toIntExact(HEADER_SIZE + body - FOOTER_SIZE));
    if (in.u32le() != SKIPPABLE_MAGIC || in.u32le() != body) {
      throw FormatException.damaged(FORMAT, start, "no skippable frame of " + body + " bytes");
    }
    List<Frame> frames = new ArrayList<>((int) count);
    long total = 0;
    for (int i = 0; i < count; i++) {
      Frame frame = new Frame(in.at(HEADER_SIZE + i * entry).u32le(), in.u32le());
      total += frame.size();
      frames.add(frame);
    }
    if (total != start) {
      throw FormatException.damaged(
          FORMAT, start, "frames of " + total + " bytes (expected: " + start + ")");
    }
    return new SeekTable(frames);
  }
}
