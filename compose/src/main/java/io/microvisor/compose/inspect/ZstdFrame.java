package io.microvisor.compose.inspect;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import io.microvisor.bytes.Apportionment;
import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.StructReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/// A zstd frame (RFC 8878, 3.1.1) unpacked block by block, so that each unpacked byte is known to come from one block of at
/// most 128 KiB:
///
/// | part | size | what |
/// |---|---|---|
/// | Magic_Number | 4 | 0xFD2FB528 |
/// | Frame_Header_Descriptor | 1 | bits 7-6 size of the content size, 5 single segment, 2 checksum, 1-0 size of the dictionary's id |
/// | Window_Descriptor | 0 or 1 | absent in a single segment |
/// | Dictionary_ID | 0 to 4 | |
/// | Frame_Content_Size | 0 to 8 | |
/// | Data_Blocks | | each: 3 bytes of last (bit 0), type (2 bits), size (21 bits); then its bytes, one if type is 1 (RLE) |
/// | Content_Checksum | 0 or 4 | |
///
/// @param content what it unpacks to
/// @param blocks how its bytes divide among the content
/// @param size of the frame, in bytes
record ZstdFrame(byte[] content, Apportionment blocks, long size) {
  private static final String FORMAT = "zstd frame";
  private static final long MAGIC = 0xFD2FB528L;
  private static final int LARGEST_BLOCK = 128 << 10;
  private static final int[] DICTIONARY_ID_SIZES = {0, 1, 2, 4};
  private static final int[] CONTENT_SIZE_SIZES = {0, 2, 4, 8};

  static boolean isAt(ByteSource source, long position) throws IOException {
    return source.size() - position >= 4
        && StructReader.read(FORMAT, source, position, 4).u32le() == MAGIC;
  }

  /// Unpacks the frame at `position`.
  ///
  /// @param most how many unpacked bytes are acceptable
  static ZstdFrame read(ByteSource source, long position, int most) throws IOException {
    int descriptor = StructReader.read(FORMAT, source, position + 4, 1).u8();
    boolean single = (descriptor & 0x20) != 0;
    int sizeField = CONTENT_SIZE_SIZES[descriptor >> 6];
    int header =
        5
            + (single ? 0 : 1)
            + DICTIONARY_ID_SIZES[descriptor & 3]
            + (single && sizeField == 0 ? 1 : sizeField);
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    Apportionment blocks = new Apportionment();
    ByteBuffer in = ByteBuffer.allocateDirect(LARGEST_BLOCK + 3);
    ByteBuffer out = ByteBuffer.allocateDirect(LARGEST_BLOCK);
    try (ZstdDecompressCtx context = new ZstdDecompressCtx()) {
      feed(context, source, position, header, in, out, content);
      long at = position + header;
      int pending = header;
      for (boolean last = false; !last; ) {
        StructReader word = StructReader.read(FORMAT, source, at, 3);
        int block = word.u8() | word.u16le() << 8;
        last = (block & 1) != 0;
        int type = block >> 1 & 3;
        int size = type == 1 ? 1 : block >> 3;
        if (type == 3 || size > LARGEST_BLOCK) {
          throw FormatException.damaged(FORMAT, at, "block header 0x" + Integer.toHexString(block));
        }
        int before = content.size();
        feed(context, source, at, 3 + size, in, out, content);
        if (content.size() > most) {
          throw FormatException.unsupported(FORMAT, at, "more than " + most + " bytes of content");
        }
        at += 3L + size;
        pending += 3 + size;
        if (content.size() > before) {
          blocks.add(content.size() - before, pending);
          pending = 0;
        }
      }
      at += (descriptor & 4) != 0 ? 4 : 0;
      return new ZstdFrame(content.toByteArray(), blocks, at - position);
    } catch (ZstdException e) {
      FormatException damaged =
          FormatException.damaged(FORMAT, position, String.valueOf(e.getMessage()));
      damaged.initCause(e);
      throw damaged;
    }
  }

  private static void feed(
      ZstdDecompressCtx context,
      ByteSource source,
      long position,
      int size,
      ByteBuffer in,
      ByteBuffer out,
      ByteArrayOutputStream content)
      throws IOException {
    if (source.size() - position < size) {
      throw FormatException.damaged(FORMAT, position, "it ends within a block (truncated?)");
    }
    in.clear().limit(size);
    source.readFully(position, in);
    in.flip();
    boolean more = true;
    while (more) {
      out.clear();
      int left = in.remaining();
      context.decompressDirectByteBufferStream(out, in);
      out.flip();
      byte[] unpacked = new byte[out.remaining()];
      out.get(unpacked);
      content.writeBytes(unpacked);
      more = unpacked.length > 0 || in.hasRemaining() && in.remaining() < left;
    }
  }
}
