package io.microvisor.systemtests;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.InodeId;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A line per path that says all there is to say of it, so that a tree of ours and a directory of this machine can be
/// compared and differences read.
public final class TreeListing {
  /// What may be left out of a line, where the one who made the directory could not tell or set it.
  public enum Fact {
    MODE,
    OWNER,
    TIME,
    /// The time of directories; only where there is [#TIME].
    DIRECTORY_TIME,
    ATTRIBUTES,
    HARD_LINKS
  }

  private static final int TYPE = 0170000;

  private final Set<Fact> facts;
  private final SortedMap<String, String> lines = new TreeMap<>();
  private final Map<Object, String> firstNames = new HashMap<>();

  private TreeListing(Set<Fact> facts) {
    this.facts = EnumSet.copyOf(facts);
  }

  /// Lists a tree.
  public static SortedMap<String, String> of(FileTree tree, Set<Fact> facts) {
    TreeListing listing = new TreeListing(facts);
    tree.entries().forEach(listing::add);
    return listing.lines;
  }

  /// Lists a directory and all below it.
  public static SortedMap<String, String> of(Path directory, Set<Fact> facts) throws IOException {
    TreeListing listing = new TreeListing(facts);
    SortedMap<TreePath, Path> paths = new TreeMap<>(); // in the order in which a tree has them
    try (Stream<Path> all = Files.walk(directory)) {
      all.forEach(path -> paths.put(TreePath.of(directory.relativize(path).toString()), path));
    }
    for (Map.Entry<TreePath, Path> each : paths.entrySet()) {
      listing.add(each.getKey(), each.getValue());
    }
    return listing.lines;
  }

  /// What two listings do not share, a line each for people; empty if they are equal.
  public static List<String> differences(
      SortedMap<String, String> expected, SortedMap<String, String> found) {
    SortedSet<String> paths = new TreeSet<>(expected.keySet());
    paths.addAll(found.keySet());
    return paths.stream()
        .filter(path -> !Objects.equals(expected.get(path), found.get(path)))
        .map(path -> path + ": " + found.get(path) + " (expected: " + expected.get(path) + ")")
        .toList();
  }

  private void add(FileTree.Entry entry) {
    Meta meta = entry.inode().meta();
    StringBuilder attributes = new StringBuilder();
    meta.attributes().forEach((name, value) -> attributes.append(attribute(name, value)));
    boolean symlink = entry.inode() instanceof Inode.Symlink;
    String what =
        switch (entry.inode()) {
          case Inode.Directory _ -> "directory";
          case Inode.RegularFile file -> "file " + file.size() + " " + file.content().hex();
          case Inode.Symlink link -> "link to " + link.target();
          case Inode.Device device ->
              (device.kind() == Inode.Device.Kind.BLOCK ? "block " : "character ")
                  + device.major()
                  + ":"
                  + device.minor();
          case Inode.Fifo _ -> "fifo";
          case Inode.Socket _ -> "socket";
        };
    InodeId id = entry.id();
    put(entry.path(), what, symlink ? 0777 : meta.mode(), meta, attributes.toString(), id);
  }

  private void add(TreePath path, Path file) throws IOException {
    Map<String, Object> found = Files.readAttributes(file, "unix:*", LinkOption.NOFOLLOW_LINKS);
    int mode = (Integer) found.get("mode");
    String what =
        switch (mode & TYPE) {
          case 0040000 -> "directory";
          case 0100000 ->
              "file " + Files.size(file) + " " + Digest.sha256(ByteSource.of(file)).hex();
          case 0120000 -> "link to " + Files.readSymbolicLink(file);
          case 0060000 -> "block " + device((Long) found.get("rdev"));
          case 0020000 -> "character " + device((Long) found.get("rdev"));
          case 0010000 -> "fifo";
          case 0140000 -> "socket";
          default -> "type " + (mode & TYPE);
        };
    StringBuilder attributes = new StringBuilder();
    if (facts.contains(Fact.ATTRIBUTES)) {
      HostAttributes.of(file).forEach((name, value) -> attributes.append(attribute(name, value)));
    }
    Meta meta =
        Meta.of(0)
            .withOwner(
                Integer.toUnsignedLong((Integer) found.get("uid")),
                Integer.toUnsignedLong((Integer) found.get("gid")))
            .withMtime(
                Math.floorDiv(
                    ((FileTime) found.get("lastModifiedTime")).to(TimeUnit.MILLISECONDS), 1000L));
    put(path, what, mode & 07777, meta, attributes.toString(), found.get("ino"));
  }

  private void put(
      TreePath path, String what, int mode, Meta meta, String attributes, Object identity) {
    StringBuilder line = new StringBuilder(what);
    if (facts.contains(Fact.MODE)) {
      line.append(" mode ").append(Integer.toOctalString(mode));
    }
    if (facts.contains(Fact.OWNER)) {
      line.append(" owner ").append(meta.uid()).append(':').append(meta.gid());
    }
    if (facts.contains(Fact.TIME)
        && (facts.contains(Fact.DIRECTORY_TIME) || !what.equals("directory"))) {
      line.append(" time ").append(meta.mtime());
    }
    if (facts.contains(Fact.ATTRIBUTES)) {
      line.append(attributes);
    }
    String first = firstNames.putIfAbsent(identity, path.absolute());
    if (facts.contains(Fact.HARD_LINKS) && first != null) {
      line.append(" same as ").append(first);
    }
    lines.put(path.absolute(), line.toString());
  }

  private static String attribute(String name, byte[] value) {
    return " " + name + "=" + HexFormat.of().formatHex(value);
  }

  /// A device number as the C library packs it.
  private static String device(long rdev) {
    long major = rdev >>> 8 & 0xfff | rdev >>> 32 & ~0xfffL;
    long minor = rdev & 0xff | rdev >>> 12 & ~0xffL & 0xffff_ffffL;
    return major + ":" + minor;
  }
}
