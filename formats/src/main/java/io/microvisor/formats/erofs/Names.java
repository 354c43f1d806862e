package io.microvisor.formats.erofs;

import io.microvisor.bytes.FormatException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// Text on disk, which the format takes as bytes and [io.microvisor.formats.tree.FileTree] as Unicode.
final class Names {
  private Names() {}

  /// The text of UTF-8 bytes found at `position`.
  static String decode(byte[] bytes, long position) throws FormatException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      FormatException unsupported =
          FormatException.unsupported(Blocks.FORMAT, position, "a name that is not UTF-8");
      unsupported.initCause(e);
      throw unsupported;
    }
  }
}
