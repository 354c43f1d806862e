package io.microvisor.packages.unpack;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSink;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.formats.tar.TarReader;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.packages.deb.ControlStanza;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// The control.tar of a package: regular files in one directory, of which `control` must be there.
final class ControlArchive {
  /// How many bytes control.tar may have, expanded. The largest of the suite have a few MiB of md5sums.
  static final int LARGEST = 64 << 20;

  private static final String FORMAT = "Debian package";

  private ControlArchive() {}

  /// The control files by name.
  ///
  /// @param archive control.tar, expanded
  static SortedMap<String, byte[]> read(byte[] archive) throws IOException {
    Map<Digest, ByteSource> contents = new HashMap<>();
    FileTree tree = TarReader.read(new ByteArrayInputStream(archive), ContentSink.into(contents));
    ContentSource source = ContentSource.of(contents);
    SortedMap<String, byte[]> files = new TreeMap<>();
    for (FileTree.Entry entry : (Iterable<FileTree.Entry>) tree.entries()::iterator) {
      if (entry.path().isRoot()) {
        continue;
      }
      if (!(entry.inode() instanceof Inode.RegularFile file) || !entry.path().parent().isRoot()) {
        throw FormatException.damaged(
            FORMAT,
            0,
            "control.tar holds " + entry.path() + " (expected: regular files in one directory)");
      }
      files.put(entry.path().name(), source.open(file.content()).readAll(LARGEST));
    }
    if (!files.containsKey("control")) {
      throw FormatException.damaged(FORMAT, 0, "control.tar holds no file \"control\"");
    }
    checkConffiles(
        new String(files.getOrDefault("conffiles", new byte[0]), StandardCharsets.UTF_8));
    return Collections.unmodifiableSortedMap(files);
  }

  /// Refuses what dpkg refuses: a line is an absolute path, before which only `remove-on-upgrade` and a blank may stand
  /// (deb-conffiles(5)).
  private static void checkConffiles(String text) throws FormatException {
    if (!text.isEmpty() && !text.endsWith("\n")) {
      throw damagedConffiles("its last line does not end (expected: a line break)");
    }
    for (String each : text.split("\n", -1)) {
      String line = each.stripTrailing();
      if (line.isEmpty() || line.startsWith("/")) {
        continue;
      }
      int blank = line.indexOf(' ');
      String flag = blank < 0 ? "" : line.substring(0, blank);
      if (blank < 0 || !line.startsWith("/", blank + 1)) {
        throw damagedConffiles("\"" + line + "\" is no absolute path (expected: a / in front)");
      }
      if (!flag.equals("remove-on-upgrade")) {
        throw damagedConffiles(
            "\"" + flag + "\" before a path (expected: remove-on-upgrade, or nothing)");
      }
    }
  }

  private static FormatException damagedConffiles(String what) {
    return FormatException.damaged(FORMAT, 0, "conffiles in control.tar: " + what);
  }

  /// The stanza in `control`.
  ///
  /// @throws FormatException if it is not exactly one
  static ControlStanza stanza(SortedMap<String, byte[]> files) throws FormatException {
    return ControlStanza.parse(text(files));
  }

  /// The text of `control`.
  static String text(SortedMap<String, byte[]> files) {
    return new String(files.getOrDefault("control", new byte[0]), StandardCharsets.UTF_8);
  }
}
