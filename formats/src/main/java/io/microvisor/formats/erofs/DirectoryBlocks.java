package io.microvisor.formats.erofs;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.StructReader;
import io.microvisor.bytes.StructWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntToLongFunction;

/// A directory's content. Names, `.` and `..` among them, are in order of their bytes; each block holds as many as
/// fit: first their `struct erofs_dirent`s, then their bytes. The last block ends with the last name.
///
/// | offset | size | field | meaning |
/// |---|---|---|---|
/// | 0 | 8 | nid | which inode |
/// | 8 | 2 | nameoff | where in the block its name begins; the first one's tells how many entries there are |
/// | 10 | 1 | file_type | [FileType] |
/// | 11 | 1 | reserved | 0 |
final class DirectoryBlocks {
  private static final int DIRENT = 12;

  /// One name to be written.
  ///
  /// @param bytes of its text
  /// @param inode whose number is asked for when all are placed
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Name(byte[] bytes, FileType type, int inode) {
    static Name of(String text, FileType type, int inode) {
      return new Name(text.getBytes(StandardCharsets.UTF_8), type, inode);
    }
  }

  /// One name that was read.
  record Dirent(String name, FileType type, long nid, long position) {}

  private final List<List<Name>> blocks;

  private DirectoryBlocks(List<List<Name>> blocks) {
    this.blocks = blocks;
  }

  /// The content for these names, given in any order.
  static DirectoryBlocks of(List<Name> names) {
    List<Name> sorted = new ArrayList<>(names);
    sorted.sort(Comparator.comparing(Name::bytes, Arrays::compareUnsigned));
    List<List<Name>> blocks = new ArrayList<>();
    List<Name> block = new ArrayList<>();
    int used = 0;
    for (Name name : sorted) {
      int size = DIRENT + name.bytes().length;
      if (used + size > Blocks.SIZE) {
        blocks.add(block);
        block = new ArrayList<>();
        used = 0;
      }
      block.add(name);
      used += size;
    }
    blocks.add(block);
    return new DirectoryBlocks(blocks);
  }

  /// How many bytes there are.
  long size() {
    return (long) (blocks.size() - 1) * Blocks.SIZE + used(blocks.getLast());
  }

  private static int used(List<Name> names) {
    int used = 0;
    for (Name name : names) {
      used += DIRENT + name.bytes().length;
    }
    return used;
  }

  /// The bytes.
  ///
  /// @param nids the number of each inode
  byte[] toBytes(IntToLongFunction nids) {
    StructWriter out = StructWriter.ofSize(Math.toIntExact(size()));
    for (int block = 0; block < blocks.size(); block++) {
      List<Name> names = blocks.get(block);
      int offset = DIRENT * names.size();
      for (Name name : names) {
        out.u64le(nids.applyAsLong(name.inode()));
        out.u16le(offset).u8(name.type().code()).u8(0);
        offset += name.bytes().length;
      }
      for (Name name : names) {
        out.bytes(name.bytes());
      }
      if (block < blocks.size() - 1) {
        out.zeros(Blocks.SIZE - offset);
      }
    }
    return out.toBytes();
  }

  /// The names in a directory's content, without `.` and `..`, in order.
  ///
  /// @param content all of it
  /// @param most how many names are acceptable
  static List<Dirent> read(ByteSource content, int most) throws IOException {
    List<Dirent> dirents = new ArrayList<>();
    byte[] last = new byte[0];
    for (long at = 0; at < content.size(); at += Blocks.SIZE) {
      int length = (int) Math.min(Blocks.SIZE, content.size() - at);
      StructReader in = StructReader.read(Blocks.FORMAT, content, at, length);
      int end = in.at(Math.min(8, length)).u16le();
      if (end == 0 || end % DIRENT != 0 || end > length) {
        throw damaged(at, "first name at " + end);
      }
      int count = end / DIRENT;
      if (count > most - dirents.size() + 2) {
        throw damaged(at, "more names than fit the image");
      }
      for (int i = 0; i < count; i++) {
        long nid = in.at(DIRENT * i).u64le();
        int start = in.u16le();
        int type = in.u8();
        boolean isLast = i == count - 1;
        int stop = isLast ? length : in.at(DIRENT * (i + 1) + 8).u16le();
        if (start < end
            || stop <= start
            || stop > length
            || FileType.ofCode(type) == FileType.UNKNOWN) {
          throw damaged(at, "a name from " + start + " to " + stop + ", type " + type);
        }
        byte[] name = in.at(start).bytes(stop - start);
        name = isLast ? trim(name) : name;
        if (Arrays.compareUnsigned(last, name) >= 0) {
          throw damaged(at, "names out of order");
        }
        last = name;
        String text = Names.decode(name, at + start);
        if (!text.equals(".") && !text.equals("..")) {
          check(name, at + start);
          dirents.add(new Dirent(text, FileType.ofCode(type), nid, at));
        }
      }
    }
    return dirents;
  }

  private static byte[] trim(byte[] padded) {
    int length = 0;
    while (length < padded.length && padded[length] != 0) {
      length++;
    }
    return Arrays.copyOf(padded, length);
  }

  private static void check(byte[] name, long position) throws FormatException {
    boolean odd = name.length == 0 || name.length > 255;
    for (byte b : name) {
      odd |= b == 0 || b == '/';
    }
    if (odd) {
      throw damaged(position, "a name of " + name.length + " bytes, or with a slash or NUL");
    }
  }

  private static FormatException damaged(long position, String what) {
    return FormatException.damaged(Blocks.FORMAT, position, "directory: " + what);
  }
}
