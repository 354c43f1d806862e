package io.microvisor.packages.repository;

import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.packages.deb.ControlStanza;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/// A Release file (Debian repository format, "Release" files): what an archive says about one suite. Read only what a
/// [ReleaseVerifier] has accepted.
///
/// | field | here | if missing |
/// |---|---|---|
/// | Origin, Label, Suite, Codename, Version | text | empty |
/// | Date | when it was made | unknown: [Instant#EPOCH] |
/// | Valid-Until | from when it counts no more | never: [Instant#MAX] |
/// | Acquire-By-Hash | whether files can be had by their digest | no |
/// | Components, Architectures | words | empty |
/// | NotAutomatic | whether nothing is taken from it unasked | no |
/// | ButAutomaticUpgrades | with NotAutomatic: whether what was taken is kept up to date | no |
/// | No-Support-for-Architecture-all | whether `Packages` of `all` repeat in the others | no |
/// | SHA256 | files: digest, size, path | SHA512 |
/// | SHA512 | the same, looked at only where SHA256 is missing | refused; MD5Sum and SHA1 are never looked at |
///
/// @param date when the archive made it, [Instant#EPOCH] where it does not say
/// @param validUntil from when it counts no more, [Instant#MAX] for never
/// @param allInOthers whether indexes of each architecture hold packages of architecture `all`, too
/// @param files by their path
public record Release(
    String origin,
    String label,
    String suite,
    String codename,
    String version,
    Instant date,
    Instant validUntil,
    boolean byHash,
    boolean notAutomatic,
    boolean butAutomaticUpgrades,
    List<String> components,
    List<String> architectures,
    boolean allInOthers,
    SortedMap<String, IndexFile> files) {
  private static final String FORMAT = "Release file";
  private static final int MOST_FILES = 200_000;

  public Release {
    components = List.copyOf(components);
    architectures = List.copyOf(architectures);
    files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
  }

  /// Reads the text of a Release file.
  ///
  /// @throws FormatException if it has neither a SHA256 nor a SHA512 section, or anything in it or a date is not as it must be
  public static Release parse(byte[] text) throws FormatException {
    ControlStanza stanza = ControlStanza.parse(new String(text, StandardCharsets.UTF_8));
    return new Release(
        stanza.text("Origin"),
        stanza.text("Label"),
        stanza.text("Suite"),
        stanza.text("Codename"),
        stanza.text("Version"),
        stanza.find("Date").isEmpty() ? Instant.EPOCH : date(stanza, "Date", stanza.text("Date")),
        stanza.find("Valid-Until").isEmpty()
            ? Instant.MAX
            : date(stanza, "Valid-Until", stanza.text("Valid-Until")),
        stanza.text("Acquire-By-Hash").equalsIgnoreCase("yes"),
        stanza.text("NotAutomatic").equalsIgnoreCase("yes"),
        stanza.text("ButAutomaticUpgrades").equalsIgnoreCase("yes"),
        words(stanza.text("Components")),
        words(stanza.text("Architectures")),
        words(stanza.text("No-Support-for-Architecture-all")).contains("Packages"),
        files(stanza));
  }

  /// The file at `path`, if the archive has it.
  public Optional<IndexFile> file(String path) {
    return Optional.ofNullable(files.get(path));
  }

  private static SortedMap<String, IndexFile> files(ControlStanza stanza) throws FormatException {
    SortedMap<String, IndexFile> files = new TreeMap<>();
    String field = stanza.text("SHA256").isEmpty() ? "SHA512" : "SHA256";
    if (stanza.text(field).isEmpty()) {
      List<String> others =
          Stream.of("SHA1", "MD5Sum").filter(each -> stanza.find(each).isPresent()).toList();
      throw FormatException.unsupported(
          FORMAT,
          0,
          "it lists files by %s (expected: by SHA256 or SHA512)"
              .formatted(others.isEmpty() ? "no digest" : String.join(" and ", others)));
    }
    for (String line : stanza.text(field).split("\n", -1)) {
      if (line.isBlank()) {
        continue;
      }
      List<String> words = words(line);
      if (words.size() != 3) {
        throw stanza.wrong(field, "\"" + line.strip() + "\" (expected: digest, size and path)");
      }
      IndexFile file =
          file(
              stanza,
              field,
              path(stanza, field, words.get(2)),
              size(stanza, field, words.get(1)),
              words.get(0));
      IndexFile before = files.putIfAbsent(file.path(), file);
      if (before != null && !before.equals(file)) {
        throw stanza.wrong(field, file.path() + " is listed twice, with different contents");
      }
      if (files.size() > MOST_FILES) {
        throw FormatException.unsupported(
            FORMAT, 0, "more than " + MOST_FILES + " files are listed");
      }
    }
    return files;
  }

  private static IndexFile file(
      ControlStanza stanza, String field, String path, long size, String digest)
      throws FormatException {
    if (field.equals("SHA512")) {
      if (!Sha512Files.isSha512(digest)) {
        throw stanza.wrong(field, "\"" + digest + "\" (expected: 128 hexadecimal digits)");
      }
      String sha512 = digest.toLowerCase(Locale.ROOT);
      return new IndexFile(path, size, Digest.sha256("SHA-512 " + sha512), sha512);
    }
    try {
      return new IndexFile(path, size, Digest.parse(digest));
    } catch (IllegalArgumentException _) {
      throw stanza.wrong(field, "\"" + digest + "\" (expected: 64 hexadecimal digits)");
    }
  }

  private static long size(ControlStanza stanza, String field, String word) throws FormatException {
    boolean digits = !word.isEmpty() && word.chars().allMatch(c -> c >= '0' && c <= '9');
    if (!digits || word.length() > 18) {
      throw stanza.wrong(field, "size \"" + word + "\" (expected: a number of bytes)");
    }
    return Long.parseLong(word);
  }

  /// A path becomes part of an address: it must lead downwards from the Release file.
  private static String path(ControlStanza stanza, String field, String word)
      throws FormatException {
    for (String part : word.split("/", -1)) {
      if (part.isEmpty() || part.equals(".") || part.equals("..")) {
        throw stanza.wrong(field, "path \"" + word + "\" (expected: one below the suite)");
      }
    }
    return word;
  }

  private static Instant date(ControlStanza stanza, String field, String value)
      throws FormatException {
    try {
      String zoned =
          value.endsWith(" UTC") ? value.substring(0, value.length() - 3) + "GMT" : value;
      return Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(zoned));
    } catch (DateTimeException _) {
      throw stanza.wrong(
          field, "\"" + value + "\" (expected: a date such as Sat, 12 Sep 2026 07:55:41 UTC)");
    }
  }

  private static List<String> words(String value) {
    List<String> words = new ArrayList<>();
    for (String word : value.strip().split("\\s+", -1)) {
      if (!word.isEmpty()) {
        words.add(word);
      }
    }
    return words;
  }
}
