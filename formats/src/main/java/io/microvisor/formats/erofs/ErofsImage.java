package io.microvisor.formats.erofs;

import io.microvisor.bytes.ContentSource;
import io.microvisor.formats.tree.FileTree;
import java.util.UUID;

/// An image that was opened.
///
/// @param header what the image says of itself
/// @param tree all that is in it
/// @param contents the bytes of its regular files, read from the image when asked for
public record ErofsImage(Header header, FileTree tree, ContentSource contents) {
  /// What the superblock says.
  ///
  /// @param uuid the volume's UUID
  /// @param label the volume's name
  /// @param buildTime seconds since 1970-01-01T00:00:00Z
  public record Header(UUID uuid, String label, long buildTime) {}
}
