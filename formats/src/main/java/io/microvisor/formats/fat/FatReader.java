package io.microvisor.formats.fat;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.StructReader;
import io.microvisor.formats.tree.Attributes;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/// Reads any FAT32 volume as a `FileTree`.
///
/// All files are read once, for a tree names contents by their digest. The second FAT and the FSInfo sector are not
/// looked at, and deleted entries are no part of the tree.
public final class FatReader {
  private static final String FORMAT = BootSector.FORMAT;
  private static final int LARGEST_DIRECTORY = 1 << 21;
  private static final int END = 0x00;

  /// What 0x80 to 0xFF mean in 8.3 names, whose code page nothing tells: code page 437, as Linux assumes too.
  private static final String CODE_PAGE_437 =
      "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐"
          + "└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";

  private static final int DELETED = 0xe5;

  private final ClusterChains chains;
  private final FatGeometry geometry;
  private final FileTree.Builder tree = FileTree.builder();
  private final Map<Digest, ByteSource> contents = new HashMap<>();
  private final Deque<Pending> pending = new ArrayDeque<>();
  private String label = "";

  private FatReader(ByteSource volume, FatGeometry geometry) {
    this.chains = new ClusterChains(volume, geometry);
    this.geometry = geometry;
  }

  /// A directory whose entries are still to be read.
  private record Pending(TreePath path, long firstCluster) {}

  /// Reads a volume.
  ///
  /// @throws FormatException if it is no FAT32 volume, or a damaged one
  public static FatVolume open(ByteSource volume) throws IOException {
    BootSector boot = BootSector.read(volume);
    FatReader reader = new FatReader(volume, boot.geometry());
    reader.pending.push(new Pending(TreePath.ROOT, boot.rootCluster()));
    while (!reader.pending.isEmpty()) {
      reader.readDirectory(reader.pending.pop());
    }
    return new FatVolume(
        reader.label,
        boot.volumeId(),
        boot.geometry(),
        reader.tree.build(),
        ContentSource.of(reader.contents));
  }

  private void readDirectory(Pending directory) throws IOException {
    ByteSource chain = chains.wholeChain(directory.firstCluster, LARGEST_DIRECTORY);
    StructReader in = StructReader.of(FORMAT, chain.readAll(LARGEST_DIRECTORY));
    LongName longName = new LongName();
    while (in.remaining() >= DirectoryEntry.SIZE) {
      int at = (int) in.position();
      int first = in.u8();
      int attributes = in.at(at + 11).u8();
      in.at(at);
      if (first == END) {
        return;
      }
      if (first == DELETED) {
        longName.clear();
        in.skip(DirectoryEntry.SIZE);
      } else if ((attributes & 0x3f) == LongNameEntry.ATTRIBUTES) {
        longName.add(LongNameEntry.read(in));
      } else {
        add(directory, DirectoryEntry.read(in), longName);
        longName.clear();
      }
    }
  }

  private void add(Pending directory, DirectoryEntry entry, LongName longName) throws IOException {
    if ((entry.attributes() & DirectoryEntry.VOLUME_ID) != 0) {
      if (directory.path.isRoot()) {
        label = entry.name().stripTrailing();
        tree.put(TreePath.ROOT, directory(entry));
      }
      return;
    }
    if (entry.name().equals(DirectoryEntry.SELF) || entry.name().equals(DirectoryEntry.PARENT)) {
      return;
    }
    TreePath path = path(directory, longName.of(entry.name()).orElseGet(() -> shortName(entry)));
    if (entry.isDirectory()) {
      tree.put(path, directory(entry));
      pending.push(new Pending(path, entry.firstCluster()));
    } else {
      ByteSource content =
          entry.size() == 0
              ? ByteSource.of(new byte[0])
              : chains.beginOfChain(entry.firstCluster(), entry.size());
      Digest digest = Digest.sha256(content);
      contents.putIfAbsent(digest, content);
      tree.put(path, new Inode.RegularFile(meta(entry, 0644), digest, entry.size()));
    }
  }

  private TreePath path(Pending directory, String name) throws FormatException {
    String wrong = ShortNames.wrong(name);
    if (!wrong.isEmpty()) {
      throw damaged(directory, "a name of " + wrong);
    }
    TreePath path;
    try {
      path = directory.path.resolve(name);
    } catch (IllegalArgumentException e) {
      throw FormatException.unsupported(
          FORMAT,
          geometry.clusterStartBytes(directory.firstCluster),
          "in " + directory.path.absolute() + ": " + e.getMessage());
    }
    if (tree.find(path).isPresent()) {
      throw damaged(directory, "the name \"" + name + "\" twice (expected: once)");
    }
    return path;
  }

  private FormatException damaged(Pending directory, String what) {
    return FormatException.damaged(
        FORMAT,
        geometry.clusterStartBytes(directory.firstCluster),
        "in " + directory.path.absolute() + ": " + what);
  }

  private static Inode.Directory directory(DirectoryEntry entry) {
    return new Inode.Directory(meta(entry, 0755));
  }

  private static Meta meta(DirectoryEntry entry, int mode) {
    return new Meta(mode, 0, 0, entry.modified().mtime(), Attributes.NONE);
  }

  private static String shortName(DirectoryEntry entry) {
    // The first byte 0xE5 marks deleted entries, so 0x05 stands for it (specification §6.1).
    String name = entry.name().replaceFirst("^\u0005", "\u00e5");
    String base = decoded(name.substring(0, 8));
    String extension = decoded(name.substring(8));
    if ((entry.caseBits() & DirectoryEntry.LOWER_BASE) != 0) {
      base = base.toLowerCase(Locale.ROOT);
    }
    if ((entry.caseBits() & DirectoryEntry.LOWER_EXTENSION) != 0) {
      extension = extension.toLowerCase(Locale.ROOT);
    }
    return extension.isEmpty() ? base : base + "." + extension;
  }

  private static String decoded(String bytes) {
    StringBuilder text = new StringBuilder(bytes.replaceFirst(" +$", ""));
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      text.setCharAt(i, c < 0x80 ? c : CODE_PAGE_437.charAt(c - 0x80));
    }
    return text.toString();
  }
}
