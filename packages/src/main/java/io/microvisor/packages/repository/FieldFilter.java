package io.microvisor.packages.repository;

import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/// Copies a `Packages` index without the fields that nobody here reads, and checks size and digest of the whole on
/// the way.
final class FieldFilter {
  private static final List<byte[]> WANTED =
      List.of(
              "Package",
              "Version",
              "Architecture",
              "Source",
              "Essential",
              "Protected",
              "Important",
              "Priority",
              "Multi-Arch",
              "Pre-Depends",
              "Depends",
              "Recommends",
              "Suggests",
              "Conflicts",
              "Breaks",
              "Replaces",
              "Provides",
              "Section",
              "Filename",
              "Size",
              "SHA256",
              "Installed-Size")
          .stream()
          .map(name -> (name + ":").getBytes(StandardCharsets.US_ASCII))
          .sorted(Comparator.comparingInt(name -> name.length))
          .toList();

  private static final int BUFFER = 1 << 17;
  private static final int LONGEST_LINE = 1 << 22;

  private FieldFilter() {}

  /// The wanted fields of what `stream` holds.
  ///
  /// @param expected the size and digest of the whole
  /// @throws FormatException if they are others
  static byte[] run(InputStream stream, IndexFile expected) throws IOException {
    MessageDigest hasher = Digest.hasher();
    byte[] kept = new byte[(int) Math.min(expected.size() / 2 + BUFFER, 1 << 28)];
    int size = 0;
    byte[] buffer = new byte[BUFFER];
    int held = 0;
    long total = 0;
    boolean keeping = false;
    for (boolean end = false; !end; ) {
      if (held == buffer.length) {
        if (held >= LONGEST_LINE) {
          throw FormatException.damaged("package index", total, "a line of more than 4 MiB");
        }
        buffer = Arrays.copyOf(buffer, 2 * held);
      }
      int read = stream.read(buffer, held, buffer.length - held);
      end = read < 0;
      if (!end) {
        hasher.update(buffer, held, read);
        held += read;
        total += read;
        if (total > expected.size()) {
          throw FormatException.damaged(
              "package index",
              expected.size(),
              "there is more (expected: " + expected.size() + " bytes in all)");
        }
      }
      int line = 0;
      for (int next; (next = lineEnd(buffer, line, held, end)) >= 0; line = next) {
        keeping = isWanted(buffer, line, next, keeping);
        if (keeping) {
          int length = next - line;
          if (length > kept.length - size) {
            kept = Arrays.copyOf(kept, Math.max(2 * kept.length, size + length));
          }
          System.arraycopy(buffer, line, kept, size, length);
          size += length;
        }
      }
      held -= line;
      System.arraycopy(buffer, line, buffer, 0, held);
    }
    check(expected, total, Digest.of(hasher.digest()));
    return Arrays.copyOf(kept, size);
  }

  private static void check(IndexFile expected, long total, Digest found) throws FormatException {
    if (total != expected.size() || !found.equals(expected.digest())) {
      throw FormatException.damaged(
          "package index",
          0,
          "%s is %d bytes, %s (expected: %d bytes, %s)"
              .formatted(expected.path(), total, found, expected.size(), expected.digest()));
    }
  }

  /// Behind the newline of the line that starts at `from`; -1 if it is not all there yet.
  private static int lineEnd(byte[] bytes, int from, int to, boolean end) {
    for (int at = from; at < to; at++) {
      if (bytes[at] == '\n') {
        return at + 1;
      }
    }
    return end && from < to ? to : -1;
  }

  /// Continuation lines share the fate of their field; empty lines, which end stanzas, stay.
  private static boolean isWanted(byte[] bytes, int from, int to, boolean before) {
    int at = from;
    while (at < to && (bytes[at] == ' ' || bytes[at] == '\t' || bytes[at] == '\r')) {
      at++;
    }
    if (at == to || bytes[at] == '\n') {
      return true;
    }
    if (at > from) {
      return before;
    }
    for (byte[] name : WANTED) {
      if (name.length > to - from) {
        return false;
      }
      if (bytes[from + name.length - 1] == ':' && sameName(bytes, from, name)) {
        return true;
      }
    }
    return false;
  }

  private static boolean sameName(byte[] bytes, int from, byte[] name) {
    for (int i = 0; i < name.length; i++) {
      int a = bytes[from + i];
      int b = name[i];
      if (a != b && (a | 0x20) != (b | 0x20)) {
        return false;
      }
    }
    return true;
  }
}
