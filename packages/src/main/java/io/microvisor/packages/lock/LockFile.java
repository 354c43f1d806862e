package io.microvisor.packages.lock;

import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.files.Durable;
import io.microvisor.bytes.files.FullDiskException;
import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.deb.DebVersion;
import io.microvisor.packages.deb.Origin;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;

/// The text of a lock: lines of words, made to be compared.
///
/// ```
/// # Pinned packages, made by emt; "emt lock --update" renews them.
/// emt-lock 1
/// architecture amd64
/// input package%20less
/// repository Debian trixie trixie 2026-01-10T09:38:31Z 4D64FEC119C2029067D6E791F8D2585B8783D481
/// package less 668-1 amd64 0123...cdef 161120 Debian trixie main pool/main/l/less/less_668-1_amd64.deb
/// ```
///
/// | line | words |
/// |---|---|
/// | `emt-lock` | version of this format, 1; the first line but comments |
/// | `architecture` | of the system; exactly once |
/// | `input` | one input |
/// | `repository` | origin, suite, codename, date (ISO 8601, UTC), fingerprint of the signer |
/// | `package` | name, version, architecture, SHA-256, size in bytes, origin, suite, component, file name |
/// | `build-package` | the same of a package that modules are built with and that does not go into the image |
///
/// Words are separated by one space; in a word, `%20` stands for a space, `%25` for `%`, `%0A` for a line break, and
/// `-` alone for nothing. Lines beginning with `#` are comments.
public final class LockFile {
  private static final String FORMAT = "lock";
  private static final String HEADER =
      "# Pinned packages, made by emt; \"emt lock --update\" renews them.\nemt-lock 1\n";
  private static final long LARGEST = 64 << 20;

  private LockFile() {}

  /// Reads a lock.
  ///
  /// @throws FormatException if the file is not a lock, or not one of this version
  public static Lock read(Path file) throws IOException {
    long size = Files.size(file);
    if (size > LARGEST) {
      throw FormatException.notThis(
          FORMAT,
          file.getFileName() + " has " + size + " bytes (expected: at most " + LARGEST + ")");
    }
    String name = String.valueOf(file.getFileName());
    try {
      return parse(Files.readString(file), name);
    } catch (CharacterCodingException _) {
      throw FormatException.notThis(FORMAT, name + " is no UTF-8 text");
    }
  }

