package io.microvisor.compose.rootfs;

import io.microvisor.bytes.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/// The numbers of the accounts that packages make: of a name only, so that neither the order in which packages are
/// configured nor what else is installed moves them, and files on a machine keep their owners from version to version.
///
/// | numbers | whose |
/// |---|---|
/// | 0 to 99 | Debian's own, the same everywhere (base-passwd) |
/// | 100 to 699 | names in `system-accounts.txt`, which only ever grows |
/// | 700 to 999 | all other names, from their SHA-256 |
/// | 1000 and up | people, and Debian's rarer ones |
final class SystemNumbers {
  /// The first number of an account that a package makes (Debian Policy 9.2.2).
  static final long FIRST = 100;

  /// The last.
  static final long LAST = 999;

  private static final long FIRST_DERIVED = 700;
  private static final Map<String, Long> KNOWN = read();

  private SystemNumbers() {}

  /// Whether a number is one that packages' accounts get.
  static boolean contains(long number) {
    return number >= FIRST && number <= LAST;
  }

  /// The number of a name, as a user and as a group.
  static long of(String name) {
    Long known = KNOWN.get(name);
    if (known != null) {
      return known;
    }
    long hash = Long.parseLong(Digest.sha256("account " + name).hex().substring(0, 12), 16);
    return FIRST_DERIVED + hash % (LAST - FIRST_DERIVED + 1);
  }

  /// The names whose numbers are written down.
  static Map<String, Long> known() {
    return KNOWN;
  }

  private static Map<String, Long> read() {
    try (InputStream in = SystemNumbers.class.getResourceAsStream("system-accounts.txt")) {
      if (in == null) {
        throw new IllegalStateException("system-accounts.txt: not among our resources");
      }
      Map<String, Long> numbers = new TreeMap<>();
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
        if (!line.startsWith("#")) {
          String[] words = line.split(" ", -1);
          numbers.put(words[1], Long.parseLong(words[0]));
        }
      }
      return Collections.unmodifiableMap(numbers);
    } catch (IOException e) {
      throw new IllegalStateException("system-accounts.txt: cannot be read", e);
    }
  }
}
