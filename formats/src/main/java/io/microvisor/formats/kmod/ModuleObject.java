package io.microvisor.formats.kmod;

import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.StructReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// The parts of a relocatable ELF object that tell what a kernel module offers and needs: its sections by name and its
/// symbol table. (Package `elf` reads programs and libraries by their program headers, which modules do not have.)
///
/// A section header (`Elf64_Shdr`): name 0 (4 bytes), type 4 (4), flags 8 (8), address 16 (8), offset 24 (8), size 32
/// (8), then 24 bytes not read. A symbol (`Elf64_Sym`): name 0 (4), info 4 (1), other 5 (1), section 6 (2), value 8 (8),
/// size 16 (8). A `__versions` entry (`struct modversion_info`): CRC 0 (8), name 8 (56, ended by NUL).
final class ModuleObject {
  private static final String FORMAT = "kernel module";
  private static final int SECTION_SIZE = 64;
  private static final int SYMBOL_SIZE = 24;
  private static final int VERSION_SIZE = 64;
  private static final int UNDEFINED = 0;
  private static final int WITHOUT_BYTES = 8;
  private static final String CRC = "__crc_";

  private record Range(int offset, int size) {
    private static final Range NONE = new Range(0, 0);
  }

  private final String path;
  private final byte[] elf;
  private Range modinfo = Range.NONE;
  private Range exportNames = Range.NONE;
  private Range versions = Range.NONE;
  private Range strings = Range.NONE;
  private Range symbols = Range.NONE;

  private ModuleObject(String path, byte[] elf) {
    this.path = path;
    this.elf = elf;
  }

  static ModuleObject parse(String path, byte[] elf) throws FormatException {
    ModuleObject object = new ModuleObject(path, elf);
    object.readSections();
    return object;
  }

  KernelModule module(String at) throws FormatException {
    List<String> exported = new ArrayList<>();
    Set<String> imported = new LinkedHashSet<>();
    readSymbols(exported, imported);
    if (exported.isEmpty()) {
      exported = texts(exportNames);
    }
    readVersions(imported);
    List<KernelModule.Tag> info = new ArrayList<>();
    for (String text : texts(modinfo)) {
      int equals = text.indexOf('=');
      info.add(
          equals < 0
              ? new KernelModule.Tag(text, text)
              : new KernelModule.Tag(text.substring(0, equals), text.substring(equals + 1)));
    }
    return new KernelModule(at, info, exported, List.copyOf(imported));
  }

  private String format() {
    return FORMAT + " " + path;
  }

  private void readSections() throws FormatException {
    if (elf.length < 64 || elf[0] != 0x7f || elf[1] != 'E' || elf[2] != 'L' || elf[3] != 'F') {
      throw FormatException.notThis(format(), "no ELF header (expected: 7f 45 4c 46)");
    }
    if (elf[4] != 2 || elf[5] != 1) {
      throw FormatException.unsupported(
          format(), 4, "class " + elf[4] + ", data " + elf[5] + " (understood: 2, 1: 64-bit LSB)");
    }
    StructReader header = StructReader.of(format(), elf);
    int tableAt = (int) header.at(40).bounded64le("e_shoff", elf.length);
    int entry = header.at(58).u16le();
    int count = header.at(60).u16le();
    int namesIndex = header.at(62).u16le();
    if (entry != SECTION_SIZE || namesIndex >= count) {
      throw FormatException.damaged(
          format(),
          58,
          "section headers of "
              + entry
              + " bytes, names in section "
              + namesIndex
              + " of "
              + count
              + " (expected: 64 bytes)");
    }
    if (count > (elf.length - tableAt) / SECTION_SIZE) {
      throw FormatException.damaged(
          format(), 40, count + " section headers at " + tableAt + " (truncated?)");
    }
    Range names = section(header, tableAt, namesIndex);
    for (int i = 1; i < count; i++) {
      long name = header.at(tableAt + i * SECTION_SIZE).u32le();
      Range range = section(header, tableAt, i);
      switch (text(names, name)) {
        case ".modinfo" -> modinfo = range;
        case "__ksymtab_strings" -> exportNames = range;
        case "__versions" -> versions = range;
        case ".strtab" -> strings = range;
        case ".symtab" -> symbols = range;
        default -> {
          // Code and data.
        }
      }
    }
  }

  private Range section(StructReader header, int tableAt, int index) throws FormatException {
    int at = tableAt + index * SECTION_SIZE;
    long type = header.at(at).skip(4).u32le();
    if (type == WITHOUT_BYTES) {
      return Range.NONE;
    }
    int offset = (int) header.at(at).skip(24).bounded64le("sh_offset", elf.length);
    int size = (int) header.bounded64le("sh_size", elf.length - offset);
    return new Range(offset, size);
  }

  private void readSymbols(List<String> exported, Set<String> imported) throws FormatException {
    if (symbols.size() % SYMBOL_SIZE != 0) {
      throw FormatException.damaged(
          format(), symbols.offset(), "a symbol table of " + symbols.size() + " bytes");
    }
    StructReader table = StructReader.of(format(), elf);
    int end = symbols.offset() + symbols.size();
    for (int at = symbols.offset() + SYMBOL_SIZE; at < end; at += SYMBOL_SIZE) {
      long name = table.at(at).u32le();
      boolean undefined = table.skip(2).u16le() == UNDEFINED;
      if (!undefined && !startsWithCrc(name)) {
        continue;
      }
      String text = text(strings, name);
      if (text.startsWith(CRC)) {
        exported.add(text.substring(CRC.length()));
      }
      if (undefined && !text.isEmpty()) {
        imported.add(text);
      }
    }
  }

  private boolean startsWithCrc(long name) {
    if (name + CRC.length() > strings.size()) {
      return false;
    }
    int at = strings.offset() + (int) name;
    for (int i = 0; i < CRC.length(); i++) {
      if (elf[at + i] != CRC.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /// Names with a version that are not in the symbol table, such as `module_layout`: depmod counts them as needed, too.
  private void readVersions(Set<String> imported) throws FormatException {
    if (versions.size() % VERSION_SIZE != 0) {
      return;
    }
    Set<String> extra = new HashSet<>(imported);
    for (int at = 0; at < versions.size(); at += VERSION_SIZE) {
      String name = text(new Range(versions.offset() + at + 8, VERSION_SIZE - 8), 0);
      if (extra.add(name)) {
        imported.add(name);
      }
    }
  }

  /// All texts of a section of texts ended by NUL; empty ones are padding.
  private List<String> texts(Range range) {
    List<String> texts = new ArrayList<>();
    int start = range.offset();
    int end = range.offset() + range.size();
    for (int at = start; at <= end; at++) {
      if (at == end || elf[at] == 0) {
        if (at > start) {
          texts.add(new String(elf, start, at - start, StandardCharsets.ISO_8859_1));
        }
        start = at + 1;
      }
    }
    return texts;
  }

  private String text(Range range, long offset) throws FormatException {
    if (offset >= range.size()) {
      throw FormatException.damaged(
          format(), range.offset(), "a name at " + offset + " of " + range.size() + " bytes");
    }
    int start = range.offset() + (int) offset;
    int end = start;
    while (end < range.offset() + range.size() && elf[end] != 0) {
      end++;
    }
    return new String(elf, start, end - start, StandardCharsets.ISO_8859_1);
  }
}
