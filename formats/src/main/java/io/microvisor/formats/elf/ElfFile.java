package io.microvisor.formats.elf;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.StructReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/// What the dynamic linker reads of a 64-bit little-endian ELF file (System V gABI, chapters 4 and 5).
///
/// The file header (`Elf64_Ehdr`), of which these fields are read:
///
/// | offset | field     | size | meaning                                 |
/// |--------|-----------|------|-----------------------------------------|
/// | 0      | EI_MAG    | 4    | 7f 45 4c 46                             |
/// | 4      | EI_CLASS  | 1    | 2: 64-bit                               |
/// | 5      | EI_DATA   | 1    | 1: little-endian                        |
/// | 18     | e_machine | 2    | 62: x86-64, 183: AArch64                |
/// | 32     | e_phoff   | 8    | where the program headers are           |
/// | 54     | e_phentsize | 2  | 56                                      |
/// | 56     | e_phnum   | 2    | their number                            |
///
/// @param machine `e_machine`
/// @param interpreter the program interpreter (`PT_INTERP`), absolute, if there is one
/// @param soname the name this library is linked by (`DT_SONAME`)
/// @param needed the libraries it links to (`DT_NEEDED`), in order
/// @param searchPath the directories of `DT_RUNPATH`, or of `DT_RPATH` where there is none, `$ORIGIN` not replaced
/// @param dlopened the libraries it says it loads on demand
public record ElfFile(
    int machine,
    List<String> interpreter,
    List<String> soname,
    List<String> needed,
    List<String> searchPath,
    List<DlopenNote> dlopened) {
  /// `EM_X86_64`.
  public static final int X86_64 = 62;

  private static final String FORMAT = "ELF file";
  private static final int HEADER_SIZE = 64;
  private static final int PROGRAM_HEADER_SIZE = 56;
  private static final int PT_LOAD = 1;
  private static final int PT_DYNAMIC = 2;
  private static final int PT_INTERP = 3;
  private static final int PT_NOTE = 4;
  private static final int LONGEST_NAME = 4096;
  private static final int MOST_DYNAMIC = 1 << 16;
  private static final int LARGEST_NOTES = 1 << 20;
  private static final long NT_FDO_DLOPEN = 0x407c0c0aL;

  private record Segment(int type, long offset, long address, long size, long align) {}

  public ElfFile {
    interpreter = List.copyOf(interpreter);
    soname = List.copyOf(soname);
    needed = List.copyOf(needed);
    searchPath = List.copyOf(searchPath);
    dlopened = List.copyOf(dlopened);
  }

  /// Whether `source` begins as an ELF file of any kind does.
  public static boolean isElf(ByteSource source) throws IOException {
    return source.size() >= 4 && StructReader.read(FORMAT, source, 0, 4).u32be() == 0x7f454c46L;
  }

  /// Reads a file.
  ///
  /// @throws FormatException if it is no ELF file, a 32-bit or big-endian one, or damaged
  public static ElfFile read(ByteSource source) throws IOException {
    if (!isElf(source)) {
      throw FormatException.notThis(FORMAT, "no magic number (expected: 7f 45 4c 46)");
    }
    StructReader header = StructReader.read(FORMAT, source, 0, HEADER_SIZE);
    int bits = header.at(4).u8();
    int order = header.at(5).u8();
    if (bits != 2 || order != 1) {
      throw FormatException.unsupported(
          FORMAT, 4, "class " + bits + ", data " + order + " (understood: 2, 1: 64-bit LSB)");
    }
    int machine = header.at(18).u16le();
    List<Segment> segments = segments(source, header);
    return new Scan(source, segments).read(machine);
  }

  private static List<Segment> segments(ByteSource source, StructReader header) throws IOException {
    long offset = header.at(32).bounded64le("e_phoff", source.size());
    int entry = header.at(54).u16le();
    int count = header.at(56).u16le();
    if (count > 0 && entry != PROGRAM_HEADER_SIZE) {
      throw FormatException.damaged(FORMAT, 54, "e_phentsize " + entry + " (expected: 56)");
    }
    StructReader table = StructReader.read(FORMAT, source, offset, count * PROGRAM_HEADER_SIZE);
    List<Segment> segments = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      StructReader at = table.at(i * PROGRAM_HEADER_SIZE);
      int type = (int) at.u32le();
      long fileOffset = at.skip(4).bounded64le("p_offset", Long.MAX_VALUE);
      long address = at.u64le();
      long size = at.skip(8).bounded64le("p_filesz", Long.MAX_VALUE);
      long align = at.skip(8).u64le();
      segments.add(new Segment(type, fileOffset, address, size, align));
    }
    return segments;
  }

  /// One pass over the segments of one file.
  private static final class Scan {
    private final ByteSource source;
    private final List<Segment> segments;

    Scan(ByteSource source, List<Segment> segments) {
      this.source = source;
      this.segments = segments;
    }

    ElfFile read(int machine) throws IOException {
      List<String> interpreter = new ArrayList<>();
      List<DlopenNote> dlopened = new ArrayList<>();
      Dynamic dynamic = new Dynamic();
      for (Segment segment : segments) {
        switch (segment.type()) {
          case PT_INTERP -> interpreter.add(string(segment.offset()));
          case PT_DYNAMIC -> dynamic = dynamic(segment);
          case PT_NOTE -> readNotes(segment, dlopened);
          default -> {
            // Nothing the dynamic linker reads names in.
          }
        }
      }
      List<String> path = dynamic.runpath.isEmpty() ? dynamic.rpath : dynamic.runpath;
      return new ElfFile(machine, interpreter, dynamic.soname, dynamic.needed, path, dlopened);
    }

    private Dynamic dynamic(Segment segment) throws IOException {
      int count = (int) Math.min(segment.size() / 16, MOST_DYNAMIC);
      StructReader table = StructReader.read(FORMAT, source, segment.offset(), count * 16);
      List<long[]> entries = new ArrayList<>();
      Dynamic dynamic = new Dynamic();
      OptionalLong strings = OptionalLong.empty();
      for (int i = 0; i < count; i++) {
        long tag = table.u64le();
        long value = table.u64le();
        if (tag == 0) {
          break;
        }
        if (tag == 5) {
          strings = OptionalLong.of(fileOffset(value));
        }
        entries.add(new long[] {tag, value});
      }
      for (long[] entry : entries) {
        int tag = Math.clamp(entry[0], 0, Integer.MAX_VALUE);
        if (tag != 1 && tag != 14 && tag != 15 && tag != 29) {
          continue;
        }
        if (strings.isEmpty() || entry[1] < 0 || entry[1] > source.size()) {
          throw FormatException.damaged(
              FORMAT, segment.offset(), "a name outside the string table (DT_STRTAB)");
        }
        String name = string(strings.getAsLong() + entry[1]);
        switch (tag) {
          case 1 -> dynamic.needed.add(name);
          case 14 -> dynamic.soname.add(name);
          case 15 -> dynamic.rpath.addAll(directories(name));
          default -> dynamic.runpath.addAll(directories(name));
        }
      }
      return dynamic;
    }

    private static List<String> directories(String path) {
      return path.isEmpty() ? List.of() : List.of(path.split(":", -1));
    }

    private long fileOffset(long address) throws FormatException {
      for (Segment segment : segments) {
        if (segment.type() == PT_LOAD
            && address >= segment.address()
            && address - segment.address() < segment.size()) {
          return Math.min(segment.offset() + (address - segment.address()), source.size());
        }
      }
      throw FormatException.damaged(
          FORMAT, 0, "DT_STRTAB 0x" + Long.toHexString(address) + " lies in no PT_LOAD segment");
    }

    private void readNotes(Segment segment, List<DlopenNote> into) throws IOException {
      if (segment.size() > LARGEST_NOTES) {
        throw FormatException.damaged(
            FORMAT, segment.offset(), "notes of " + segment.size() + " bytes (expected: <= 1 MiB)");
      }
      int size = (int) segment.size();
      int align = segment.align() == 8 ? 8 : 4;
      StructReader notes = StructReader.read(FORMAT, source, segment.offset(), size);
      int at = 0;
      while (size - at >= 12) {
        notes.at(at);
        long nameSize = notes.u32le();
        long descriptionSize = notes.u32le();
        long type = notes.u32le();
        if (nameSize > size || descriptionSize > size) {
          throw FormatException.damaged(
              FORMAT, segment.offset() + at, "a note larger than its segment");
        }
        int description = at + 12 + alignUp((int) nameSize, align);
        if (type == NT_FDO_DLOPEN && nameSize == 4 && notes.ascii(4).equals("FDO")) {
          long position = notes.at(description).position();
          into.addAll(DlopenJson.parse(utf8(notes.bytes((int) descriptionSize)), position));
        }
        at = description + alignUp((int) descriptionSize, align);
      }
    }

    private static int alignUp(int size, int align) {
      return (size + align - 1) / align * align;
    }

    private static String utf8(byte[] bytes) {
      int end = 0;
      while (end < bytes.length && bytes[end] != 0) {
        end++;
      }
      return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }

    private String string(long position) throws IOException {
      int width = Math.clamp(source.size() - position, 0, LONGEST_NAME);
      byte[] bytes = StructReader.read(FORMAT, source, position, width).bytes(width);
      String text = utf8(bytes);
      if (text.length() == width) {
        throw FormatException.damaged(
            FORMAT, position, "a name without an end within " + width + " bytes");
      }
      return text;
    }
  }

  /// The names of a dynamic section, while it is read.
  private static final class Dynamic {
    private final List<String> needed = new ArrayList<>();
    private final List<String> soname = new ArrayList<>();
    private final List<String> rpath = new ArrayList<>();
    private final List<String> runpath = new ArrayList<>();
  }
}
