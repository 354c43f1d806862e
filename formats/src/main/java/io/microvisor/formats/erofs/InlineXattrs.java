package io.microvisor.formats.erofs;

import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.StructReader;
import io.microvisor.bytes.StructWriter;
import io.microvisor.formats.tree.Attributes;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// Extended attributes behind their inode: `struct erofs_xattr_ibody_header`, then entries, each padded to 4 bytes.
///
/// | offset | size | field | value |
/// |---|---|---|---|
/// | 0 | 4 | h_name_filter | 0, not used |
/// | 4 | 1 | h_shared_count | 0 |
/// | 5 | 7 | reserved | 0 |
/// | 12 | | entries | |
///
/// An entry: e_name_len (1), e_name_index (1, which prefix the name lacks), e_value_size (2), name, value.
final class InlineXattrs {
  private static final int HEADER = 12;
  private static final int ENTRY = 4;
  private static final int LARGEST = HEADER + ENTRY * 0xfffe;

  private InlineXattrs() {}

  /// The part of a name that `e_name_index` stands for.
  private enum Prefix {
    USER(1, "user."),
    POSIX_ACL_ACCESS(2, "system.posix_acl_access"),
    POSIX_ACL_DEFAULT(3, "system.posix_acl_default"),
    TRUSTED(4, "trusted."),
    SECURITY(6, "security.");

    private final int index;
    private final String text;

    Prefix(int index, String text) {
      this.index = index;
      this.text = text;
    }
  }

  /// How many bytes the attributes take; 0 if there are none.
  static int size(Attributes attributes) {
    return toBytes(attributes).length;
  }

  /// The value of `i_xattr_icount` for so many bytes.
  static int count(int bytes) {
    return bytes == 0 ? 0 : (bytes - HEADER) / ENTRY + 1;
  }

  /// How many bytes an inode with this `i_xattr_icount` has behind it.
  static int sizeOf(int count) {
    return count == 0 ? 0 : HEADER + ENTRY * (count - 1);
  }

  /// The attributes as they lie on disk; empty if there are none.
  ///
  /// @throws IllegalArgumentException if a name or value does not fit the format
  static byte[] toBytes(Attributes attributes) {
    if (attributes.isEmpty()) {
      return new byte[0];
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[HEADER]);
    attributes.forEach((name, value) -> out.writeBytes(entry(name, value)));
    if (out.size() > LARGEST) {
      throw new IllegalArgumentException(
          "attributes: " + out.size() + " bytes on one inode (expected: at most " + LARGEST + ")");
    }
    return out.toByteArray();
  }

  private static byte[] entry(String name, byte[] value) {
    for (Prefix prefix : Prefix.values()) {
      if (name.startsWith(prefix.text)) {
        byte[] rest = name.substring(prefix.text.length()).getBytes(StandardCharsets.UTF_8);
        boolean whole = !prefix.text.endsWith(".");
        if (whole != (rest.length == 0) || rest.length > 0xff || value.length > 0xffff) {
          break;
        }
        int size = ENTRY + rest.length + value.length;
        return StructWriter.ofSize(Blocks.alignUp(size, ENTRY))
            .u8(rest.length)
            .u8(prefix.index)
            .u16le(value.length)
            .bytes(rest)
            .bytes(value)
            .zeros(Blocks.alignUp(size, ENTRY) - size)
            .toBytes();
      }
    }
    throw new IllegalArgumentException(
        "attribute "
            + name
            + ": "
            + value.length
            + " bytes (expected: user., trusted., security. or an ACL, names up to 255 and values"
            + " up to 65535 bytes)");
  }

  /// The attributes that [#toBytes] made these bytes of.
  static Attributes read(StructReader in) throws FormatException {
    in.skip(4);
    long at = in.position();
    if (in.u8() != 0) {
      throw FormatException.unsupported(Blocks.FORMAT, at, "shared attributes");
    }
    in.skip(7);
    Attributes attributes = Attributes.NONE;
    while (in.remaining() > 0) {
      at = in.position();
      int nameLength = in.u8();
      int index = in.u8();
      int valueLength = in.u16le();
      byte[] rest = in.bytes(nameLength);
      byte[] value = in.bytes(valueLength);
      int size = ENTRY + nameLength + valueLength;
      in.skip(Blocks.alignUp(size, ENTRY) - size);
      String name = prefix(index, at) + Names.decode(rest, at);
      attributes = attributes.with(name, value);
    }
    return attributes;
  }

  private static String prefix(int index, long at) throws FormatException {
    for (Prefix prefix : Prefix.values()) {
      if (prefix.index == index) {
        return prefix.text;
      }
    }
    throw FormatException.unsupported(Blocks.FORMAT, at, "attribute name index " + index);
  }
}
