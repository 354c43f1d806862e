package io.microvisor.formats.kmod;

import io.microvisor.bytes.FormatException;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A byte form of a [ModuleIndex], so that thousands of modules need to be unpacked and parsed only once. Numbers are
/// big-endian; text is UTF-8 behind its u32 length in bytes, a list its u32 count and then its members.
///
/// | field | type |
/// |---|---|
/// | magic | 8 bytes, `EMTKMOD1` |
/// | order, builtin, builtin information | list of text each |
/// | modules | list of: path (text); information, a list of key and value (text each); exported and imported (list of text each) |
public final class ModuleIndexCodec {
  private static final String FORMAT = "module index";
  private static final String MAGIC = "EMTKMOD1";
  private static final int LARGEST_LIST = 1 << 22;
  private static final int LARGEST_TEXT = 1 << 22;

  private ModuleIndexCodec() {}

  /// Writes an index; the stream stays open.
  public static void write(ModuleIndex index, OutputStream stream) throws IOException {
    DataOutputStream out = new DataOutputStream(stream);
    out.write(MAGIC.getBytes(StandardCharsets.US_ASCII));
    texts(out, index.order());
    texts(out, index.builtinPaths());
    texts(out, index.builtinInfo());
    out.writeInt(index.modules().size());
    for (KernelModule module : index.modules()) {
      text(out, module.path());
      out.writeInt(module.info().size());
      for (KernelModule.Tag info : module.info()) {
        text(out, info.key());
        text(out, info.value());
      }
      texts(out, module.exported());
      texts(out, module.imported());
    }
    out.flush();
  }

  /// Reads an index that [#write] wrote; the stream stays open.
  ///
  /// @throws FormatException if the bytes are anything else
  public static ModuleIndex read(InputStream stream) throws IOException {
    DataInputStream in = new DataInputStream(stream);
    try {
      String magic = new String(in.readNBytes(MAGIC.length()), StandardCharsets.US_ASCII);
      if (!magic.equals(MAGIC)) {
        throw FormatException.notThis(FORMAT, "no \"" + MAGIC + "\" at byte 0");
      }
      List<String> order = texts(in);
      List<String> builtin = texts(in);
      List<String> builtinInfo = texts(in);
      int count = count(in, LARGEST_LIST);
      List<KernelModule> modules = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        String path = text(in);
        int infos = count(in, LARGEST_LIST);
        List<KernelModule.Tag> info = new ArrayList<>();
        for (int k = 0; k < infos; k++) {
          info.add(new KernelModule.Tag(text(in), text(in)));
        }
        modules.add(new KernelModule(path, info, texts(in), texts(in)));
      }
      return ModuleIndex.of(modules, order, builtin, builtinInfo);
    } catch (EOFException e) {
      FormatException damaged = FormatException.damaged(FORMAT, 0, "ends too early (truncated?)");
      damaged.initCause(e);
      throw damaged;
    }
  }

  private static void texts(DataOutputStream out, List<String> texts) throws IOException {
    out.writeInt(texts.size());
    for (String text : texts) {
      text(out, text);
    }
  }

  private static void text(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static List<String> texts(DataInputStream in) throws IOException {
    int count = count(in, LARGEST_LIST);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      texts.add(text(in));
    }
    return texts;
  }

  private static String text(DataInputStream in) throws IOException {
    int length = count(in, LARGEST_TEXT);
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException();
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static int count(DataInputStream in, int most) throws IOException {
    int count = in.readInt();
    if (count < 0 || count > most) {
      throw FormatException.damaged(
          FORMAT, 0, "a count of " + count + " (expected: 0 to " + most + ")");
    }
    return count;
  }
}
