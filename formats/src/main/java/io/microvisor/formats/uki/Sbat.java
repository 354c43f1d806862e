package io.microvisor.formats.uki;

import io.microvisor.bytes.ByteSource;
import io.microvisor.formats.pe.PeFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Merges revocation levels (shim, SBAT.md): one version line, then the components of every part.
final class Sbat {
  private static final String VERSION =
      "sbat,1,SBAT Version,sbat,1,https://github.com/rhboot/shim/blob/main/SBAT.md\n";
  private static final String UKI =
      "uki,1,UKI,uki,1,https://uapi-group.org/specifications/specs/unified_kernel_image/\n";
  private static final int LARGEST = 1 << 16;

  private Sbat() {}

  /// The lines of an image that has none of its own.
  static ByteSource ofUki() {
    return ByteSource.of((VERSION + UKI).getBytes(StandardCharsets.UTF_8));
  }

  /// @param own lines of the image itself, with a version line
  static ByteSource merge(ByteSource stub, ByteSource kernel, ByteSource own) throws IOException {
    List<String> lines = new ArrayList<>();
    for (ByteSource image : List.of(stub, kernel)) {
      if (PeFile.isPe(image)) {
        PeFile headers = PeFile.read(image);
        Optional<ByteSource> section =
            headers.section(".sbat").map(found -> PeFile.content(image, found));
        if (section.isPresent()) {
          lines.addAll(components(text(section.get())));
        }
      }
    }
    lines.addAll(components(text(own)));
    String merged = VERSION + String.join("\n", lines) + "\n\0";
    return ByteSource.of(merged.getBytes(StandardCharsets.UTF_8));
  }

  private static String text(ByteSource source) throws IOException {
    String text = new String(source.readAll(LARGEST), StandardCharsets.UTF_8);
    int end = text.indexOf('\0');
    return end < 0 ? text : text.substring(0, end);
  }

  private static List<String> components(String text) {
    List<String> lines = text.lines().toList();
    return !lines.isEmpty() && lines.getFirst().startsWith("sbat,")
        ? lines.subList(1, lines.size())
        : List.of();
  }
}
