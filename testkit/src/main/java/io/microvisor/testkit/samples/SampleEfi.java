package io.microvisor.testkit.samples;

import io.microvisor.bytes.StructWriter;
import java.nio.charset.StandardCharsets;

/// Boot stubs that do nothing, as systemd-stub is laid out.
public final class SampleEfi {
  private static final int HEADERS = 1024;

  private SampleEfi() {}

  /// One that nobody signed.
  public static byte[] stub() {
    return stub(0);
  }

  /// One: the PE header at 64, its optional header with 16 directories, two sections at 328, room up to 1024.
  ///
  /// @param certificates the size of its table of signatures, in bytes
  public static byte[] stub(int certificates) {
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
}
