package io.microvisor.compose.inspect;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.formats.cpio.Cpio;
import io.microvisor.formats.cpio.CpioReader;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.FileView;
import java.io.IOException;
import java.util.Map;

/// Opens an initrd.
final class InitrdFiles {
  private static final int MOST_UNPACKED = 1 << 29;

  private InitrdFiles() {}

  /// The files of its first archive; none if it is packed in a way that is not known here.
  static FileView open(ByteSource initrd) throws IOException {
    ByteSource archive =
        ZstdFrame.isAt(initrd, 0) ? ZstdFrame.read(initrd, 0, MOST_UNPACKED).content() : initrd;
    if (!CpioReader.isCpio(archive)) {
      return FileView.of(FileTree.builder().build(), ContentSource.of(Map.of()));
    }
    Cpio cpio = CpioReader.read(archive);
    return FileView.of(cpio.tree(), cpio.contents());
  }
}
