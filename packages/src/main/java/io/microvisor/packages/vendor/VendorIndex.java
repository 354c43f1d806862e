package io.microvisor.packages.vendor;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.packages.unpack.DebFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;

/// The metadata of a flat repository: what dpkg-scanpackages(1) and apt-ftparchive(1) would write, as a pure function of
/// the packages.
final class VendorIndex {
  private static final DateTimeFormatter RFC_2822 =
      DateTimeFormatter.ofPattern("EEE, dd MMM uuuu HH:mm:ss 'UTC'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private VendorIndex() {}

  /// The stanza of one package: its control file, and where it is.
  ///
  /// @param filename relative to the folder
  static String stanza(Path deb, String filename) throws IOException {
    ByteSource bytes = ByteSource.of(deb);
    try {
      return DebFile.read(bytes).stanza().strip()
          + "\nFilename: %s\nSize: %d\nSHA256: %s\n"
              .formatted(filename, bytes.size(), Digest.sha256(bytes).hex());
    } catch (IOException e) {
      throw new IOException(filename + ": " + e.getMessage(), e);
    }
  }

  /// `Packages`: stanzas by file name.
  static byte[] packages(SortedMap<String, String> stanzas) {
    return String.join("\n", stanzas.values()).getBytes(StandardCharsets.UTF_8);
  }

  /// `Release`, which vouches for `Packages`; nobody signs it.
  ///
  /// @param date of the newest archive that the packages came from, so that it moves only when they do
  static String release(byte[] packages, List<String> architectures, Instant date) {
    return """
    Origin: emt
    Label: vendored
    Suite: vendored
    Codename: vendored
    Date: %s
    Architectures: %s
    Description: packages of locks, see README.txt
    SHA256:
     %s %d Packages
    """
        .formatted(
            RFC_2822.format(date),
            String.join(" ", architectures),
            Digest.sha256(packages).hex(),
            packages.length);
  }

  /// `SHA256SUMS`, as of sha256sum(1).
  static String sums(SortedMap<String, Digest> files) {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<String, Digest> each : files.entrySet()) {
      text.append(each.getValue().hex()).append("  ").append(each.getKey()).append('\n');
    }
    return text.toString();
  }
}
