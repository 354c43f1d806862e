package io.microvisor.packages.catalog;

import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.StructReader;
import io.microvisor.bytes.StructWriter;
import java.util.zip.CRC32;

/// Where everything is in the file of a catalogue. Numbers are unsigned and big-endian; a *text* is counted from 0 in the
/// order of the texts, a *name* is a text from 1 to the number of names, a *position* is that of a package.
///
/// | field | offset | size | meaning |
/// |---|---|---|---|
/// | magic | 0 | 8 | `EMTCAT03` |
/// | checksum | 8 | 4 | CRC-32 (that of zip) of all that follows |
/// | size | 12 | 4 | of the file, in bytes |
/// | index | 16 | 32 | SHA-256 of the index it was made from |
/// | packages | 48 | 4 | how many packages there are |
/// | names | 52 | 4 | how many names packages have or provide |
/// | texts | 56 | 4 | how many texts there are |
/// | characters | 60 | 4 | bytes of all texts together |
/// | provided | 64 | 4 | how often a package provides a name |
/// | essential | 68 | 4 | how many packages are essential |
/// | records | 72 | 4 | bytes of all records together |
///
/// The header is followed by these sections, without gaps:
///
/// | section | entries | size of one | meaning |
/// |---|---|---|---|
/// | text starts | texts + 1 | 4 | where each text begins among the characters, and where the last one ends |
/// | characters | characters | 1 | the texts, UTF-8; first the empty one, then the names in order, then all others |
/// | hashes | names | 8 | Java's hash code of a name and the name; in the order of hash codes, then of names |
/// | named starts | names + 1 | 4 | where the packages of each name begin in the next section, and the last ones end |
/// | named | packages | 4 | positions, by name |
/// | provider starts | names + 1 | 4 | where the providers of each name begin in the next section, and the last ones end |
/// | providers | provided | 12 | a position, the text of the version that is provided, and the text behind the name's colon; 0 for none |
/// | essential | essential | 4 | positions of the essential packages |
/// | priority starts | 6 | 4 | where each priority begins in the next section, most needed first, and the last one ends |
/// | priorities | packages | 4 | positions, by priority |
/// | record starts | packages + 1 | 4 | where each package's record begins, and where the last one ends |
/// | records | records | 1 | see [PackageRecord] |
record CatalogLayout(
    Digest index,
    int packages,
    int names,
    int texts,
    int characters,
    int provided,
    int essential,
    int records) {
  static final int PRIORITIES = 5;

  private static final String FORMAT = "package catalogue";
  private static final String MAGIC = "EMTCAT03";
  private static final int HEADER_SIZE = 76;
  private static final int CHECKED_FROM = 12;

  /// Refuses what does not fit into 2 GiB.
  CatalogLayout {
    long size = HEADER_SIZE + 4L * (texts + 1) + characters + 8L * names + 8L * (names + 1);
    size += 4L * packages + 12L * provided + 4L * essential + 4 * (PRIORITIES + 1);
    size += 4L * packages + 4L * (packages + 1) + records;
    if (packages < 0
        || names < 0
        || texts <= names
        || characters < 0
        || provided < 0
        || essential < 0
        || records < 0
        || size > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException("a package catalogue of " + size + " bytes");
    }
  }

  int textStarts() {
    return HEADER_SIZE;
  }

  int charactersStart() {
    return textStarts() + 4 * (texts + 1);
  }

  int hashes() {
    return charactersStart() + characters;
  }

  int namedStarts() {
    return hashes() + 8 * names;
  }

  int named() {
    return namedStarts() + 4 * (names + 1);
  }

  int providerStarts() {
    return named() + 4 * packages;
  }

  int providers() {
    return providerStarts() + 4 * (names + 1);
  }

  int essentials() {
    return providers() + 12 * provided;
  }

  int priorityStarts() {
    return essentials() + 4 * essential;
  }

  int priorities() {
    return priorityStarts() + 4 * (PRIORITIES + 1);
  }

  int recordStarts() {
    return priorities() + 4 * packages;
  }

  int recordsStart() {
    return recordStarts() + 4 * (packages + 1);
  }

  int size() {
    return recordsStart() + records;
  }

  /// Writes the header over the first bytes of a file that is complete but for it.
  void seal(byte[] file) {
    StructWriter header = StructWriter.ofSize(HEADER_SIZE);
    header.at(0).ascii(MAGIC, 8);
    header.at(8).u32be(0);
    header.at(12).u32be(size());
    header.at(16).bytes(index.bytes());
    header.at(48).u32be(packages);
    header.at(52).u32be(names);
    header.at(56).u32be(texts);
    header.at(60).u32be(characters);
    header.at(64).u32be(provided);
    header.at(68).u32be(essential);
    header.at(72).u32be(records);
    System.arraycopy(header.toBytes(), 0, file, 0, HEADER_SIZE);
    StructWriter checksum = StructWriter.ofSize(4).at(0).u32be(checksum(file));
    System.arraycopy(checksum.toBytes(), 0, file, 8, 4);
  }

  /// The layout of a file, which is whole and undamaged.
  ///
  /// @throws FormatException if it is not
  static CatalogLayout read(byte[] file) throws FormatException {
    if (file.length < HEADER_SIZE) {
      throw FormatException.damaged(
          FORMAT, file.length, "ends here (expected: a header of " + HEADER_SIZE + " bytes)");
    }
    StructReader header = StructReader.of(FORMAT, file);
    if (!header.at(0).ascii(8).equals(MAGIC)) {
      throw FormatException.notThis(FORMAT, "no \"" + MAGIC + "\" at byte 0");
    }
    long checksum = header.at(8).u32be();
    long size = header.at(12).u32be();
    if (size != file.length) {
      throw FormatException.damaged(
          FORMAT, 12, "it has " + file.length + " bytes (expected: " + size + ")");
    }
    if (checksum != checksum(file)) {
      throw FormatException.damaged(
          FORMAT, 8, "checksum 0x%08x (expected: 0x%08x)".formatted(checksum(file), checksum));
    }
    CatalogLayout layout;
    try {
      layout =
          new CatalogLayout(
              Digest.of(header.at(16).bytes(Digest.SIZE)),
              (int) header.at(48).u32be(),
              (int) header.at(52).u32be(),
              (int) header.at(56).u32be(),
              (int) header.at(60).u32be(),
              (int) header.at(64).u32be(),
              (int) header.at(68).u32be(),
              (int) header.at(72).u32be());
    } catch (IllegalArgumentException e) {
      throw FormatException.damaged(FORMAT, 48, String.valueOf(e.getMessage()));
    }
    if (layout.size() != size) {
      throw FormatException.damaged(
          FORMAT, 48, "sections of " + layout.size() + " bytes (expected: " + size + ")");
    }
    return layout;
  }

  private static long checksum(byte[] file) {
    CRC32 crc = new CRC32();
    crc.update(file, CHECKED_FROM, file.length - CHECKED_FROM);
    return crc.getValue();
  }
}
