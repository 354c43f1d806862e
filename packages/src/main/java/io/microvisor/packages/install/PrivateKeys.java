package io.microvisor.packages.install;

import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// Finds private keys that programs made while packages were configured. Whoever made one meant it for one machine; in an image
/// it is that of all its machines, and of everybody who has the image.
///
/// A key is known by its text form (RFC 7468, RFC 4880 §6.2, and those of OpenSSH and PuTTY).
public final class PrivateKeys {
  private static final long LARGEST = 64 << 10;
  private static final Pattern MARK =
      Pattern.compile(
          "^(-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY( BLOCK)?-----|PuTTY-User-Key-File-)",
          Pattern.MULTILINE);

  private PrivateKeys() {}

  /// Where they are, in order.
  ///
  /// @param given what was there before; what these have is meant for everybody, or is the template's
  /// @param made what is there now
  /// @param contents of the files of `made`
  public static List<TreePath> in(List<FileTree> given, FileTree made, ContentSource contents)
      throws IOException {
    Set<Digest> known = new HashSet<>();
    for (FileTree tree : given) {
      tree.entries()
          .forEach(entry -> {
            if (entry.inode() instanceof Inode.RegularFile file) {
              known.add(file.content());
            }
          });
    }
    List<TreePath> keys = new ArrayList<>();
    for (FileTree.Entry entry : (Iterable<FileTree.Entry>) made.entries()::iterator) {
      if (entry.inode() instanceof Inode.RegularFile file
          && file.size() > 0
          && file.size() <= LARGEST
          && !known.contains(file.content())) {
        byte[] bytes = contents.open(file.content()).readAll((int) LARGEST);
        if (MARK.matcher(new String(bytes, StandardCharsets.ISO_8859_1)).find()) {
          keys.add(entry.path());
        }
      }
    }
    return keys;
  }
}
