package io.microvisor.formats.cpio;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.StructReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/// A member as it lies in its archive: a [CpioHeader], name, content, each padded.
///
/// @param position where its header begins
/// @param end behind its content and padding, or the end of an archive that lacks the last padding
record CpioMember(CpioHeader header, String name, ByteSource content, long position, long end) {
  static final String FORMAT = "cpio archive";
  private static final int LONGEST_NAME = 4096;

  static CpioMember read(ByteSource source, long start) throws IOException {
    CpioHeader header =
        CpioHeader.read(FORMAT, StructReader.read(FORMAT, source, start, CpioHeader.SIZE));
    if (header.nameSize() < 2 || header.nameSize() > LONGEST_NAME) {
      throw FormatException.damaged(
          FORMAT, start + 94, "c_namesize " + header.nameSize() + " (expected: 2 to 4096)");
    }
    int width = (int) header.nameSize();
    byte[] name = StructReader.read(FORMAT, source, start + CpioHeader.SIZE, width).bytes(width);
    if (name[width - 1] != 0) {
      throw FormatException.damaged(FORMAT, start + CpioHeader.SIZE, "a name without its NUL");
    }
    long at = alignUp(start + CpioHeader.SIZE + width);
    if (header.fileSize() > source.size() - at) {
      throw FormatException.damaged(
          FORMAT,
          start + 54,
          "c_filesize "
              + header.fileSize()
              + ", "
              + (source.size() - at)
              + " bytes left (truncated?)");
    }
    return new CpioMember(
        header,
        new String(name, 0, width - 1, StandardCharsets.UTF_8),
        source.slice(at, header.fileSize()),
        start,
        Math.min(alignUp(at + header.fileSize()), source.size()));
  }

  /// Whether it says that the archive ends.
  boolean isTrailer() {
    return name.equals(CpioHeader.TRAILER);
  }

  private static long alignUp(long position) {
    return (position + 3) & ~3L;
  }
}
