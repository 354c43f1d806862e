package io.microvisor.packages.repository;

import java.net.URI;
import java.nio.charset.StandardCharsets;

/// Addresses of what is below a folder of an archive, encoded as apt encodes them.
///
/// | in a name | sent | why |
/// |---|---|---|
/// | `+` | `%2b` | object stores read a raw `+` as a blank |
/// | `~` | `%7e` | apt sends it so |
/// | blank, `%`, control characters, bytes from 0x7f on | `%` and two digits | RFC 3986 |
/// | `"#<>?[\]^{\|}` and the backtick | `%` and two digits | RFC 3986; apt sends them as they are, which asks for another file |
/// | all else, such as `:` | as it is | |
///
/// Only names out of an archive's files are encoded: the archive's own address is sent as it was written, as apt does.
final class ArchivePath {
  private static final String PLAIN = "-._/:@!$&'()*,;=";

  private ArchivePath() {}

  /// The address of a path below a folder, whose address ends with `/`.
  ///
  /// @throws IllegalArgumentException if the path leads out of the folder
  static URI below(URI folder, String path) {
    if (leadsUp(path)) {
      throw new IllegalArgumentException("path " + path + " (expected: one below " + folder + ")");
    }
    StringBuilder address = new StringBuilder(folder.toString());
    String relative = path.startsWith("./") ? path.substring(2) : path;
    for (byte b : relative.getBytes(StandardCharsets.UTF_8)) {
      boolean plain =
          b >= 'a' && b <= 'z'
              || b >= 'A' && b <= 'Z'
              || b >= '0' && b <= '9'
              || b > 0 && PLAIN.indexOf(b) >= 0;
      address.append(plain ? String.valueOf((char) b) : "%%%02x".formatted(b & 0xff));
    }
    return URI.create(address.toString());
  }

  /// Whether some part of a path is `..`.
  static boolean leadsUp(String path) {
    for (String part : path.split("/", -1)) {
      if (part.equals("..")) {
        return true;
      }
    }
    return false;
  }
}
