package io.microvisor.packages.openpgp;

import io.microvisor.bytes.FormatException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A text in the cleartext signature framework (RFC 9580, section 7), such as `InRelease`: read, not yet verified.
///
/// ```
/// -----BEGIN PGP SIGNED MESSAGE-----
/// Hash: SHA256
///
/// Origin: Debian                       <- the text; lines that start with "-" are escaped as "- -"
/// -----BEGIN PGP SIGNATURE-----
/// ...
/// -----END PGP SIGNATURE-----
/// ```
/// Nothing may stand before, between or after: what is not signed must not be mistaken for what is. The text given
/// out is the text that was signed, so trailing blanks, which no signature covers, are gone from it.
public final class ClearSigned {
  private static final String FORMAT = "clear-signed text";
  private static final String BEGIN = "-----BEGIN PGP SIGNED MESSAGE-----";
  private static final String BEGIN_SIGNATURE = "-----BEGIN " + Armor.SIGNATURE + "-----";

  private final List<String> lines;
  private final byte[] signatures;

  private ClearSigned(List<String> lines, byte[] signatures) {
    this.lines = lines;
    this.signatures = signatures;
  }

  /// Reads the framework.
  ///
  /// @throws FormatException if this is no clear-signed text (a captive portal's page, say), or it is cut off, or holds
  ///     anything outside the signed text
  public static ClearSigned parse(byte[] content) throws FormatException {
    List<String> all = split(content);
    if (!withoutTrailingBlanks(all.getFirst()).equals(BEGIN)) {
      throw FormatException.notThis(
          FORMAT,
          "the first line is \"" + excerpt(all.getFirst()) + "\" (expected: " + BEGIN + ")");
    }
    int at = 1;
    while (at < all.size() && all.get(at).startsWith("Hash: ")) {
      at++;
    }
    if (at >= all.size() || !all.get(at).isBlank()) {
      throw damaged(at, "expected: Hash: headers and then an empty line");
    }
    List<String> text = new ArrayList<>();
    for (at++; at < all.size() && !isSignature(all.get(at)); at++) {
      text.add(unescape(all.get(at), at));
    }
    if (at >= all.size()) {
      throw damaged(at, "the text has no signature (expected: " + BEGIN_SIGNATURE + "); cut off?");
    }
    ByteArrayOutputStream signatures = new ByteArrayOutputStream();
    int end = Armor.decode(Armor.SIGNATURE, all, at, signatures);
    for (at = end + 1; at < all.size(); at++) {
      if (!all.get(at).isBlank()) {
        throw damaged(at, "there is text after the signature, which nobody signed");
      }
    }
    return new ClearSigned(List.copyOf(text), signatures.toByteArray());
  }

  /// The text, as it was signed except that lines end in `\n`, though nobody looked at the signature: only for what
  /// need not be signed. [SignatureVerifier] gives out verified text.
  public byte[] unverifiedText() {
    return (String.join("\n", lines) + "\n").getBytes(StandardCharsets.ISO_8859_1);
  }

  /// The bytes a signature is over: lines end in `\r\n`, except the last, which has no ending.
  byte[] canonical() {
    return String.join("\r\n", lines).getBytes(StandardCharsets.ISO_8859_1);
  }

  byte[] signatures() {
    return signatures.clone();
  }

  private static List<String> split(byte[] content) throws FormatException {
    String all = new String(content, StandardCharsets.ISO_8859_1);
    List<String> lines = new ArrayList<>();
    int start = 0;
    for (int end; (end = all.indexOf('\n', start)) >= 0; start = end + 1) {
      int stop = end > start && all.charAt(end - 1) == '\r' ? end - 1 : end;
      lines.add(checked(all.substring(start, stop), lines.size()));
    }
    lines.add(checked(all.substring(start), lines.size()));
    return lines;
  }

  /// Control characters could make two readers see different lines.
  private static String checked(String line, int at) throws FormatException {
    for (int i = 0; i < line.length(); i++) {
      if (line.charAt(i) < ' ' && line.charAt(i) != '\t') {
        throw damaged(at, "control character 0x%02x".formatted((int) line.charAt(i)));
      }
    }
    return line;
  }

  private static boolean isSignature(String line) {
    return withoutTrailingBlanks(line).equals(BEGIN_SIGNATURE);
  }

  private static String unescape(String line, int at) throws FormatException {
    if (line.startsWith("- ")) {
      return withoutTrailingBlanks(line.substring(2));
    }
    if (line.startsWith("-")) {
      throw damaged(
          at, "\"" + excerpt(line) + "\" (expected: a line that starts with - as \"- -\")");
    }
    return withoutTrailingBlanks(line);
  }

  private static String withoutTrailingBlanks(String line) {
    int end = line.length();
    while (end > 0 && (line.charAt(end - 1) == ' ' || line.charAt(end - 1) == '\t')) {
      end--;
    }
    return line.substring(0, end);
  }

  private static String excerpt(String line) {
    String start = line.length() > 60 ? line.substring(0, 60) + "..." : line;
    return start.replaceAll("[^\\x20-\\x7e]", ".");
  }

  private static FormatException damaged(int line, String what) {
    return FormatException.notThis(FORMAT, "line " + (line + 1) + ": " + what);
  }
}