  /// Writes a lock, so that at any moment either the old or the new one is there.
  public static void write(Lock lock, Path file) throws IOException {
    Path absolute = file.toAbsolutePath();
    Path temporary = absolute.resolveSibling(absolute.getFileName() + ".new");
    try {
      Files.writeString(temporary, text(lock));
      Durable.replace(temporary, absolute);
    } catch (IOException e) {
      throw FullDiskException.named(absolute.resolveSibling(""), e);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /// The line of a lock's text, from 1, on which an input stands; 1 when none does.
  public static int lineOf(String text, String input) {
    List<String> lines = text.lines().toList();
    return Math.max(0, lines.indexOf("input " + escaped(input))) + 1;
  }

  /// The text of a lock.
  public static String text(Lock lock) {
    StringBuilder text = new StringBuilder(HEADER);
    line(text, "architecture", lock.architecture());
    lock.inputs().forEach(input -> line(text, "input", input));
    for (LockedRepository each : lock.repositories()) {
      line(
          text,
          "repository",
          each.origin(),
          each.suite(),
          each.codename(),
          each.date().toString(),
          each.signer());
    }
    lock.packages().forEach(each -> item(text, "package", each));
    lock.buildPackages().forEach(each -> item(text, "build-package", each));
    return text.toString();
  }

  private static void item(StringBuilder text, String kind, LockedPackage each) {
    line(
        text,
        kind,
        each.name(),
        each.version().toString(),
        each.architecture(),
        each.sha256().hex(),
        Long.toString(each.size()),
        each.origin().origin(),
        each.origin().suite(),
        each.origin().component(),
        each.filename());
  }

  private static void line(StringBuilder text, String kind, String... words) {
    text.append(kind);
    for (String word : words) {
      text.append(' ').append(escaped(word));
    }
    text.append('\n');
  }

  private static String escaped(String word) {
    if (word.isEmpty()) {
      return "-";
    }
    if (word.equals("-")) {
      return "%2D";
    }
    return word.replace("%", "%25").replace(" ", "%20").replace("\n", "%0A").replace("\r", "%0D");
  }

  /// A lock from its text.
  ///
  /// @param name of the file, for errors
  /// @throws FormatException with file and line, if the text is not a lock of this version
  public static Lock parse(String text, String name) throws FormatException {
    return new Parser(text, name).lock();
  }

  /// Reads line by line, remembering where it is.
  private static final class Parser {
    private final String text;
    private final String name;
    private int at;
    private int lineStart;
    private int line;
    private final List<String> architectures = new ArrayList<>();
    private final List<String> inputs = new ArrayList<>();
    private final List<LockedRepository> repositories = new ArrayList<>();
    private final List<LockedPackage> packages = new ArrayList<>();
    private final List<LockedPackage> buildPackages = new ArrayList<>();

    Parser(String text, String name) {
      this.text = text;
      this.name = name;
    }

    Lock lock() throws FormatException {
      if (!text.endsWith("\n")) {
        throw FormatException.notThis(FORMAT, name + " does not end with a line break");
      }
      String header = next();
      if (!header.startsWith("emt-lock ")) {
        throw FormatException.notThis(FORMAT, name + " does not begin with \"emt-lock 1\"");
      }
      if (!header.equals("emt-lock 1")) {
        throw FormatException.unsupported(
            FORMAT,
            lineStart,
            where() + header + " (expected: emt-lock 1; was it made by a newer emt?)");
      }
      for (String each = next(); !each.isEmpty(); each = next()) {
        read(each);
      }
      if (architectures.size() != 1) {
        throw broken(architectures.size() + " lines \"architecture\" (expected: 1)");
      }
      try {
        return new Lock(architectures.getFirst(), inputs, repositories, packages, buildPackages);
      } catch (IllegalArgumentException e) {
        throw broken(String.valueOf(e.getMessage()));
      }
    }

    /// The next line that is no comment; empty at the end.
    private String next() throws FormatException {
      while (at < text.length()) {
        int end = text.indexOf('\n', at);
        lineStart = at;
        line++;
        String found = text.substring(at, end);
        at = end + 1;
        if (found.isBlank()) {
          throw broken("an empty line");
        }
        if (!found.startsWith("#")) {
          return found;
        }
      }
      return "";
    }

    private void read(String whole) throws FormatException {
      List<String> words = new ArrayList<>();
      for (String word : whole.split(" ", -1)) {
        words.add(plain(word));
      }
      String kind = words.removeFirst();
      switch (kind) {
        case "architecture" -> architectures.add(counted(words, 1).getFirst());
        case "input" -> inputs.add(counted(words, 1).getFirst());
        case "repository" -> repositories.add(repository(counted(words, 5)));
        case "package" -> packages.add(item(counted(words, 9)));
        case "build-package" -> buildPackages.add(item(counted(words, 9)));
        default ->
            throw broken(
                "\""
                    + kind
                    + "\" (expected: architecture, input, repository, package or build-package)");
      }
    }

    private List<String> counted(List<String> words, int expected) throws FormatException {
      if (words.size() != expected) {
        throw broken((words.size() + 1) + " words (expected: " + (expected + 1) + ")");
      }
      return words;
    }

    private LockedRepository repository(List<String> words) throws FormatException {
      try {
        return new LockedRepository(
            words.get(0), words.get(1), words.get(2), Instant.parse(words.get(3)), words.get(4));
      } catch (DateTimeParseException _) {
        throw broken("date " + words.get(3) + " (expected: as in 2026-01-10T09:38:31Z)");
      }
    }

    private LockedPackage item(List<String> words) throws FormatException {
      for (int i : new int[] {0, 1, 2, 8}) {
        if (words.get(i).isEmpty()) {
          throw broken("nothing where name, version, architecture or file name should be");
        }
      }
      if (!DebPackage.isName(words.get(0)) || !DebPackage.isName(words.get(2))) {
        throw broken(
            "package "
                + words.get(0)
                + " for "
                + words.get(2)
                + " (expected: names of letters, digits and + - . ~ _)");
      }
      if (!DebPackage.isFilename(words.get(8))) {
        throw broken(
            words.get(0)
                + ": file name "
                + words.get(8)
                + " (expected: a path below the archive's root)");
      }
      DebVersion version;
      try {
        version = DebVersion.parse(words.get(1));
      } catch (FormatException e) {
        throw broken(words.get(0) + ": " + e.getMessage());
      }
      try {
        long size = Long.parseLong(words.get(4));
        if (size < 0) {
          throw new IllegalArgumentException("size " + size + " (expected: 0 or more)");
        }
        return new LockedPackage(
            words.get(0),
            version,
            words.get(2),
            Digest.parse(words.get(3)),
            size,
            new Origin(words.get(5), words.get(6), words.get(7)),
            words.get(8));
      } catch (IllegalArgumentException e) {
        throw broken(words.get(0) + ": " + e.getMessage());
      }
    }

    private String plain(String word) throws FormatException {
      if (word.isEmpty()) {
        throw broken("two spaces in a row, or one at the end");
      }
      if (word.equals("-")) {
        return "";
      }
      StringBuilder plain = new StringBuilder();
      for (int i = 0; i < word.length(); i++) {
        char c = word.charAt(i);
        if (c != '%') {
          plain.append(c);
          continue;
        }
        String escape = word.substring(i, Math.min(word.length(), i + 3));
        plain.append(
            switch (escape) {
              case "%20" -> ' ';
              case "%25" -> '%';
              case "%0A" -> '\n';
              case "%0D" -> '\r';
              case "%2D" -> '-';
              default -> throw broken(escape + " (expected: %20, %25, %0A, %0D or %2D)");
            });
        i += 2;
      }
      return plain.toString();
    }

    private String where() {
      return name + ":" + line + ": ";
    }

    private FormatException broken(String what) {
      return FormatException.damaged(FORMAT, lineStart, where() + what);
    }
  }
}
