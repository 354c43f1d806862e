package io.microvisor.formats.elf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.StructWriter;
import io.microvisor.testkit.Malformed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ElfFileTest {
  private static final String NOTE =
      "[{\"feature\":\"kmod\",\"priority\":\"required\",\"soname\":[\"libkmod.so.2\"]},"
          + "{\"soname\":\"libz.so.1\",\"more\":[\"a\"]}]";

  @Test
  void readsWhatTheDynamicLinkerReads() throws IOException {
    ElfFile elf = ElfFile.read(ByteSource.of(library()));

    assertThat(elf.machine()).isEqualTo(ElfFile.X86_64);
    assertThat(elf.interpreter()).containsExactly("/lib64/ld.so");
    assertThat(elf.needed()).containsExactly("liba.so.1", "libb.so.2");
    assertThat(elf.soname()).containsExactly("libme.so.3");
    assertThat(elf.searchPath()).containsExactly("$ORIGIN/x", "/opt/y");
    assertThat(elf.dlopened())
        .containsExactly(
            new DlopenNote("kmod", DlopenNote.Priority.REQUIRED, List.of("libkmod.so.2")),
            new DlopenNote("", DlopenNote.Priority.RECOMMENDED, List.of("libz.so.1")));
  }

  @Test
  void tellsOtherFilesFromOtherElfFiles() {
    byte[] small = library();
    small[4] = 1;
    assertThatThrownBy(() -> ElfFile.read(ByteSource.of(small)))
        .isInstanceOfSatisfying(
            FormatException.class,
            e -> assertThat(e.kind()).isEqualTo(FormatException.Kind.UNSUPPORTED));
    assertThatThrownBy(
            () -> ElfFile.read(ByteSource.of("#!/bin/sh\n".getBytes(StandardCharsets.UTF_8))))
        .hasMessageContaining("not a ELF file");
  }

  @Test
  void refusesWhatIsDamaged() {
    byte[] good = library();
    Malformed.refusesEveryTruncation(
        good, good.length, bytes -> ElfFile.read(ByteSource.of(bytes)));
    Malformed.survivesBitFlips(good, 2000, 7, bytes -> ElfFile.read(ByteSource.of(bytes)));
  }

  /// A header, four program headers at 64, then from 288: interpreter, strings, the note, and the dynamic section at the end.
  private static byte[] library() {
    byte[] interpreter = "/lib64/ld.so\0\0\0\0".getBytes(StandardCharsets.US_ASCII);
    byte[] strings =
        "\0liba.so.1\0libb.so.2\0libme.so.3\0$ORIGIN/x:/opt/y\0"
            .getBytes(StandardCharsets.US_ASCII);
    byte[] json = (NOTE + "\0").getBytes(StandardCharsets.UTF_8);
    int stringsAt = 288 + interpreter.length;
    int noteAt = stringsAt + strings.length;
    int dynamicAt = noteAt + 16 + json.length;
    long[] tags = {1, 1, 1, 11, 14, 21, 29, 32, 5, 0x1000 + stringsAt, 0, 0};
    int size = dynamicAt + tags.length * 8;
    StructWriter out =
        StructWriter.ofSize(size)
            .at(0)
            .u32be(0x7f454c46L)
            .u8(2)
            .u8(1)
            .zeros(10)
            .at(16)
            .u16le(3)
            .u16le(62)
            .u32le(1)
            .u64le(0)
            .at(32)
            .u64le(64)
            .u64le(0)
            .u32le(0)
            .at(52)
            .u16le(64)
            .u16le(56)
            .u16le(4)
            .zeros(6);
    segment(out, 1, 0, 0x1000, size, 4096);
    segment(out, 3, 288, 0x1120, interpreter.length, 1);
    segment(out, 4, noteAt, 0, 16 + json.length, 4);
    segment(out, 2, dynamicAt, 0, tags.length * 8L, 8);
    out.at(288).bytes(interpreter).bytes(strings);
    out.at(noteAt).u32le(4).u32le(json.length).u32le(0x407c0c0aL).ascii("FDO", 4).bytes(json);
    out.at(dynamicAt);
    for (long tag : tags) {
      out.u64le(tag);
    }
    return out.toBytes();
  }

  private static void segment(
      StructWriter out, int type, long offset, long address, long size, long align) {
    out.u32le(type)
        .u32le(4)
        .u64le(offset)
        .u64le(address)
        .u64le(address)
        .u64le(size)
        .u64le(size)
        .u64le(align);
  }
}
