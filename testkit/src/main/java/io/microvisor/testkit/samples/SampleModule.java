package io.microvisor.testkit.samples;

import io.microvisor.bytes.StructWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/// Kernel modules with nothing in them but names: ELF files with sections at the end, after modinfo, symbols and strings.
public final class SampleModule {
  private SampleModule() {}

  /// One.
  ///
  /// @param info what it says of itself, `key=value`
  /// @param exported symbols that it offers to others
  /// @param imported symbols that it needs of others
  public static byte[] of(List<String> info, List<String> exported, List<String> imported) {
    byte[] modinfo = texts("", info);
    byte[] names = "\0.modinfo\0.symtab\0.strtab\0.shstrtab\0".getBytes(StandardCharsets.US_ASCII);
    List<String> symbols =
        Stream.concat(exported.stream().map(name -> "__crc_" + name), imported.stream()).toList();
    byte[] strings = texts("\0", symbols);
    int symbolsAt = 64 + modinfo.length;
    int symbolsSize = 24 * (symbols.size() + 1);
    int stringsAt = symbolsAt + symbolsSize;
    int namesAt = stringsAt + strings.length;
    int tableAt = namesAt + names.length;
    StructWriter out =
        StructWriter.ofSize(tableAt + 5 * 64)
            .at(0)
            .u32be(0x7f454c46L)
            .u8(2)
            .u8(1)
            .zeros(10)
            .u16le(1)
            .u16le(62)
            .zeros(20)
            .at(40)
            .u64le(tableAt)
            .zeros(10)
            .at(58)
            .u16le(64)
            .u16le(5)
            .u16le(4);
    out.at(64).bytes(modinfo).zeros(24);
    int name = 1;
    for (int i = 0; i < symbols.size(); i++) {
      out.u32le(name).u8(16).u8(0).u16le(i < exported.size() ? 0xfff1 : 0).zeros(16);
      name += symbols.get(i).length() + 1;
    }
    out.at(stringsAt).bytes(strings).bytes(names).zeros(64);
    section(out, 1, 64, modinfo.length);
    section(out, 10, symbolsAt, symbolsSize);
    section(out, 18, stringsAt, strings.length);
    section(out, 26, namesAt, names.length);
    return out.toBytes();
  }

  private static byte[] texts(String before, List<String> texts) {
    StringBuilder all = new StringBuilder(before);
    texts.forEach(text -> all.append(text).append('\0'));
    return all.toString().getBytes(StandardCharsets.US_ASCII);
  }

  private static void section(StructWriter out, int name, int at, int size) {
    out.u32le(name).u32le(1).zeros(16).u64le(at).u64le(size).zeros(24);
  }
}
