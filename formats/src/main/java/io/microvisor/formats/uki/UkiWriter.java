package io.microvisor.formats.uki;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.RandomSink;
import io.microvisor.bytes.Versions;
import io.microvisor.formats.pe.PeExtension;
import io.microvisor.formats.pe.PeFile;
import io.microvisor.formats.pe.PeSection;
import io.microvisor.formats.pe.PeWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Writes unified kernel images, byte for byte as `ukify` of systemd 257 does. The same parts give the same bytes.
public final class UkiWriter {
  /// Raised when the same input gives other bytes.
  public static final Versions VERSIONS = Versions.of("uki", 1);

  private UkiWriter() {}

  /// Lays the image out.
  ///
  /// @throws FormatException if the stub is no PE32+ image, is signed or lacks room
  public static PeExtension plan(UkiSpec spec) throws IOException {
    List<PeExtension.Addition> additions = new ArrayList<>();
    ByteSource ownSbat = Sbat.ofUki();
    ByteSource kernel = ByteSource.of(new byte[0]);
    for (UkiSection section : spec.sections()) {
      switch (section.name()) {
        case LINUX -> {
          kernel = section.content();
          additions.add(addition(section, PeSection.CODE));
        }
        case SBAT -> ownSbat = section.content();
        case OSREL, CMDLINE, UNAME, SPLASH, PCRPKEY, INITRD, UCODE ->
            additions.add(addition(section, PeSection.INITIALIZED_DATA));
      }
    }
    ByteSource sbat = Sbat.merge(spec.stub(), kernel, ownSbat);
    additions.add(addition(new UkiSection(UkiSection.Name.SBAT, sbat), PeSection.INITIALIZED_DATA));
    return PeExtension.plan(spec.stub(), additions, unfit(kernel));
  }

  /// Writes the image; the sink then has exactly its size.
  public static void write(UkiSpec spec, RandomSink out) throws IOException {
    PeWriter.write(plan(spec), out);
  }

  private static PeExtension.Addition addition(UkiSection section, long kind) {
    return new PeExtension.Addition(
        section.name().text(), section.content(), PeSection.READABLE | kind);
  }

  /// A kernel that is not fit for no-execute memory takes that mark from the whole image, or strict firmware would start
  /// what cannot run.
  private static int unfit(ByteSource kernel) throws IOException {
    return PeFile.isPe(kernel) && (PeFile.read(kernel).dllCharacteristics() & PeFile.NX_COMPAT) == 0
        ? PeFile.NX_COMPAT
        : 0;
  }
}
