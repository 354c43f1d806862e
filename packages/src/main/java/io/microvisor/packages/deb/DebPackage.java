package io.microvisor.packages.deb;

import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// One binary package of an index (deb-control(5) and the index's own fields).
///
/// @param source the source package's name; the package's own when the field is missing
/// @param sourceVersion the source package's version; the package's own when none is given
/// @param essential `Essential: yes`: on every system, and never removed
/// @param isProtected `Protected: yes` or `Important: yes`: not removed lightly
/// @param section such as `libs`, empty when missing
/// @param filename where the archive keeps it, relative to the archive's root
/// @param size of the `.deb`, in bytes
/// @param sha256 of the `.deb`; where only its SHA-512 is known a stand-in that no file has, until it is locked
/// @param sha512 of the `.deb`, in hexadecimal digits, where its SHA-256 is not known; empty where it is
/// @param installedSize an estimate of the disk space used when installed, in bytes; 0 when missing
public record DebPackage(
    String name,
    DebVersion version,
    String architecture,
    String source,
    String sourceVersion,
    boolean essential,
    boolean isProtected,
    Priority priority,
    MultiArch multiArch,
    Relations preDepends,
    Relations depends,
    Relations recommends,
    Relations suggests,
    Relations conflicts,
    Relations breaks,
    Relations replaces,
    Relations provides,
    String section,
    String filename,
    long size,
    Digest sha256,
    String sha512,
    long installedSize,
    Origin origin) {

  /// Larger than any package, and small enough that the sizes of all packages can be added up: 16 TiB.
  private static final long LARGEST = 1L << 44;

  private static final Pattern SHA512 = Pattern.compile("[0-9A-Fa-f]{128}");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9+.~_-]*");

  /// A package from its stanza in a `Packages` index.
  ///
  /// Relationships are not read yet: see [Relations#of].
  ///
  /// @throws FormatException if `Package`, `Version`, `Architecture`, `Filename`, `Size` or both `SHA256` and `SHA512` are missing, or a
  ///     field's value is not what it must be
  public static DebPackage of(ControlStanza stanza, Origin origin) throws FormatException {
    String name = name(stanza, "Package");
    DebVersion version = version(stanza);
    String source = stanza.text("Source");
    int parenthesis = source.indexOf('(');
    return new DebPackage(
        name,
        version,
        name(stanza, "Architecture"),
        source.isEmpty()
            ? name
            : parenthesis < 0 ? source : source.substring(0, parenthesis).strip(),
        parenthesis < 0
            ? version.toString()
            : source.substring(parenthesis + 1).replace(")", "").strip(),
        yes(stanza, "Essential"),
        yes(stanza, "Protected") || yes(stanza, "Important"),
        priority(stanza),
        multiArch(stanza),
        relations(stanza, "Pre-Depends"),
        relations(stanza, "Depends"),
        relations(stanza, "Recommends"),
        relations(stanza, "Suggests"),
        relations(stanza, "Conflicts"),
        relations(stanza, "Breaks"),
        relations(stanza, "Replaces"),
        relations(stanza, "Provides"),
        stanza.text("Section"),
        filename(stanza),
        number(stanza, "Size", stanza.required("Size"), LARGEST),
        digest(stanza),
        stanza.text("SHA256").isEmpty() ? stanza.text("SHA512").toLowerCase(Locale.ROOT) : "",
        kibibytes(stanza),
        origin);
  }

  /// `name_version_architecture`, with the epoch: unique within an index.
  public String id() {
    return name + "_" + version + "_" + architecture;
  }

  /// Whether this can be the name of a package or an architecture: names become parts of file names. dpkg's own rule,
  /// with the upper case and the `_` and `~` that it only warns of.
  public static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  /// Whether this can be where an archive keeps a package: a path that stays below the archive's root. One that begins
  /// with `/` does, as the root's address is put before it.
  public static boolean isFilename(String text) {
    return !text.isEmpty()
        && text.chars().noneMatch(Character::isISOControl)
        && Stream.of(text.split("/", -1)).noneMatch(part -> part.equals(".."));
  }

  private static String name(ControlStanza stanza, String field) throws FormatException {
    String value = stanza.required(field);
    if (!isName(value)) {
      throw stanza.wrong(
          field, "\"" + value + "\" (expected: a name of letters, digits and + - . ~ _)");
    }
    return value;
  }

  private static String filename(ControlStanza stanza) throws FormatException {
    String value = stanza.required("Filename");
    if (!isFilename(value)) {
      throw stanza.wrong(
          "Filename", "\"" + value + "\" (expected: a path below the archive's root)");
    }
    return value;
  }

  private static DebVersion version(ControlStanza stanza) throws FormatException {
    try {
      return DebVersion.parse(stanza.required("Version"));
    } catch (FormatException e) {
      throw stanza.wrong("Version", String.valueOf(e.getMessage()));
    }
  }

  private static boolean yes(ControlStanza stanza, String field) {
    return stanza.text(field).equalsIgnoreCase("yes");
  }

  private static Priority priority(ControlStanza stanza) {
    return switch (stanza.text("Priority").toLowerCase(Locale.ROOT)) {
      case "required" -> Priority.REQUIRED;
      case "important" -> Priority.IMPORTANT;
      case "standard" -> Priority.STANDARD;
      case "extra" -> Priority.EXTRA;
      // dpkg takes any word here; what it does not know is as if it were not there.
      default -> Priority.OPTIONAL;
    };
  }

  private static MultiArch multiArch(ControlStanza stanza) throws FormatException {
    String value = stanza.text("Multi-Arch");
    return switch (value.toLowerCase(Locale.ROOT)) {
      case "", "no" -> MultiArch.NO;
      case "same" -> MultiArch.SAME;
      case "foreign" -> MultiArch.FOREIGN;
      case "allowed" -> MultiArch.ALLOWED;
      default ->
          throw stanza.wrong("Multi-Arch", value + " (expected: no, same, foreign or allowed)");
    };
  }

  private static Relations relations(ControlStanza stanza, String field) {
    return Relations.of(stanza.text(field));
  }

  private static long kibibytes(ControlStanza stanza) throws FormatException {
    String value = stanza.text("Installed-Size");
    return value.isEmpty() ? 0 : number(stanza, "Installed-Size", value, LARGEST / 1024) * 1024;
  }

  private static long number(ControlStanza stanza, String field, String value, long most)
      throws FormatException {
    boolean digits = value.chars().allMatch(c -> c >= '0' && c <= '9');
    if (digits && !value.isEmpty() && value.length() <= 18 && Long.parseLong(value) <= most) {
      return Long.parseLong(value);
    }
    throw stanza.wrong(field, "\"" + value + "\" (expected: a number from 0 to " + most + ")");
  }

  private static Digest digest(ControlStanza stanza) throws FormatException {
    String value = stanza.text("SHA256");
    String sha512 = stanza.text("SHA512");
    if (value.isEmpty() && SHA512.matcher(sha512).matches()) {
      return Digest.sha256("SHA-512 " + sha512.toLowerCase(Locale.ROOT));
    }
    if (value.isEmpty()) {
      throw stanza.wrong(
          "SHA256", "missing (expected: it, or SHA512; MD5sum and SHA1 are not believed)");
    }
    try {
      return Digest.parse(value);
    } catch (IllegalArgumentException _) {
      throw stanza.wrong("SHA256", "\"" + value + "\" (expected: 64 hexadecimal digits)");
    }
  }
}
