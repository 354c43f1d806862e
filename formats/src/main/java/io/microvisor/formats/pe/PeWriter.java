package io.microvisor.formats.pe;

import io.microvisor.bytes.RandomSink;
import io.microvisor.bytes.StructWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.TreeMap;

/// Writes an extended image.
public final class PeWriter {
  private static final int LINE_SYMBOLS_STRIPPED = 0x8;

  private PeWriter() {}

  /// Writes all of the image; the sink then has exactly [PeExtension#size] bytes.
  public static void write(PeExtension plan, RandomSink out) throws IOException {
    out.setSize(plan.size());
    out.write(0, plan.base().slice(0, plan.baseSize()));
    patchHeaders(plan, out);
    for (var piece : new TreeMap<>(plan.pieces()).entrySet()) {
      out.write(piece.getKey(), piece.getValue());
    }
  }

  private static void patchHeaders(PeExtension plan, RandomSink out) throws IOException {
    PeFile headers = plan.headers();
    int optional = headers.headerAt() + PeFile.OPTIONAL_HEADER;
    u16(out, headers.headerAt() + 6, plan.sections().size());
    if (headers.symbolTableAt() != 0) {
      u32(out, headers.headerAt() + 12, 0);
      u32(out, headers.headerAt() + 16, 0);
      u16(out, headers.headerAt() + 22, headers.fileCharacteristics() | LINE_SYMBOLS_STRIPPED);
    }
    u32(out, optional + 8, plan.initializedDataSize());
    u32(out, optional + 56, plan.imageSize());
    u32(out, optional + 60, plan.headersSize());
    u32(out, optional + 64, 0);
    u16(out, optional + 70, plan.dllCharacteristics());
    StructWriter table = StructWriter.ofSize(plan.sections().size() * PeSection.SIZE);
    for (int i = 0; i < plan.sections().size(); i++) {
      table.at(i * PeSection.SIZE).bytes(plan.sections().get(i).toBytes());
    }
    out.write(headers.sectionTableAt(), ByteBuffer.wrap(table.toBytes()));
  }

  private static void u16(RandomSink out, int at, int value) throws IOException {
    out.write(at, ByteBuffer.wrap(StructWriter.ofSize(2).u16le(value).toBytes()));
  }

  private static void u32(RandomSink out, int at, long value) throws IOException {
    out.write(at, ByteBuffer.wrap(StructWriter.ofSize(4).u32le(value).toBytes()));
  }
}
