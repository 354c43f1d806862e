package io.microvisor.formats.uki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.RandomSink;
import io.microvisor.bytes.StructWriter;
import io.microvisor.formats.pe.PeFile;
import io.microvisor.formats.pe.PeSection;
import io.microvisor.testkit.Malformed;
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
    byte[] image = write(spec(stub(0), "kernel"));
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
    var sections = UkiReader.read(ByteSource.of(write(spec(stub(0), "kernel"))));
    String sbat = text(sections.getOrDefault(".sbat", ByteSource.of(new byte[0])));

    assertThat(sbat.lines()).first().asString().startsWith("sbat,1,SBAT Version");
    assertThat(sbat).contains("\nstub,1,Stub\n").contains("\nuki,1,UKI,").endsWith("/\n\0");
  }

  @Test
  void takesTheNoExecuteMarkWithAKernelThatLacksIt() throws IOException {
    byte[] kernel = stub(0);
    kernel[64 + 94] = 0;
    kernel[64 + 95] = 0;
    UkiSpec spec =
        new UkiSpec(
            ByteSource.of(stub(0)),
            List.of(new UkiSection(UkiSection.Name.LINUX, ByteSource.of(kernel))));
    assertThat(PeFile.read(ByteSource.of(write(spec))).dllCharacteristics()).isZero();
  }

  @Test
  void refusesASignedStub() {
    assertThatThrownBy(() -> write(spec(stub(16), "kernel")))
        .hasMessageContaining("signed base image");
  }

  @Test
  void refusesAnImageWithoutAKernel() {
    assertThatThrownBy(() -> new UkiSpec(ByteSource.of(stub(0)), List.of()))
        .hasMessageContaining("no section .linux");
    assertThatThrownBy(() -> UkiReader.read(ByteSource.of(stub(0))))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("no section .linux");
  }

  @Test
  void refusesWhatIsDamaged() throws IOException {
    byte[] good = write(spec(stub(0), "kernel"));
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

  /// The PE header at 64, its optional header with 16 directories, two sections at 328, room up to 1024.
  private static byte[] stub(int certificates) {
    byte[] sbat =
        "sbat,1,SBAT Version,sbat,1,x\nstub,1,Stub\n\0".getBytes(StandardCharsets.US_ASCII);
    StructWriter out =
        StructWriter.ofSize(HEADERS + 1024)
            .at(0)
            .ascii("MZ", 60)
            .u32le(64)
            .at(64)
            .ascii("PE", 4)
            .u16le(0x8664)
            .u16le(2)
            .u32le(0x1234)
            .u32le(0)
            .u32le(0)
            .u16le(240)
            .u16le(0x22e)
            .at(88)
            .u16le(0x20b)
            .zeros(6)
            .u32le(512)
            .zeros(20)
            .at(120)
            .u32le(4096)
            .u32le(512)
            .zeros(16)
            .at(144)
            .u32le(0x3000)
            .u32le(HEADERS)
            .u32le(7)
            .u16le(10)
            .u16le(0x100)
            .zeros(36)
            .at(196)
            .u32le(16)
            .zeros(32)
            .u32le(0)
            .u32le(certificates)
            .zeros(88);
    section(out.at(328), ".text", 100, 0x1000, HEADERS, 0x6000_0020L);
    section(out, ".sbat", sbat.length, 0x2000, HEADERS + 512, 0x4000_0040L);
    return out.at(408).zeros(HEADERS - 408 + 512).bytes(sbat).zeros(512 - sbat.length).toBytes();
  }

  private static void section(
      StructWriter out, String name, int size, int address, int at, long flags) {
    out.ascii(name, 8).u32le(size).u32le(address).u32le(512).u32le(at).zeros(12).u32le(flags);
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
