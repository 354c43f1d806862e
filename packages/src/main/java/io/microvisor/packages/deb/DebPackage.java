package io.microvisor.packages.deb;

import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import java.util.Locale;

/// One binary package of an index (deb-control(5) and the index's own fields).
///
/// @param source the source package's name; the package's own when the field is missing
/// @param sourceVersion the source package's version; the package's own when none is given
/// @param essential `Essential: yes`: on every system, and never removed
/// @param isProtected `Protected: yes` or `Important: yes`: not removed lightly
/// @param section such as `libs`, empty when missing
/// @param filename where the archive keeps it, relative to the archive's root
/// @param size of the `.deb`, in bytes
/// @param sha256 of the `.deb`
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
    long installedSize,
    Origin origin) {

  /// A package from its stanza in a `Packages` index.
  ///
  /// Relationships are not read yet: see [Relations#of].
  ///
  /// @throws FormatException if `Package`, `Version`, `Architecture`, `Filename`, `Size` or `SHA256` is missing, or a
  ///     field's value is not what it must be
  public static DebPackage of(ControlStanza stanza, Origin origin) throws FormatException {
    String name = stanza.required("Package");
    DebVersion version = version(stanza);
    String source = stanza.text("Source");
    int parenthesis = source.indexOf('(');
    return new DebPackage(
        name,
        version,
        stanza.required("Architecture"),
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
        stanza.required("Filename"),
        number(stanza, "Size", stanza.required("Size"), Long.MAX_VALUE),
        digest(stanza),
        kibibytes(stanza),
        origin);
  }

  /// `name_version_architecture`, with the epoch: unique within an index.
  public String id() {
    return name + "_" + version + "_" + architecture;
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
    return value.isEmpty()
        ? 0
        : number(stanza, "Installed-Size", value, Long.MAX_VALUE / 1024) * 1024;
  }

  private static long number(ControlStanza stanza, String field, String value, long most)
      throws FormatException {
    try {
      long number = Long.parseLong(value);
      if (number >= 0 && number <= most) {
        return number;
      }
    } catch (NumberFormatException _) {
      // Said below.
    }
    throw stanza.wrong(field, "\"" + value + "\" (expected: a number from 0 to " + most + ")");
  }

  private static Digest digest(ControlStanza stanza) throws FormatException {
    String value = stanza.required("SHA256");
    try {
      return Digest.parse(value);
    } catch (IllegalArgumentException _) {
      throw stanza.wrong("SHA256", "\"" + value + "\" (expected: 64 hexadecimal digits)");
    }
  }
}
