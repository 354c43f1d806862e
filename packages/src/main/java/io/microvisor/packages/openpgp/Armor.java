package io.microvisor.packages.openpgp;

import io.microvisor.bytes.FormatException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/// ASCII armour (RFC 9580, section 6.2): `-----BEGIN PGP ...-----`, headers, an empty line, base64, an optional
/// checksum, `-----END PGP ...-----`.
///
/// The CRC-24 is ignored, as section 6.1 asks: it guards against nothing that a signature does not.
final class Armor {
  static final String SIGNATURE = "PGP SIGNATURE";
  static final String PUBLIC_KEY = "PGP PUBLIC KEY BLOCK";

  private Armor() {}

  /// Whether the content starts like armour rather than like binary packets, whose first byte has its top bit set.
  static boolean looksLike(byte[] content) {
    for (byte b : content) {
      if (b != ' ' && b != '\t' && b != '\r' && b != '\n') {
        return b > 0;
      }
    }
    return false;
  }

  /// The packets of all blocks of type `kind`, one after the other; text between blocks is skipped.
  ///
  /// @throws FormatException if a block is not closed or not base64, or there is none
  static byte[] decodeAll(String kind, byte[] content) throws FormatException {
    List<String> lines = new String(content, StandardCharsets.ISO_8859_1).lines().toList();
    ByteArrayOutputStream packets = new ByteArrayOutputStream();
    boolean found = false;
    for (int at = 0; at < lines.size(); at++) {
      if (lines.get(at).strip().equals("-----BEGIN " + kind + "-----")) {
        found = true;
        at = decode(kind, lines, at, packets);
      }
    }
    if (!found) {
      throw FormatException.notThis(
          "OpenPGP file", "no armour of that kind (expected: -----BEGIN " + kind + "-----)");
    }
    return packets.toByteArray();
  }

  /// The packets of a file that consists of blocks of type `kind` and nothing else, not even blank lines: so apt takes
  /// detached signatures.
  ///
  /// @throws FormatException if there is anything outside the blocks, or a block is not closed or not base64
  static byte[] decodeOnly(String kind, byte[] content) throws FormatException {
    List<String> lines = new String(content, StandardCharsets.ISO_8859_1).lines().toList();
    ByteArrayOutputStream packets = new ByteArrayOutputStream();
    for (int at = 0; at < lines.size(); at++) {
      if (!lines.get(at).stripTrailing().equals("-----BEGIN " + kind + "-----")) {
        throw FormatException.notThis(
            "OpenPGP signature",
            "line "
                + (at + 1)
                + " belongs to no signature (expected: -----BEGIN "
                + kind
                + "-----, and nothing outside)");
      }
      at = decode(kind, lines, at, packets);
    }
    return packets.toByteArray();
  }

  /// Decodes the block whose BEGIN is line `begin`, and answers the line of its END.
  static int decode(String kind, List<String> lines, int begin, ByteArrayOutputStream packets)
      throws FormatException {
    int at = begin + 1;
    while (at < lines.size() && !lines.get(at).isBlank() && lines.get(at).contains(":")) {
      at++;
    }
    if (at < lines.size() && lines.get(at).isBlank()) {
      at++;
    }
    StringBuilder base64 = new StringBuilder();
    for (; at < lines.size(); at++) {
      String line = lines.get(at).strip();
      if (line.equals("-----END " + kind + "-----")) {
        packets.writeBytes(decode(base64.toString(), begin + 1));
        return at;
      }
      if (line.startsWith("-")) {
        break;
      }
      boolean checksum = line.startsWith("=") && line.length() == 5;
      if (!checksum) {
        base64.append(line);
      }
    }
    throw FormatException.damaged(
        "OpenPGP armour",
        0,
        "the block of line " + (begin + 1) + " has no end (expected: -----END " + kind + "-----)");
  }

  private static byte[] decode(String base64, int line) throws FormatException {
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException _) {
      throw FormatException.damaged(
          "OpenPGP armour", 0, "the block of line " + line + " is not base64");
    }
  }
}
