package io.microvisor.compose.initrd;

import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Versions;
import io.microvisor.compose.state.StateStore;
import io.microvisor.formats.kmod.ModuleIndex;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Composes an initrd from a configured root: nothing is run, nothing comes from elsewhere.
public final class InitrdComposer {
  /// Raised when the same root gives other files.
  public static final Versions VERSIONS = Versions.of("initrd files", 11, ModuleIndex.VERSIONS);

  private static final String SYSTEM = "usr/lib/systemd/system";
  private static final String RULES = "usr/lib/udev/rules.d/";
  private static final List<String> FOLDERS =
      List.of(
          "dev",
          "etc",
          "proc",
          "run",
          "sys",
          "sysroot",
          "tmp",
          "usr/bin",
          "usr/lib",
          "usr/lib64",
          "usr/sbin",
          "var");

  /// The quick digest comes first: the kernel checks the signatures of all further modules with it, and dm-verity takes the
  /// quickest that is there. A soft dependency that cannot be loaded is no error: then it is the portable one, which is built in.
  private static final String QUICK_DIGEST = "softdep dm_mod pre: sha256_ssse3\n";

  private static final Pattern GROUP = Pattern.compile("GROUP=\"([a-z_][a-z0-9_-]*)\"");

  private final FileTree root;
  private final InitrdSpec spec;
  private final TreeCopy copy;
  private final FileTree.Builder tree;

  private InitrdComposer(FileTree root, ContentSource contents, InitrdSpec spec) {
    this.root = root;
    this.spec = spec;
    tree = FileTree.builder();
    copy = new TreeCopy(root, contents, tree, spec.time());
  }

  /// Where modprobe(8) and udev read what the image says of modules: options, aliases, what not to load. All of it goes
  /// into the initrd, since what is loaded there is not loaded again.
  static final List<String> MODULE_SETTINGS =
      List.of("etc/modprobe.d", "usr/local/lib/modprobe.d", "usr/lib/modprobe.d");

  /// Composes an initrd.
  ///
  /// @param root a configured root with merged `/usr`, holding systemd, udev, kmod and, for their features, systemd-cryptsetup
  ///     (which brings veritysetup), systemd-repart and dmsetup
  /// @param index all modules of the kernel the spec names
  /// @throws IOException if the root lacks a program, library or module that is needed
  public static Initrd compose(
      FileTree root, ContentSource contents, ModuleIndex index, InitrdSpec spec)
      throws IOException {
    InitrdComposer composer = new InitrdComposer(root, contents, spec);
    composer.putSkeleton();
    InitrdUnits units = InitrdUnits.of(spec.features());
    composer.putPrograms(units);
    composer.putUnits(units.units());
    OwnUnits.put(composer.copy, spec);
    composer.putIdentity(units.rules());
    SortedSet<String> modules = new InitrdModules(root, contents, index).put(composer.copy, spec);
    FileTree finished = dated(composer.tree.build(), spec.time());
    return new Initrd(finished, composer.copy.contents(), modules, composer.copy.missing());
  }

  private void putSkeleton() {
    FOLDERS.forEach(folder -> tree.mkdirs(TreePath.of(folder)));
    tree.put("tmp", new Inode.Directory(Meta.of(01777)));
    for (String name : List.of("bin", "sbin", "lib", "lib64")) {
      copy.link(name, "usr/" + name);
    }
    copy.link("init", "usr/lib/systemd/systemd");
    copy.link("var/run", "/run");
  }

  private void putPrograms(InitrdUnits units) throws IOException {
    for (String program : units.programs()) {
      copy.copy(program);
    }
    for (String program : units.optional()) {
      copy.copyIfThere(program);
    }
    for (String rule : units.rules()) {
      copy.copyIfThere(RULES + rule);
    }
    for (String folder : MODULE_SETTINGS) {
      for (FileTree.Entry entry : root.children(TreePath.of(folder))) {
        putModuleSettings(entry);
      }
    }
    for (TreePath path : spec.extra()) {
      copy.copy(path.toString());
    }
  }

  /// Copies a file of settings. A link to nothing turns off those of its name in the folders behind, so it is kept.
  private void putModuleSettings(FileTree.Entry entry) throws IOException {
    if (!entry.path().name().endsWith(".conf")) {
      return;
    }
    if (!copy.copyIfThere(entry.path().toString()) && entry.inode() instanceof Inode.Symlink link) {
      copy.copyLink(entry.path(), link);
    }
  }

  /// Copies units, and of the links that pull units in those whose both ends are there.
  private void putUnits(SortedSet<String> units) throws IOException {
    for (String unit : units) {
      copy.copyIfThere(SYSTEM + "/" + unit);
    }
    for (FileTree.Entry folder : root.children(TreePath.of(SYSTEM))) {
      String name = folder.path().name();
      int dot = name.lastIndexOf('.');
      boolean pulls = name.endsWith(".wants") || name.endsWith(".requires");
      if (!pulls || !units.contains(name.substring(0, dot))) {
        continue;
      }
      for (FileTree.Entry entry : root.children(folder.path())) {
        if (entry.inode() instanceof Inode.Symlink link && units.contains(entry.path().name())) {
          copy.copyLink(entry.path(), link);
        }
      }
    }
  }

  /// What tells programs where they are and who is who: `initrd-release` makes systemd behave as an initrd's, the empty machine id
  /// keeps it from a first-boot setup of the initrd.
  private void putIdentity(List<String> rules) throws IOException {
    String release = copy.text("etc/os-release");
    copy.put("etc/initrd-release", release);
    copy.put("usr/lib/os-release", release);
    copy.link("etc/os-release", "../usr/lib/os-release");
    copy.put("etc/machine-id", "");
    copy.put("etc/passwd", "root:!:0:0:root:/root:/usr/sbin/nologin\n");
    copy.put("etc/group", groups(rules));
    copy.put("etc/modules-load.d/emt.conf", modulesToLoad());
    copy.put("usr/lib/modprobe.d/emt-initrd.conf", QUICK_DIGEST);
  }

  private String groups(List<String> rules) throws IOException {
    SortedSet<String> wanted = new TreeSet<>(List.of("root", "systemd-journal"));
    for (String rule : rules) {
      Matcher matcher = GROUP.matcher(copy.text(RULES + rule));
      while (matcher.find()) {
        wanted.add(matcher.group(1));
      }
    }
    StringBuilder groups = new StringBuilder();
    copy.text("etc/group")
        .lines()
        .map(line -> line.split(":", -1))
        .filter(fields -> fields.length >= 3 && wanted.contains(fields[0]))
        .forEach(fields -> groups.append(fields[0]).append(":x:").append(fields[2]).append(":\n"));
    return groups.toString();
  }

  /// Modules that are known to be needed, so that they load while devices are still being found.
  private String modulesToLoad() {
    StringBuilder names = new StringBuilder();
    if (spec.features().contains(InitrdSpec.Feature.VERITY)) {
      names.append("dm_verity\nerofs\n");
    }
    if (!(spec.state() instanceof StateStore.None)) {
      names.append("overlay\n");
    }
    return names.toString();
  }

  private static FileTree dated(FileTree tree, long time) {
    return tree.toBuilder()
        .replaceInodes(inode -> inode.withMeta(inode.meta().withMtime(time)))
        .build();
  }
}
