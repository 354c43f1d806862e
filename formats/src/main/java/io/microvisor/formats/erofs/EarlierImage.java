package io.microvisor.formats.erofs;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.FormatException;
import java.io.IOException;

/// An image that was written before, of which the next one takes what is the same. What is found there changes no bit
/// of what is written.
///
/// @param bytes all of it, as [ErofsWriter] wrote it
/// @param index as [ErofsResult] told
public record EarlierImage(ByteSource bytes, ImageIndex index) {
  /// There is none.
  public static final EarlierImage NONE =
      new EarlierImage(ByteSource.of(new byte[0]), ImageIndex.EMPTY);

  /// The content of its packed inode; empty if there is none.
  ///
  /// @throws FormatException if it is no image of ours
  ByteSource packed() throws IOException {
    return bytes.size() == 0
        ? bytes
        : new NodeReader(bytes, SuperBlock.read(bytes)).withPacked().packed();
  }
}
