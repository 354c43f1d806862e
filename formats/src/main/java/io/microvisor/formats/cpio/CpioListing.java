package io.microvisor.formats.cpio;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.FormatException;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// What lies where in an archive.
///
/// @param entries the members in the order of the archive, without the trailer
/// @param end behind the trailer
public record CpioListing(List<Entry> entries, long end) {
  /// A member.
  ///
  /// @param size of its content, in bytes
  /// @param position where its header begins
  /// @param length of header, name, content and padding
  public record Entry(
      TreePath path, boolean isDirectory, boolean isFile, long size, long position, long length) {}

  public CpioListing {
    entries = List.copyOf(entries);
  }

  /// Lists one archive, which begins at `position`; other bytes may follow.
  ///
  /// @throws FormatException if there is none, or it is damaged
  public static CpioListing read(ByteSource source, long position) throws IOException {
    List<Entry> entries = new ArrayList<>();
    CpioMember member = CpioMember.read(source, position);
    while (!member.isTrailer()) {
      if (entries.size() == CpioReader.MOST_MEMBERS) {
        throw FormatException.unsupported(
            CpioMember.FORMAT, member.position(), "more than 2^20 members");
      }
      entries.add(entry(member));
      member = CpioMember.read(source, member.end());
    }
    return new CpioListing(entries, member.end());
  }

  private static Entry entry(CpioMember member) throws FormatException {
    int type = member.header().mode() & CpioHeader.TYPE;
    try {
      return new Entry(
          TreePath.of(member.name()),
          type == CpioHeader.DIRECTORY,
          type == CpioHeader.FILE,
          member.content().size(),
          member.position(),
          member.end() - member.position());
    } catch (IllegalArgumentException e) {
      throw FormatException.damaged(
          CpioMember.FORMAT, member.position(), String.valueOf(e.getMessage()));
    }
  }
}
