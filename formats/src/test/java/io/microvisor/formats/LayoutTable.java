package io.microvisor.formats;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.StructReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The layout table of an on-disk record's doc comment, so that tests hold the written bytes to the documented ones.
///
/// A row is `| offset | size | type | field |`; offsets and sizes are decimal bytes, types those of [StructReader].
public record LayoutTable(List<Row> rows) {
  private static final Path SOURCES = Path.of("src/main/java");
  private static final Pattern ROW =
      Pattern.compile(
          "\\s*/// *\\| *(\\d+) *\\| *(\\d+) *\\| *(\\w+) *\\| *([\\w.\\[\\]]+) *\\|.*");

  /// One field.
  public record Row(int offset, int size, String type, String field) {}

  /// The first table in the source of `record`.
  public static LayoutTable of(Class<?> record) {
    Path source = SOURCES.resolve(record.getName().replace('.', '/') + ".java");
    List<Row> rows = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(source)) {
        Matcher row = ROW.matcher(line);
        if (row.matches()) {
          rows.add(
              new Row(
                  Integer.parseInt(row.group(1)),
                  Integer.parseInt(row.group(2)),
                  row.group(3),
                  row.group(4)));
        } else if (!rows.isEmpty()) {
          break;
        }
      }
    } catch (IOException e) {
      throw new AssertionError("cannot read " + source, e);
    }
    assertThat(rows).as("layout table in %s", source).isNotEmpty();
    return new LayoutTable(List.copyOf(rows));
  }

  /// The documented fields of a written record, in order, as text: numbers in decimal, bytes in hexadecimal, texts
  /// without their padding. Fails unless the table covers the record without gap or overlap.
  public Map<String, String> decode(byte[] record) throws FormatException {
    Map<String, String> fields = new LinkedHashMap<>();
    StructReader in = StructReader.of("record", record);
    int end = 0;
    for (Row row : rows) {
      assertThat(row.offset()).as("offset of %s", row.field()).isEqualTo(end);
      String value = value(in.at(row.offset()), row);
      end += row.size();
      assertThat(in.position()).as("end of %s, a %s", row.field(), row.type()).isEqualTo(end);
      assertThat(fields.put(row.field(), value)).as("field %s twice", row.field()).isNull();
    }
    assertThat(end).as("end of the table").isEqualTo(record.length);
    return fields;
  }

  private static String value(StructReader in, Row row) throws FormatException {
    return switch (row.type()) {
      case "u8" -> Integer.toString(in.u8());
      case "u16le" -> Integer.toString(in.u16le());
      case "u16be" -> Integer.toString(in.u16be());
      case "u32le" -> Long.toString(in.u32le());
      case "u32be" -> Long.toString(in.u32be());
      case "u64le" -> Long.toUnsignedString(in.u64le());
      case "u64be" -> Long.toUnsignedString(in.u64be());
      case "guid" -> in.guid().toString();
      case "ascii" -> in.ascii(row.size());
      case "utf16le" -> in.utf16le(row.size());
      case "bytes" -> HexFormat.of().formatHex(in.bytes(row.size()));
      default -> throw new AssertionError("type " + row.type() + " of " + row.field());
    };
  }
}
