package io.microvisor.packages.install;

import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Versions;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// What has to be done in configured packages when files are added to them: the file triggers that packages have an interest
/// in (dpkg's doc/triggers.txt), and what in Debian is no file trigger, because packages with such files do it themselves.
///
/// Each is a line for `follow.sh`, which says what they are.
public final class Consequences {
  /// Raised when other files have consequences, or others.
  public static final Versions VERSIONS = Versions.of("consequences", 1);

  /// Of a file that has to be there when the composer makes something of its kind (udev's hardware database), which no
  /// program does then.
  static final String MADE_ELSEWHERE = "made elsewhere";

  /// Below `/usr`, or below a link of a merged `/usr`.
  private static final Pattern IN_USR = Pattern.compile("(usr|bin|sbin|lib|lib32|lib64|libx32)/.+");

  private static final Pattern COMPOSED =
      Pattern.compile("(etc|usr/lib)/udev/hwdb\\.d/[^/]+\\.hwdb");

  private static final TreePath INTERESTS = TreePath.of("var/lib/dpkg/triggers/File");
  private static final int LARGEST = 16 << 20;

  /// What is done for files of a form.
  ///
  /// @param file says whether the file is an argument of it
  private record Rule(Pattern path, String verb, boolean file) {
    Rule(String path, String verb, boolean file) {
      this(Pattern.compile(path), verb, file);
    }
  }

  private static final List<Rule> RULES =
      List.of(
          new Rule("(etc|usr/local/lib|usr/lib)/sysusers\\.d/[^/\\s]+\\.conf", "sysusers", true),
          new Rule("(etc|usr/local/lib|usr/lib)/tmpfiles\\.d/[^/\\s]+\\.conf", "tmpfiles", true),
          new Rule("etc/ld\\.so\\.conf(\\.d/.+)?|.+/[^/]+\\.so(\\.[^/]+)?", "ldconfig", false),
          new Rule(
              "etc/ca-certificates(\\.conf|/.+)|usr/(local/)?share/ca-certificates/.+",
              "certificates",
              false),
          new Rule("etc/locale\\.gen|usr/(local/)?share/i18n/.+", "locales", false),
          new Rule("usr/share/pam-configs/.+", "pam", false));

  /// A path below which files matter to some package.
  ///
  /// @param written as the package spells it
  /// @param real without links
  private record Interest(String written, TreePath real) {}

  private final FileTree tree;
  private final List<Interest> interests = new ArrayList<>();

  private Consequences(FileTree tree) {
    this.tree = tree;
  }

  /// Whether something may follow from a file at `path`, whatever the packages are: for most files nothing does, and nobody
  /// needs to look. Packages have an interest in paths below `/usr` alone, but for a few that only reload a service.
  public static boolean isPossible(TreePath path) {
    String text = path.toString();
    return IN_USR.matcher(text).matches()
        || COMPOSED.matcher(text).matches()
        || RULES.stream().anyMatch(rule -> rule.path().matcher(text).matches());
  }

  /// Those that files may have in a tree of configured packages.
  public static Consequences in(FileTree configured, ContentSource contents) throws IOException {
    Consequences consequences = new Consequences(configured);
    if (configured.find(INTERESTS).orElse(null) instanceof Inode.RegularFile file) {
      String text =
          new String(contents.open(file.content()).readAll(LARGEST), StandardCharsets.UTF_8);
      for (String line : text.lines().toList()) {
        String path = line.replaceFirst("\\s.*", "");
        if (path.startsWith("/") && !path.contains("/../")) {
          consequences.interests.add(new Interest(path, consequences.real(TreePath.of(path))));
        }
      }
    }
    return consequences;
  }

  /// Where `path` is or would be when links of folders are followed.
  public TreePath real(TreePath path) {
    if (path.isRoot()) {
      return path;
    }
    TreePath here = real(path.parent()).resolve(path.name());
    return tree.entry(here).map(FileTree.Entry::inode).orElse(null) instanceof Inode.Symlink
        ? tree.resolve(here).map(FileTree.Entry::path).orElse(here)
        : here;
  }

  private boolean fits(TreePath file) {
    for (TreePath folder = file.parent(); !folder.isRoot(); folder = folder.parent()) {
      Optional<Inode> there = tree.find(folder);
      if (there.isPresent() && !(there.get() instanceof Inode.Directory)) {
        return false;
      }
    }
    return !(tree.find(file).orElse(null) instanceof Inode.Directory);
  }

  /// What follows from a file at `path`, which may lead through links; nothing where no file can be.
  public SortedSet<String> of(TreePath path) {
    TreePath real = path.isRoot() ? path : real(path.parent()).resolve(path.name());
    if (!fits(real)) {
      return new TreeSet<>();
    }
    if (COMPOSED.matcher(real.toString()).matches()) {
      return new TreeSet<>(List.of(MADE_ELSEWHERE));
    }
    SortedSet<String> lines = new TreeSet<>();
    for (Rule rule : RULES) {
      if (rule.path().matcher(real.toString()).matches()) {
        lines.add(rule.verb() + (rule.file() ? " " + real.absolute() : ""));
      }
    }
    for (Interest interest : interests) {
      if (real.startsWith(interest.real())) {
        lines.add("trigger " + interest.written());
      }
    }
    return lines;
  }
}
