package io.microvisor.bytes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class StructTest {
  private static final Guid GUID = Guid.parse("c12a7328-f81f-11d2-ba4b-00a0c93ec93b");

  private static byte[] record() {
    return StructWriter.ofSize(48)
        .u8(0xff)
        .u8(1)
        .at(2)
        .u16le(0xfedc)
        .u32be(0xfedcba98L)
        .u64le(-2)
        .at(16)
        .guid(GUID)
        .ascii("ab", 4)
        .utf16le("ü", 4)
        .u16be(0x0102)
        .u32le(7)
        .zeros(2)
        .toBytes();
  }

  @Test
  void readsBackWhatWasWritten() throws IOException {
    StructReader reader = StructReader.of("record", record());
    assertThat(reader.u8()).isEqualTo(0xff);
    assertThat(reader.skip(1).u16le()).isEqualTo(0xfedc);
    assertThat(reader.u32be()).isEqualTo(0xfedcba98L);
    assertThat(reader.u64le()).isEqualTo(-2);
    assertThat(reader.guid()).isEqualTo(GUID);
    assertThat(reader.ascii(4)).isEqualTo("ab");
    assertThat(reader.utf16le(4)).isEqualTo("ü");
    assertThat(reader.u16be()).isEqualTo(0x0102);
    assertThat(reader.u32le()).isEqualTo(7);
    assertThat(reader.remaining()).isEqualTo(2);
  }

  @Test
  void writesGuidsAsFirmwareReadsThem() {
    byte[] bytes = StructWriter.ofSize(16).guid(GUID).toBytes();
    // The EFI system partition's type as it stands on every GPT disk.
    assertThat(bytes)
        .startsWith(0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11, 0xba, 0x4b, 0x00, 0xa0);
  }

  @Test
  void noticesAMissedField() {
    assertThatThrownBy(() -> StructWriter.ofSize(8).u8(1).at(2))
        .hasMessage("record: next field at 1 (expected: 2)");
    assertThatThrownBy(() -> StructWriter.ofSize(2).u8(1).toBytes())
        .hasMessage("record: next field at 1 (expected: 2)");
  }

  @Test
  void refusesNumbersThatDoNotFit() {
    assertThatThrownBy(() -> StructWriter.ofSize(2).u16le(65536))
        .hasMessage("field: 65536 (expected: 0 to 65535)");
    assertThatThrownBy(() -> StructWriter.ofSize(1).ascii("ü", 1)).hasMessageContaining("ASCII");
  }

  @Test
  void saysWhereARecordEndsTooEarly() {
    assertThatThrownBy(() -> StructReader.of("record", new byte[3]).skip(1).u32le())
        .isInstanceOf(FormatException.class)
        .hasMessage("damaged record: at byte 1: 4 bytes expected, 2 left (truncated?)");
    assertThatThrownBy(() -> StructReader.read("record", ByteSource.of(new byte[3]), 2, 2))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("do not fit the 3 there are");
  }

  @Test
  void derivesTheSameGuidFromTheSameIdentity() {
    Digest identity = Digest.sha256("image");
    assertThat(Guid.derive(identity, "disk")).isEqualTo(Guid.derive(identity, "disk"));
    assertThat(Guid.derive(identity, "disk")).isNotEqualTo(Guid.derive(identity, "esp"));
    assertThat(Guid.derive(identity, "disk").uuid().version()).isEqualTo(8);
    assertThat(Guid.ofHalf(identity, 0).toString().replace("-", ""))
        .isEqualTo(identity.hex().substring(0, 32));
    assertThat(Guid.ofHalf(identity, 1).toString().replace("-", ""))
        .isEqualTo(identity.hex().substring(32));
  }
}
