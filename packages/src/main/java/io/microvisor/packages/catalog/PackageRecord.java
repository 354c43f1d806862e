package io.microvisor.packages.catalog;

import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.deb.DebVersion;
import io.microvisor.packages.deb.MultiArch;
import io.microvisor.packages.deb.Origin;
import io.microvisor.packages.deb.Priority;
import io.microvisor.packages.deb.Relations;
import java.util.List;
import java.util.function.IntFunction;

/// A package in a catalogue. *text* is the number of a text, *number* a quantity; both are written in groups of seven bits,
/// the lowest first, with the eighth bit set in all bytes but the last.
///
/// | field | size | meaning |
/// |---|---|---|
/// | flags | 1 | bit 0: essential; bit 1: protected; bits 2 to 4: priority, most needed first; bits 5 and 6: `Multi-Arch`: no, same, foreign, allowed; bit 7: the last part of the file's name is the usual one |
/// | digest | 32 | SHA-256 of the `.deb` |
/// | name | text | |
/// | version | text | |
/// | architecture | text | |
/// | source | text | the source package's name |
/// | source version | text | |
/// | relationships | 8 texts | `Pre-Depends`, `Depends`, `Recommends`, `Suggests`, `Conflicts`, `Breaks`, `Replaces`, `Provides` |
/// | section | text | |
/// | folder | text | the file's name up to and with its last `/`; all of it where bit 7 is not set |
/// | sha512 | text | of the `.deb`, in hexadecimal digits, where its SHA-256 is not known |
/// | size | number | of the `.deb`, in bytes |
/// | installed size | number | in bytes |
///
/// The usual last part is `<name>_<version without epoch>_<architecture>.deb`.
final class PackageRecord {
  static final int ESSENTIAL = 1;
  static final int PROTECTED = 2;
  static final int PRIORITY_SHIFT = 2;
  static final int MULTI_ARCH_SHIFT = 5;
  static final int USUAL_NAME = 0x80;

  /// How many texts a record has.
  static final int TEXTS = 16;

  /// By their numbers in the flags.
  static final List<Priority> PRIORITIES =
      List.of(
          Priority.REQUIRED,
          Priority.IMPORTANT,
          Priority.STANDARD,
          Priority.OPTIONAL,
          Priority.EXTRA);

  /// By their numbers in the flags.
  static final List<MultiArch> MULTI_ARCHES =
      List.of(MultiArch.NO, MultiArch.SAME, MultiArch.FOREIGN, MultiArch.ALLOWED);

  private final byte[] bytes;
  private int at;

  private PackageRecord(byte[] bytes, int at) {
    this.bytes = bytes;
    this.at = at;
  }

  /// The package whose record begins at `at`.
  static DebPackage read(byte[] bytes, int at, IntFunction<String> texts, Origin origin) {
    return new PackageRecord(bytes, at).read(texts, origin);
  }

  private DebPackage read(IntFunction<String> texts, Origin origin) {
    int flags = bytes[at];
    Digest digest = digest();
    at += 1 + Digest.SIZE;
    String name = text(texts);
    DebVersion version = version(text(texts));
    String architecture = text(texts);
    String source = text(texts);
    String sourceVersion = text(texts);
    Relations preDepends = Relations.of(text(texts));
    Relations depends = Relations.of(text(texts));
    Relations recommends = Relations.of(text(texts));
    Relations suggests = Relations.of(text(texts));
    Relations conflicts = Relations.of(text(texts));
    Relations breaks = Relations.of(text(texts));
    Relations replaces = Relations.of(text(texts));
    Relations provides = Relations.of(text(texts));
    String section = text(texts);
    String folder = text(texts);
    String sha512 = text(texts);
    return new DebPackage(
        name,
        version,
        architecture,
        source,
        sourceVersion,
        (flags & ESSENTIAL) != 0,
        (flags & PROTECTED) != 0,
        PRIORITIES.get(flags >> PRIORITY_SHIFT & 7),
        MULTI_ARCHES.get(flags >> MULTI_ARCH_SHIFT & 3),
        preDepends,
        depends,
        recommends,
        suggests,
        conflicts,
        breaks,
        replaces,
        provides,
        section,
        (flags & USUAL_NAME) == 0 ? folder : folder + usualName(name, version, architecture),
        number(),
        digest,
        sha512,
        number(),
        origin);
  }

  static String usualName(String name, DebVersion version, String architecture) {
    return name + "_" + version.withoutEpoch() + "_" + architecture + ".deb";
  }

  private Digest digest() {
    byte[] digest = new byte[Digest.SIZE];
    System.arraycopy(bytes, at + 1, digest, 0, Digest.SIZE);
    return Digest.of(digest);
  }

  static DebVersion version(String text) {
    try {
      return DebVersion.parse(text);
    } catch (FormatException e) {
      throw new IllegalStateException("a catalogue with a version that was not read", e);
    }
  }

  private String text(IntFunction<String> texts) {
    return texts.apply((int) number());
  }

  private long number() {
    long number = 0;
    for (int shift = 0; ; shift += 7) {
      byte next = bytes[at++];
      number |= (next & 0x7fL) << shift;
      if (next >= 0) {
        return number;
      }
    }
  }

  /// How many bytes a number takes.
  static int width(long number) {
    int width = 1;
    for (long rest = number >>> 7; rest != 0; rest >>>= 7) {
      width++;
    }
    return width;
  }

  /// Writes a number; returns where it ends.
  static int write(byte[] into, int at, long number) {
    int end = at;
    long rest = number;
    for (; rest >>> 7 != 0; rest >>>= 7) {
      into[end++] = (byte) (rest | 0x80);
    }
    into[end++] = (byte) rest;
    return end;
  }
}
