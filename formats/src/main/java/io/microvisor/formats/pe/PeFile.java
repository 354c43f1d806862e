package io.microvisor.formats.pe;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.StructReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The headers of a PE32+ image. The PE header lies where the 4 bytes at 0x3c say; from there:
///
/// | offset | field                       | size | meaning                                      |
/// |--------|-----------------------------|------|----------------------------------------------|
/// | 0      | Signature                   | 4    | "PE", NUL, NUL                               |
/// | 4      | Machine                     | 2    | 0x8664: x86-64                               |
/// | 6      | NumberOfSections            | 2    |                                              |
/// | 8      | TimeDateStamp               | 4    |                                              |
/// | 12     | PointerToSymbolTable        | 4    | 0 in stripped images                         |
/// | 16     | NumberOfSymbols             | 4    |                                              |
/// | 20     | SizeOfOptionalHeader        | 2    | the section table follows it                 |
/// | 22     | Characteristics             | 2    |                                              |
/// | 24     | Magic                       | 2    | 0x20b: PE32+                                 |
/// | 32     | SizeOfInitializedData       | 4    |                                              |
/// | 56     | SectionAlignment            | 4    | in memory                                    |
/// | 60     | FileAlignment               | 4    | in the file                                  |
/// | 80     | SizeOfImage                 | 4    | bytes in memory, up to SectionAlignment      |
/// | 84     | SizeOfHeaders               | 4    | room before the first section in the file    |
/// | 88     | CheckSum                    | 4    | 0 if not computed                            |
/// | 92     | Subsystem                   | 2    | 10: EFI application                          |
/// | 94     | DllCharacteristics          | 2    | 0x100: fit for no-execute memory             |
/// | 132    | NumberOfRvaAndSizes         | 4    | data directories                             |
/// | 168    | directory 4: certificates   | 8    | position in the file, size                   |
///
/// @param headerAt where the signature is
/// @param sectionTableAt where the section table is
/// @param certificatesSize how many bytes of signatures there are; 0 if it is not signed
/// @param sections in the order of the table
public record PeFile(
    int headerAt,
    int sectionTableAt,
    int machine,
    long timeDateStamp,
    long symbolTableAt,
    long symbolCount,
    int fileCharacteristics,
    long initializedDataSize,
    int sectionAlignment,
    int fileAlignment,
    long imageSize,
    long headersSize,
    int subsystem,
    int dllCharacteristics,
    long certificatesSize,
    List<PeSection> sections) {
  /// `IMAGE_DLLCHARACTERISTICS_NX_COMPAT`.
  public static final int NX_COMPAT = 0x100;

  static final String FORMAT = "PE image";
  static final int OPTIONAL_HEADER = 24;

  private static final int POINTER_AT = 0x3c;
  private static final int PE32_PLUS = 0x20b;
  private static final int CERTIFICATES = 4;
  private static final int DIRECTORIES_AT = 112;
  private static final int SMALLEST_OPTIONAL = 112;
  private static final int MOST_SECTIONS = 96;

  public PeFile {
    sections = List.copyOf(sections);
  }

  /// Whether `source` begins as a PE image does.
  public static boolean isPe(ByteSource source) throws IOException {
    if (source.size() < 64 || !StructReader.read(FORMAT, source, 0, 2).ascii(2).equals("MZ")) {
      return false;
    }
    long at = StructReader.read(FORMAT, source, POINTER_AT, 4).u32le();
    return at <= source.size() - 4
        && StructReader.read(FORMAT, source, at, 4).u32be() == 0x50450000L;
  }

  /// Reads the headers.
  ///
  /// @throws FormatException if this is no PE image, a 32-bit one, or its sections do not lie within it
  public static PeFile read(ByteSource source) throws IOException {
    if (!isPe(source)) {
      throw FormatException.notThis(FORMAT, "no MZ and PE signatures");
    }
    long at = StructReader.read(FORMAT, source, POINTER_AT, 4).u32le();
    StructReader coff = StructReader.read(FORMAT, source, at, OPTIONAL_HEADER);
    int machine = coff.at(4).u16le();
    int sectionCount = coff.u16le();
    long timeDateStamp = coff.u32le();
    long symbolTable = coff.u32le();
    long symbols = coff.u32le();
    int optionalSize = coff.u16le();
    int characteristics = coff.u16le();
    if (sectionCount > MOST_SECTIONS) {
      throw FormatException.damaged(
          FORMAT, at + 6, sectionCount + " sections (expected: at most 96)");
    }
    StructReader optional = StructReader.read(FORMAT, source, at + OPTIONAL_HEADER, optionalSize);
    int magic = optional.u16le();
    if (magic != PE32_PLUS) {
      throw FormatException.unsupported(
          FORMAT,
          at + OPTIONAL_HEADER,
          "magic 0x" + Integer.toHexString(magic) + " (understood: 0x20b, PE32+)");
    }
    if (optionalSize < SMALLEST_OPTIONAL) {
      throw FormatException.damaged(
          FORMAT, at + 20, "SizeOfOptionalHeader " + optionalSize + " (expected: >= 112)");
    }
    long initializedData = optional.at(8).u32le();
    int sectionAlignment = alignment(optional.at(32));
    int fileAlignment = alignment(optional);
    long imageSize = optional.at(56).u32le();
    long headersSize = optional.u32le();
    int subsystem = optional.at(68).u16le();
    int dllCharacteristics = optional.u16le();
    long directories = optional.at(108).u32le();
    long certificates =
        directories > CERTIFICATES ? optional.at(DIRECTORIES_AT + 8 * CERTIFICATES + 4).u32le() : 0;
    long tableAt = at + OPTIONAL_HEADER + optionalSize;
    List<PeSection> sections = sections(source, tableAt, sectionCount);
    if (headersSize > source.size()
        || tableAt + (long) PeSection.SIZE * sectionCount > headersSize) {
      throw FormatException.damaged(
          FORMAT, at + OPTIONAL_HEADER + 60, "SizeOfHeaders " + headersSize);
    }
    return new PeFile(
        (int) at,
        (int) tableAt,
        machine,
        timeDateStamp,
        symbolTable,
        symbols,
        characteristics,
        initializedData,
        sectionAlignment,
        fileAlignment,
        imageSize,
        headersSize,
        subsystem,
        dllCharacteristics,
        certificates,
        sections);
  }

  private static int alignment(StructReader in) throws FormatException {
    long position = in.position();
    long alignment = in.u32le();
    if (Long.bitCount(alignment) != 1 || alignment > 1 << 20) {
      throw FormatException.damaged(
          FORMAT, position, "alignment " + alignment + " (expected: a power of two up to 1 MiB)");
    }
    return (int) alignment;
  }

  private static List<PeSection> sections(ByteSource source, long tableAt, int count)
      throws IOException {
    StructReader table = StructReader.read(FORMAT, source, tableAt, count * PeSection.SIZE);
    List<PeSection> sections = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      PeSection section = PeSection.read(table.at(i * PeSection.SIZE));
      if (section.rawSize() > 0 && section.rawPointer() + section.rawSize() > source.size()) {
        throw FormatException.damaged(
            FORMAT,
            tableAt + (long) i * PeSection.SIZE,
            "section "
                + section.name()
                + " of "
                + section.rawSize()
                + " bytes at "
                + section.rawPointer()
                + ", the file has "
                + source.size()
                + " (truncated?)");
      }
      sections.add(section);
    }
    return sections;
  }

  /// The first section called `name`.
  public Optional<PeSection> section(String name) {
    return sections.stream().filter(each -> each.name().equals(name)).findFirst();
  }

  /// What `section` holds, without the padding that follows it in the file.
  ///
  /// @param file the source these headers were read from
  public static ByteSource content(ByteSource file, PeSection section) {
    return file.slice(section.rawPointer(), section.contentSize());
  }
}
