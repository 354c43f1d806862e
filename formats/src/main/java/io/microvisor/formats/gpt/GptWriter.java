package io.microvisor.formats.gpt;

import io.microvisor.bytes.RandomSink;
import io.microvisor.bytes.Versions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/// Writes a [GptLayout]: the protective MBR and both copies of header and table. Partitions' contents are not touched.
public final class GptWriter {
  /// Raised when the same input gives other bytes.
  public static final Versions VERSIONS = Versions.of("gpt", 1);

  private GptWriter() {}

  /// Makes `disk` as large as the layout says and writes the table, about 34 KiB in all.
  public static void write(GptLayout layout, RandomSink disk) throws IOException {
    int sector = layout.spec().sectorSize().bytes();
    byte[] table = table(layout.entries());
    long crc = GptHeader.crc32(table);
    disk.setSize(layout.diskSize().bytes());
    disk.write(0, ByteBuffer.wrap(ProtectiveMbr.of(layout.lastLba() + 1).toBytes()));
    for (GptHeader header : List.of(layout.primaryHeader(crc), layout.backupHeader(crc))) {
      disk.write(header.entryLba() * sector, ByteBuffer.wrap(table));
      disk.write(header.myLba() * sector, ByteBuffer.wrap(header.toBytes()));
    }
  }

  private static byte[] table(List<GptEntry> entries) {
    ByteBuffer table = ByteBuffer.allocate(GptLayout.ENTRY_COUNT * GptEntry.SIZE);
    entries.forEach(entry -> table.put(entry.toBytes()));
    return table.array();
  }
}
