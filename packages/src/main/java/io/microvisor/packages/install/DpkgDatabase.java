package io.microvisor.packages.install;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;

/// The package database as dpkg leaves it behind after unpacking (dpkg's `/var/lib/dpkg`).
///
/// | file | what |
/// |---|---|
/// | `statoverride` | empty |
/// | `diversions` | empty |
/// | `status` | a stanza for each package, `install ok unpacked`, with the MD5 of each configuration file |
/// | `info/format` | `1` |
/// | `info/<package>.list` | its paths, `/.` for the root |
/// | `info/<package>.<control file>` | all but `control`; `md5sums`, where a package brings none, is made |
/// | `triggers/File` | `<path> <package>[/noawait]` for interest in paths |
/// | `triggers/<name>` | `<package>[/noawait]` for interest in named triggers |
/// | `triggers/Unincorp` | empty |
final class DpkgDatabase {
  static final TreePath ROOT = TreePath.of("var/lib/dpkg");
  private static final Set<String> SCRIPTS =
      Set.of("preinst", "postinst", "prerm", "postrm", "config");

  private final MergedPackages merged;
  private final long epoch;
  private final FileTree.Builder builder;
  private final Map<Digest, ByteSource> contents = new HashMap<>();

  private DpkgDatabase(MergedPackages merged, long epoch) {
    this.merged = merged;
    this.epoch = epoch;
    this.builder = merged.tree().toBuilder();
  }

  /// The merged tree with the database in it, and the contents of the database's files.
  static Result write(MergedPackages merged, long epoch) throws IOException {
    DpkgDatabase database = new DpkgDatabase(merged, epoch);
    database.writeAll();
    return new Result(database.builder.build(), ContentSource.of(database.contents));
  }

  /// A tree and the contents that were new in it.
  record Result(FileTree tree, ContentSource contents) {}

  private void writeAll() throws IOException {
    for (String directory : List.of("info", "triggers", "updates", "alternatives", "parts")) {
      builder.mkdirs(ROOT.resolve(directory));
    }
    put("statoverride", "");
    put("diversions", "");
    put("info/format", "1\n");
    StringBuilder status = new StringBuilder();
    SortedMap<String, List<String>> interests = new TreeMap<>();
    for (Installed each :
        merged.packages().stream().sorted((a, b) -> a.id().compareTo(b.id())).toList()) {
      status.append(stanza(each)).append('\n');
      writeControlFiles(each);
      collectInterests(each, interests);
    }
    put("status", status.toString());
    put("triggers/Unincorp", "");
    List<String> paths = new ArrayList<>();
    interests.forEach((trigger, packages) -> {
      if (trigger.startsWith("/")) {
        packages.forEach(p -> paths.add(trigger + " " + p + "\n"));
      } else {
        put("triggers/" + trigger, String.join("\n", packages) + "\n");
      }
    });
    put("triggers/File", String.join("", paths));
  }

  private void writeControlFiles(Installed each) throws IOException {
    String id = each.id();
    if (!each.unpacked().controlFiles().containsKey("md5sums")) {
      put("info/" + id + ".md5sums", md5sums(each));
    }
    put("info/" + id + ".list", list(id));
    each.unpacked()
        .controlFiles()
        .forEach((name, bytes) -> {
          if (!name.equals("control") && !name.isEmpty() && !name.contains("/")) {
            put("info/" + id + "." + name, bytes, mode(name));
          }
        });
  }

  /// The mode of a control file.
  static int mode(String name) {
    return SCRIPTS.contains(name) ? 0755 : 0644;
  }

  private String list(String id) {
    SortedSet<TreePath> paths = merged.paths().get(id);
    StringBuilder list = new StringBuilder();
    if (paths != null) {
      paths.forEach(p -> list.append(p.isRoot() ? "/." : p.absolute()).append('\n'));
    }
    return list.toString();
  }

  private static String stanza(Installed each) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String name : each.control().names()) {
      lines.add(name + ": " + each.control().text(name));
      if (name.equals("Package")) {
        lines.add("Status: install ok unpacked");
      }
    }
    List<String> conffiles = conffiles(each);
    if (!conffiles.isEmpty()) {
      lines.add("Conffiles:");
      for (String line : conffiles) {
        lines.add(" " + line);
      }
    }
    return String.join("\n", lines) + "\n";
  }

  /// The field's lines. Flags stand before a path in the package (deb-conffiles(5)), and behind it in the status; what is
  /// to be removed by an upgrade is no file of the package.
  private static List<String> conffiles(Installed each) throws IOException {
    List<String> lines = new ArrayList<>();
    byte[] list = each.unpacked().controlFiles().getOrDefault("conffiles", new byte[0]);
    for (String line : new String(list, StandardCharsets.UTF_8).lines().toList()) {
      String[] words = line.strip().split("\\s+", 2);
      if (words[0].startsWith("/")) {
        lines.add(line.strip() + " " + md5(each, line.strip()));
      } else if (words.length == 2 && words[0].equals("remove-on-upgrade")) {
        lines.add(words[1] + " newconffile remove-on-upgrade");
      }
    }
    return lines;
  }

  /// A line for each regular file.
  private static String md5sums(Installed each) throws IOException {
    StringBuilder sums = new StringBuilder();
    for (FileTree.Entry entry :
        (Iterable<FileTree.Entry>) each.unpacked().tree().entries()::iterator) {
      if (entry.inode() instanceof Inode.RegularFile file) {
        sums.append(md5(each.unpacked().contents(), file)).append("  ").append(entry.path());
        sums.append('\n');
      }
    }
    return sums.toString();
  }

  private static String md5(Installed each, String path) throws IOException {
    return each.unpacked().tree().find(path).orElse(null) instanceof Inode.RegularFile file
        ? md5(each.unpacked().contents(), file)
        : "newconffile";
  }

  private static String md5(ContentSource contents, Inode.RegularFile file) throws IOException {
    try (InputStream stream = contents.open(file.content()).stream()) {
      MessageDigest md5 = MessageDigest.getInstance("MD5");
      byte[] buffer = new byte[1 << 14];
      for (int read; (read = stream.read(buffer)) >= 0; ) {
        md5.update(buffer, 0, read);
      }
      return HexFormat.of().formatHex(md5.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has MD5", e);
    }
  }

  private static void collectInterests(Installed each, SortedMap<String, List<String>> interests) {
    byte[] triggers = each.unpacked().controlFiles().get("triggers");
    if (triggers == null) {
      return;
    }
    new String(triggers, StandardCharsets.UTF_8)
        .lines()
        .map(String::strip)
        .filter(line -> !line.startsWith("#"))
        .map(line -> line.split("\\s+", -1))
        .filter(words -> words.length == 2)
        .forEach(words -> {
          String noawait = words[0].equals("interest-noawait") ? "/noawait" : "";
          if (words[0].startsWith("interest")) {
            interests.computeIfAbsent(words[1], t -> new ArrayList<>()).add(each.id() + noawait);
          }
        });
  }

  private void put(String name, String text) {
    put(name, text.getBytes(StandardCharsets.UTF_8), 0644);
  }

  private void put(String name, byte[] bytes, int mode) {
    Digest digest = Digest.sha256(bytes);
    contents.put(digest, ByteSource.of(bytes));
    builder.put(
        ROOT.resolve(name),
        new Inode.RegularFile(Meta.of(mode).withMtime(epoch), digest, bytes.length));
  }
}
