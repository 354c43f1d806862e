package io.microvisor.formats.pe;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.StructReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A base image with sections added, laid out: what was there keeps its place; added sections follow, each at the next
/// multiple of `FileAlignment` in the file and of `SectionAlignment` in memory. An addition called like a section of the base
/// takes that section's place instead, if it fits.
///
/// @param base the image to add to
/// @param headers its headers
/// @param baseSize how many bytes of it are kept; a symbol table at its end is dropped
/// @param sections all section headers, in order
/// @param pieces the bytes that are not the base's, by position in the file
/// @param initializedDataSize the new `SizeOfInitializedData`
/// @param dllCharacteristics the new `DllCharacteristics`
/// @param size the whole file, in bytes
public record PeExtension(
    ByteSource base,
    PeFile headers,
    long baseSize,
    List<PeSection> sections,
    Map<Long, ByteSource> pieces,
    long initializedDataSize,
    int dllCharacteristics,
    long size) {
  /// A section to add.
  ///
  /// @param name 1 to 8 printable ASCII characters
  /// @param content less than 4 GiB
  /// @param characteristics `IMAGE_SCN_` flags
  public record Addition(String name, ByteSource content, long characteristics) {
    public Addition {
      if (name.isEmpty() || name.length() > 8 || !name.chars().allMatch(c -> c > 32 && c < 127)) {
        throw new IllegalArgumentException(
            "PE section: \"" + name + "\" (expected: 1 to 8 printable ASCII characters)");
      }
    }
  }

  private static final int SYMBOL_SIZE = 18;
  private static final long LARGEST = 0xffff_ffffL;

  public PeExtension {
    sections = List.copyOf(sections);
    pieces = Map.copyOf(pieces);
  }

  /// Lays out `base` with `additions` after its sections.
  ///
  /// @param cleared the bits of `DllCharacteristics` to clear
  /// @throws FormatException if the base is no PE32+ image, is signed, has sections that are not aligned in the file, or
  ///     lacks room in its headers or in a section to be replaced
  public static PeExtension plan(ByteSource base, List<Addition> additions, int cleared)
      throws IOException {
    PeFile headers = PeFile.read(base);
    if (headers.certificatesSize() > 0) {
      throw FormatException.unsupported(
          PeFile.FORMAT, headers.headerAt(), "a signed base image (expected: one without)");
    }
    long baseSize = withoutSymbols(base, headers);
    List<PeSection> sections = new ArrayList<>(headers.sections());
    checkAligned(headers);
    int before = sections.size();
    Map<Long, ByteSource> pieces = new HashMap<>();
    long initialized = headers.initializedDataSize();
    long end = baseSize;
    for (Addition addition : additions) {
      int same = indexOf(headers.sections(), addition.name());
      if (same >= 0) {
        PeSection replaced = replaced(headers, sections.get(same), addition);
        sections.set(same, replaced);
        pieces.put(replaced.rawPointer(), padded(addition.content(), replaced.rawSize()));
        continue;
      }
      PeSection section = appended(headers, sections.getLast(), end, addition);
      sections.add(section);
      pieces.put(section.rawPointer(), addition.content());
      initialized += section.virtualSize();
      end = section.rawPointer() + section.rawSize();
    }
    checkRoom(headers, sections.size(), before, end);
    return new PeExtension(
        base,
        headers,
        baseSize,
        sections,
        pieces,
        initialized,
        headers.dllCharacteristics() & ~cleared,
        end);
  }

  private static long withoutSymbols(ByteSource base, PeFile headers) throws IOException {
    long table = headers.symbolTableAt();
    if (table == 0) {
      return base.size();
    }
    long size = headers.symbolCount() * SYMBOL_SIZE;
    if (table + size + 4 <= base.size()) {
      size += StructReader.read(PeFile.FORMAT, base, table + size, 4).u32le();
    }
    if (table + size != base.size()) {
      throw FormatException.unsupported(
          PeFile.FORMAT, table, "a symbol table that is not the file's end");
    }
    return table;
  }

  private static void checkAligned(PeFile headers) throws FormatException {
    if (headers.sections().isEmpty()) {
      throw FormatException.unsupported(PeFile.FORMAT, headers.headerAt(), "no sections");
    }
    for (PeSection section : headers.sections()) {
      if (section.rawPointer() % headers.fileAlignment() != 0
          || section.rawSize() % headers.fileAlignment() != 0) {
        throw FormatException.unsupported(
            PeFile.FORMAT,
            section.rawPointer(),
            "section " + section.name() + " is not aligned to " + headers.fileAlignment());
      }
    }
  }

  private static int indexOf(List<PeSection> sections, String name) {
    for (int i = 0; i < sections.size(); i++) {
      if (sections.get(i).name().equals(name)) {
        return i;
      }
    }
    return -1;
  }

  private static PeSection replaced(PeFile headers, PeSection old, Addition addition)
      throws FormatException {
    if (addition.content().size() > old.rawSize()) {
      throw FormatException.unsupported(
          PeFile.FORMAT,
          headers.sectionTableAt(),
          "section "
              + old.name()
              + " has room for "
              + old.rawSize()
              + " bytes (expected: "
              + addition.content().size()
              + ")");
    }
    return new PeSection(
        old.name(),
        addition.content().size(),
        old.virtualAddress(),
        old.rawSize(),
        old.rawPointer(),
        old.characteristics());
  }

  private static ByteSource padded(ByteSource content, long size) throws IOException {
    byte[] bytes = new byte[Math.toIntExact(size)];
    content.readFully(0, ByteBuffer.wrap(bytes, 0, Math.toIntExact(content.size())));
    return ByteSource.of(bytes);
  }

  private static PeSection appended(PeFile headers, PeSection last, long end, Addition addition) {
    long size = addition.content().size();
    return new PeSection(
        addition.name(),
        size,
        alignUp(last.virtualAddress() + last.virtualSize(), headers.sectionAlignment()),
        alignUp(size, headers.fileAlignment()),
        alignUp(end, headers.fileAlignment()),
        addition.characteristics());
  }

  private static void checkRoom(PeFile headers, int sections, int before, long end)
      throws FormatException {
    long table = headers.sectionTableAt() + (long) sections * PeSection.SIZE;
    long room = alignUp(headers.headersSize(), headers.fileAlignment());
    for (PeSection section : headers.sections().subList(0, before)) {
      if (section.rawSize() > 0) {
        room = Math.min(room, section.rawPointer());
      }
    }
    if (table > room) {
      throw FormatException.unsupported(
          PeFile.FORMAT,
          headers.sectionTableAt(),
          "headers of " + room + " bytes hold no " + sections + " sections");
    }
    if (end > LARGEST) {
      throw FormatException.unsupported(
          PeFile.FORMAT, 0, end + " bytes in all (expected: less than 4 GiB)");
    }
  }

  /// The new `SizeOfImage`.
  public long imageSize() {
    PeSection last = sections.getLast();
    return alignUp(last.virtualAddress() + last.virtualSize(), headers.sectionAlignment());
  }

  /// The new `SizeOfHeaders`.
  public long headersSize() {
    return alignUp(headers.headersSize(), headers.fileAlignment());
  }

  static long alignUp(long value, long alignment) {
    return Math.ceilDiv(value, alignment) * alignment;
  }
}
