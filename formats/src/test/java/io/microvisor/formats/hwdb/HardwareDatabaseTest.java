package io.microvisor.formats.hwdb;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.StructReader;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HardwareDatabaseTest {
  private static final int SYSTEMD = 252;

  /// `hwdb.bin` is what systemd-hwdb 252 made of the two files, whose lines are of all kinds that it knows.
  @Test
  void writesWhatSystemdWrites() throws IOException {
    List<HardwareDatabase.Source> files =
        List.of(source("20-first.hwdb"), source("30-second.hwdb"));

    assertThat(HardwareDatabase.compile(files, SYSTEMD)).isEqualTo(resource("hwdb.bin"));
  }

  @Test
  void laysOutHeaderAndNodeAsTheTableSays() throws IOException {
    byte[] file = compile("a:b\n K=v\n");

    StructReader reader = StructReader.of("hwdb", file);
    assertThat(reader.at(0).ascii(8)).isEqualTo("KSLPHHRH");
    assertThat(reader.at(8).u64le()).isEqualTo(SYSTEMD);
    assertThat(reader.at(16).u64le()).isEqualTo(file.length);
    assertThat(List.of(reader.at(24).u64le(), reader.at(32).u64le())).containsExactly(80L, 24L);
    assertThat(List.of(reader.at(40).u64le(), reader.at(48).u64le())).containsExactly(16L, 32L);
    long nodes = reader.at(64).u64le();
    assertThat(nodes).isEqualTo(24 + 32 + 24 + 16);
    assertThat(reader.at(56).u64le()).isEqualTo(80 + 24 + 32);
    int child = 80;
    assertThat(text(file, reader.at(child).u64le())).isEqualTo(":b");
    assertThat(reader.at(child + 8).u8()).isZero();
    assertThat(reader.at(child + 16).u64le()).isOne();
    assertThat(text(file, reader.at(child + 24).u64le())).isEqualTo(" K");
    assertThat(text(file, reader.at(child + 32).u64le())).isEqualTo("v");
    assertThat(text(file, reader.at(child + 40).u64le())).isEqualTo("/etc/udev/hwdb.d/a.hwdb");
    assertThat(reader.at(child + 48).u32le()).isEqualTo(2);
    assertThat(reader.at(child + 52).u16le()).isOne();
    int root = child + 24 + 32;
    assertThat(reader.at(root + 8).u8()).isOne();
    assertThat(reader.at(root + 24).u8()).isEqualTo('a');
    assertThat(reader.at(root + 32).u64le()).isEqualTo(child);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "# only a comment\n",
        "pattern alone\n",
        " K=v\n",
        "p\n no value\n",
        "p\n =v\n"
      })
  void isEmptyWhereNoRecordIs(String text) throws IOException {
    assertThat(StructReader.of("hwdb", compile(text)).at(64).u64le()).isEqualTo(24);
  }

  @Test
  void refusesMoreFilesThanCanBeNumbered() {
    List<HardwareDatabase.Source> many =
        Collections.nCopies(65_536, source("/a.hwdb", new byte[0]));

    assertThatThrownBy(() -> HardwareDatabase.compile(many, SYSTEMD))
        .hasMessage("hwdb: 65536 files (expected: at most 65535)");
  }

  private static byte[] compile(String text) throws IOException {
    return HardwareDatabase.compile(
        List.of(source("/etc/udev/hwdb.d/a.hwdb", text.getBytes(US_ASCII))), SYSTEMD);
  }

  private static String text(byte[] file, long at) {
    int end = (int) at;
    while (file[end] != 0) {
      end++;
    }
    return new String(file, (int) at, end - (int) at, US_ASCII);
  }

  private static HardwareDatabase.Source source(String name) throws IOException {
    return source("/etc/udev/hwdb.d/" + name, resource(name));
  }

  private static HardwareDatabase.Source source(String path, byte[] text) {
    return new HardwareDatabase.Source(path, ByteSource.of(text));
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = HardwareDatabaseTest.class.getResourceAsStream(name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }
}
