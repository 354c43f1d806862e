package io.microvisor.formats.uki;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.FormatException;
import io.microvisor.formats.pe.PeFile;
import io.microvisor.formats.pe.PeSection;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// Reads unified kernel images.
public final class UkiReader {
  private UkiReader() {}

  /// All sections of an image by name, the stub's own among them, in the order of its section table; of several with one
  /// name the first.
  ///
  /// @throws FormatException if this is no PE image, or one without a kernel
  public static SequencedMap<String, ByteSource> read(ByteSource image) throws IOException {
    PeFile headers = PeFile.read(image);
    SequencedMap<String, ByteSource> sections = new LinkedHashMap<>();
    for (PeSection section : headers.sections()) {
      sections.putIfAbsent(section.name(), PeFile.content(image, section));
    }
    if (!sections.containsKey(UkiSection.Name.LINUX.text())) {
      throw FormatException.notThis("unified kernel image", "no section .linux");
    }
    return Collections.unmodifiableSequencedMap(sections);
  }
}
