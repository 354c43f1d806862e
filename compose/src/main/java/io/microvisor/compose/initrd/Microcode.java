package io.microvisor.compose.initrd;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.formats.cpio.CpioWriter;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// CPU microcode as the kernel loads it before anything else (Documentation/arch/x86/microcode.rst): an uncompressed archive with
/// all updates of a vendor in one file. It goes into a UKI's `.ucode`, or before the compressed initrd.
public final class Microcode {
  private static final String FOLDER = "kernel/x86/microcode/";
  private static final int LARGEST = 64 << 20;

  private Microcode() {}

  /// The archive of the microcode in `root`; empty if it has none (packages intel-microcode and amd64-microcode).
  public static Optional<ByteSource> archive(FileTree root, ContentSource contents)
      throws IOException {
    Map<Digest, ByteSource> made = new HashMap<>();
    FileTree.Builder tree = FileTree.builder();
    boolean any = false;
    for (String[] vendor :
        new String[][] {
          {"usr/lib/firmware/intel-ucode", "", "GenuineIntel.bin"},
          {"usr/lib/firmware/amd-ucode", ".bin", "AuthenticAMD.bin"}
        }) {
      byte[] updates = joined(root, contents, TreePath.of(vendor[0]), vendor[1]);
      if (updates.length > 0) {
        any = true;
        Digest digest = Digest.sha256(updates);
        made.put(digest, ByteSource.of(updates));
        TreePath path = TreePath.of(FOLDER + vendor[2]);
        tree.mkdirs(path.parent())
            .put(path, new Inode.RegularFile(Meta.of(0644), digest, updates.length));
      }
    }
    if (!any) {
      return Optional.empty();
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    CpioWriter.write(tree.build(), ContentSource.of(made), out);
    return Optional.of(ByteSource.of(out.toByteArray()));
  }

  private static byte[] joined(
      FileTree root, ContentSource contents, TreePath folder, String suffix) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (FileTree.Entry entry : root.children(folder)) {
      if (entry.inode() instanceof Inode.RegularFile file
          && entry.path().name().endsWith(suffix)
          && !entry.path().name().endsWith(".initramfs")) {
        out.writeBytes(contents.open(file.content()).readAll(LARGEST - out.size()));
      }
    }
    return out.toByteArray();
  }
}
