package io.microvisor.formats.uki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.RandomSink;
import io.microvisor.formats.pe.PeFile;
import io.microvisor.formats.pe.PeSection;
import io.microvisor.testkit.Malformed;
import io.microvisor.testkit.samples.SampleEfi;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Byte equality with ukify needs a tool root and lives in `system-tests`.
class UkiTest {
  private static final int HEADERS = 1024;

  @TempDir private Path folder;

  @Test
  void addsSectionsAfterTheStubs() throws IOException {
    byte[] image = write(spec(SampleEfi.stub(), "kernel"));
    PeFile pe = PeFile.read(ByteSource.of(image));

    assertThat(pe.sections().stream().map(PeSection::name))
        .containsExactly(".text", ".sbat", ".cmdline", ".linux", ".initrd");
    PeSection linux = pe.section(".linux").orElseThrow();
    assertThat(linux.characteristics()).isEqualTo(PeSection.READABLE | PeSection.CODE);
    assertThat(linux.virtualAddress()).isEqualTo(0x4000);
    assertThat(linux.virtualSize()).isEqualTo(6);
    assertThat(linux.rawSize()).isEqualTo(512);
    assertThat(pe.imageSize()).isEqualTo(0x6000);
    assertThat(image).hasSize(HEADERS + 5 * 512);
    assertThat(pe.timeDateStamp()).isEqualTo(0x1234);
    assertThat(pe.dllCharacteristics()).isEqualTo(PeFile.NX_COMPAT);
  }

  @Test
  void keepsAndMergesRevocationLevels() throws IOException {
    var sections = UkiReader.read(ByteSource.of(write(spec(SampleEfi.stub(), "kernel"))));
    String sbat = text(sections.getOrDefault(".sbat", ByteSource.of(new byte[0])));

    assertThat(sbat.lines()).first().asString().startsWith("sbat,1,SBAT Version");
    assertThat(sbat).contains("\nstub,1,Stub\n").contains("\nuki,1,UKI,").endsWith("/\n\0");
  }

  @Test
  void takesTheNoExecuteMarkWithAKernelThatLacksIt() throws IOException {
    byte[] kernel = SampleEfi.stub();
    kernel[64 + 94] = 0;
    kernel[64 + 95] = 0;
    UkiSpec spec =
        new UkiSpec(
            ByteSource.of(SampleEfi.stub()),
            List.of(new UkiSection(UkiSection.Name.LINUX, ByteSource.of(kernel))));
    assertThat(PeFile.read(ByteSource.of(write(spec))).dllCharacteristics()).isZero();
  }

  @Test
  void refusesASignedStub() {
    assertThatThrownBy(() -> write(spec(SampleEfi.stub(16), "kernel")))
        .hasMessageContaining("signed base image");
  }

  @Test
  void refusesAnImageWithoutAKernel() {
    assertThatThrownBy(() -> new UkiSpec(ByteSource.of(SampleEfi.stub()), List.of()))
        .hasMessageContaining("no section .linux");
    assertThatThrownBy(() -> UkiReader.read(ByteSource.of(SampleEfi.stub())))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("no section .linux");
  }

  @Test
  void refusesWhatIsDamaged() throws IOException {
    byte[] good = write(spec(SampleEfi.stub(), "kernel"));
    Malformed.refusesEveryTruncation(good, 500, bytes -> UkiReader.read(ByteSource.of(bytes)));
    Malformed.survivesBitFlips(good, 3000, 11, bytes -> UkiReader.read(ByteSource.of(bytes)));
  }

  private static UkiSpec spec(byte[] stub, String kernel) {
    return new UkiSpec(
        ByteSource.of(stub),
        List.of(
            UkiSection.of(UkiSection.Name.INITRD, "initrd"),
            UkiSection.of(UkiSection.Name.LINUX, kernel),
            UkiSection.of(UkiSection.Name.CMDLINE, "ro quiet")));
  }

  private static String text(ByteSource source) throws IOException {
    return new String(source.readAll(1 << 16), StandardCharsets.UTF_8);
  }

  private byte[] write(UkiSpec spec) throws IOException {
    Path file = folder.resolve("image.efi");
    try (RandomSink sink =
        RandomSink.of(
            FileChannel.open(
                file,
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING))) {
      UkiWriter.write(spec, sink);
    }
    return Files.readAllBytes(file);
  }
}
