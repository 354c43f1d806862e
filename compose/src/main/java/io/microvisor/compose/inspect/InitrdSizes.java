package io.microvisor.compose.inspect;

import io.microvisor.bytes.Apportionment;
import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.StructReader;
import io.microvisor.formats.cpio.CpioListing;
import io.microvisor.formats.cpio.CpioReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// What the files of an initrd take. It is a row of archives, plain or in zstd frames, with zeros between; what is packed
/// otherwise is one part without parts.
final class InitrdSizes {
  private static final int MOST_UNPACKED = 1 << 29;

  private final ByteSource initrd;
  private final List<SizeTree.Item> items = new ArrayList<>();
  private final List<SizeTree> others = new ArrayList<>();
  private long overhead;

  private InitrdSizes(ByteSource initrd) {
    this.initrd = initrd;
  }

  static SizeTree of(String name, ByteSource initrd) throws IOException {
    InitrdSizes sizes = new InitrdSizes(initrd);
    sizes.read();
    SizeTree files = SizeTree.ofPaths(name, sizes.items);
    List<SizeTree> parts = new ArrayList<>(files.parts());
    long own = files.stored() - parts.stream().mapToLong(SizeTree::stored).sum();
    parts.addAll(sizes.others);
    if (sizes.overhead + own > 0) {
      parts.add(SizeTree.leaf("archive's own", SizeTree.Kind.OVERHEAD, sizes.overhead + own, 0));
    }
    return SizeTree.of(name, SizeTree.Kind.SECTION, parts);
  }

  private void read() throws IOException {
    long at = 0;
    while (at < initrd.size()) {
      if (ZstdFrame.isAt(initrd, at)) {
        ZstdFrame frame = ZstdFrame.read(initrd, at, MOST_UNPACKED);
        CpioListing listing = CpioListing.read(ByteSource.of(frame.content()), 0);
        overhead += frame.size() - add(listing, frame.blocks());
        at += frame.size();
      } else if (isArchive(initrd, at)) {
        CpioListing listing = CpioListing.read(initrd, at);
        Apportionment plain = new Apportionment().add(initrd.size(), initrd.size());
        overhead += listing.end() - at - add(listing, plain);
        at = listing.end();
      } else if (StructReader.read("initrd", initrd, at, 1).u8() == 0) {
        overhead++;
        at++;
      } else {
        others.add(SizeTree.leaf("packed otherwise", SizeTree.Kind.FILE, initrd.size() - at, 0));
        return;
      }
    }
  }

  private static boolean isArchive(ByteSource source, long at) throws IOException {
    return CpioReader.isCpio(source.slice(at, source.size() - at));
  }

  /// @return how many stored bytes the members take
  private long add(CpioListing listing, Apportionment stored) {
    long known = 0;
    for (CpioListing.Entry entry : listing.entries()) {
      long share = stored.share(entry.position(), entry.length());
      known += share;
      items.add(
          new SizeTree.Item(
              entry.path(), entry.isDirectory(), share, entry.isFile() ? entry.size() : 0));
    }
    return known;
  }
}
