package io.microvisor.compose.rootfs;

import io.microvisor.compose.problem.Code;
import io.microvisor.compose.problem.Place;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.state.EtcChanges;
import io.microvisor.compose.state.FactoryReset;
import io.microvisor.compose.state.KeptFolder;
import io.microvisor.compose.state.LayoutDefinitions;
import io.microvisor.compose.state.StateStore;
import io.microvisor.compose.template.LayoutEnv;
import io.microvisor.compose.template.Persistence;
import io.microvisor.compose.template.Persistence.KeptPath;
import io.microvisor.compose.template.Persistence.Owner;
import io.microvisor.compose.template.Persistence.Seed;
import io.microvisor.compose.template.Template;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/// What an image brings for a machine that keeps state: the definitions of its partitions, the mount units of folders that are
/// kept, who owns what, what asks for a factory reset, and what tells of differences in `/etc`. The initrd does the rest: it mounts
/// the state, and `/var` and `/etc` from there.
final class StatefulRoot {
  private static final String UNITS = UnitLinks.PACKAGED;
  private static final String FOLDERS = "usr/lib/emt/folders.conf";
  private static final List<String> WITH_VAR = List.of("/var", "/home", "/root");

  /// What joins extensions to the image, and where a machine's own lie.
  private record Extension(String unit, String folder) {}

  private static final List<Extension> EXTENSIONS =
      List.of(
          new Extension("systemd-sysext.service", "var/lib/extensions"),
          new Extension("systemd-confext.service", "var/lib/confexts"));

  private static final String FOLDERS_SERVICE =
      """
      [Unit]
      Description=Kept folders on the state
      DefaultDependencies=no
      Conflicts=shutdown.target
      Before=local-fs.target shutdown.target

      [Service]
      Type=oneshot
      RemainAfterExit=yes
      ExecStart=systemd-tmpfiles --create /usr/lib/emt/folders.conf
      """;

  private static final String RESET = "emt-factory-reset.service";

  /// Asks for it and restarts; the initrd does it.
  private static final String RESET_SERVICE =
      """
      [Unit]
      Description=Factory reset: restart and forget the state
      Documentation=man:systemd.special(7)
      SuccessAction=reboot

      [Service]
      Type=oneshot
      ExecStart=-chattr -f -i %1$s
      ExecStart=rm -f %1$s
      ExecStart=dd status=none if=/%2$s of=%1$s
      """
          .formatted(FactoryReset.VARIABLE, FactoryReset.REQUEST);

  private final RootEditor root;
  private final Template template;
  private final List<Problem> problems = new ArrayList<>();

  private StatefulRoot(RootEditor root, Template template) {
    this.root = root;
    this.template = template;
  }

  /// Adds all of it, where the template asks for state.
  ///
  /// @return one problem for each kept path that does not fit what is in the image
  static List<Problem> apply(RootEditor root, Template template) throws IOException {
    StatefulRoot stateful = new StatefulRoot(root, template);
    switch (template.system().persistence().state()) {
      case NONE -> {}
      case EXT4 -> stateful.apply();
    }
    return List.copyOf(stateful.problems);
  }

  private void apply() throws IOException {
    LayoutDefinitions.of(template.diskLayout())
        .forEach((name, text) -> root.write(LayoutDefinitions.FOLDER + name, 0644, text));
    // The initrd has done what there is to do.
    new UnitLinks(root).mask("systemd-repart.service");
    root.write(FactoryReset.REQUEST, 0644, FactoryReset.REQUEST_TEXT);
    root.write(UNITS + RESET, 0644, RESET_SERVICE);
    root.symlink(UNITS + "factory-reset.target.requires/" + RESET, "../" + RESET);
    switch (template.system().persistence().layout()) {
      case Persistence.OwnLayout _ -> keep(paths());
      case LayoutEnv layout -> follow(layout);
    }
  }

  /// What EMT's reader needs; paths that the image lacks it passes by.
  private void follow(LayoutEnv layout) {
    for (List<String> paths : List.of(layout.overlays(), layout.binds())) {
      for (String path : paths) {
        followTo(path);
      }
    }
    layout.overlays().stream().filter(this::isNoFolder).forEach(this::refuseAsOverlay);
    if (isNoFolder(layout.mountPoint())) {
      add(layout.mountPoint(), "is not a folder in the image", "one, or nothing there");
    } else if (!root.exists(layout.mountPoint())) {
      root.directory(layout.mountPoint(), Meta.of(0755));
    }
    root.write("etc/layout.env", 0644, layout.text());
    if (layout.binds().contains("/etc/machine-id")) {
      // A file that is mounted is taken for one in memory that is to be written to disk.
      new UnitLinks(root).mask("systemd-machine-id-commit.service");
    }
  }

  private void followTo(String path) {
    switch (root.wayTo(path)) {
      case PathResolution.Open(TreePath at) -> {
        if (!at.absolute().equals(path)) {
          add(path, "is reached through a link", at.absolute());
        } else {
          foreignFolder(path)
              .ifPresent(foreign ->
                  add(path, "lies in a folder of a user's, who could lead it elsewhere", foreign));
        }
      }
      case PathResolution.Blocked(TreePath _, TreePath by) ->
          add(path, by.absolute() + " is a file in the image", "folders on the way");
      case PathResolution.Circle(TreePath link) ->
          add(path, "the links at " + link.absolute() + " lead in a circle", "another path");
    }
  }

  private boolean isNoFolder(String path) {
    return root.wayTo(path) instanceof PathResolution.Open
        && root.find(path).filter(inode -> !(inode instanceof Inode.Directory)).isPresent();
  }

  private void refuseAsOverlay(String path) {
    add(path, "is not a folder in the image", "a folder in " + LayoutEnv.OVERLAYS);
  }

  private void add(String path, String what, String expected) {
    problems.add(
        Problem.of(
            Code.BAD_LAYOUT_ENV,
            template.system().persistence().place(),
            "layoutEnv: " + path + ": " + what + " (expected: " + expected + ")"));
  }

  /// The first folder above a path that is not root's: what is mounted below would go where its owner's links lead.
  private Optional<String> foreignFolder(String path) {
    for (int end = path.indexOf('/', 1); end > 0; end = path.indexOf('/', end + 1)) {
      String above = path.substring(0, end);
      String moved = above.startsWith("/home/") ? "/var" + above : above;
      if (Stream.of(above, moved)
          .flatMap(each -> root.find(each).stream())
          .anyMatch(inode -> inode.meta().uid() != 0)) {
        return Optional.of(above);
      }
    }
    return Optional.empty();
  }

  private void keep(List<KeptPath> paths) throws IOException {
    paths.forEach(this::check);
    if (!problems.isEmpty()) {
      return;
    }
    List<KeptPath> folders = paths.stream().filter(StatefulRoot::needsMount).toList();
    if (!folders.isEmpty()) {
      mount(folders);
    }
    own(paths);
    tellChanges();
    mergeExtensions();
  }

  /// The differences between the machine's `/etc` and the image's.
  private void tellChanges() {
    SortedMap<String, String> files = EtcChanges.files(StateStore.keptEtc(paths()));
    files.forEach((path, text) -> root.write(path, 0644, text));
    if (!files.isEmpty()) {
      root.symlink(UNITS + "multi-user.target.wants/" + EtcChanges.UNIT, "../" + EtcChanges.UNIT);
    }
  }

  /// systemd's extensions, in their folders on `/var`: they join `/usr`, `/opt` and `/etc` as soon as the state is mounted.
  private void mergeExtensions() throws IOException {
    UnitLinks units = new UnitLinks(root);
    for (Extension each : EXTENSIONS) {
      if (units.exists(each.unit()) && !isDisabled(each.unit())) {
        List<String> _ = units.enable(each.unit()); // It may be masked.
        root.directory(each.folder(), Meta.of(0755));
      }
    }
  }

  private boolean isDisabled(String unit) {
    return template.system().services().disable().stream()
        .anyMatch(each -> UnitLinks.fullName(each.name()).equals(unit));
  }

  private List<KeptPath> paths() {
    return template.system().persistence().paths();
  }

  private static boolean isBelow(KeptPath kept, List<String> folders) {
    return folders.stream().anyMatch(kept::isBelow);
  }

  private static boolean isEtc(KeptPath kept) {
    return kept.path().equals("/etc") || kept.isBelow("/etc");
  }

  private static boolean needsMount(KeptPath kept) {
    return !isEtc(kept) && !isBelow(kept, WITH_VAR);
  }

  private void check(KeptPath kept) {
    switch (root.wayTo(kept.path())) {
      case PathResolution.Open(TreePath real) -> check(kept, real);
      case PathResolution.Blocked(TreePath _, TreePath by) ->
          add(kept, by.absolute() + " is a file in the image", "folders on the way");
      case PathResolution.Circle(TreePath link) ->
          add(kept, "the links at " + link.absolute() + " lead in a circle", "another path");
    }
  }

  private void check(KeptPath kept, TreePath real) {
    String path = kept.path();
    Optional<Inode> found = root.find(path);
    if (!real.absolute().equals(path)) {
      add(kept, "is reached through a link", real.absolute());
    } else if (kept.seed() == Seed.IMAGE && found.isEmpty()) {
      problems.add(
          problem(
              kept,
              "is not in the image",
              "a path that is",
              "check its spelling; with seed: none the machine may make it"));
    } else if (kept.seed() == Seed.NONE && found.isPresent() && !isEmptyFolder(path)) {
      add(kept, "is in the image", "seed: image, or an image without it");
    } else if (needsMount(kept) && found.isPresent() && !(found.get() instanceof Inode.Directory)) {
      add(kept, "is not a folder", "below /etc anything, elsewhere a folder");
    }
  }

  private boolean isEmptyFolder(String path) {
    return root.find(path).filter(Inode.Directory.class::isInstance).isPresent()
        && root.isEmpty(path);
  }

  private void add(KeptPath kept, String what, String expected) {
    problems.add(problem(kept, what, expected));
  }

  private static Problem problem(KeptPath kept, String what, String expected, String... advice) {
    Place place = kept.place();
    return Problem.of(
        Code.NOT_KEPT,
        place,
        "path: " + kept.path() + ": " + what + " (expected: " + expected + ")",
        advice);
  }

  /// Makes the mount points, the units on them, and the list of their folders on the state.
  private void mount(List<KeptPath> folders) {
    TreeSet<String> lines = new TreeSet<>();
    lines.add("d " + StateStore.FOLDERS + " 0700 root root -");
    for (KeptPath kept : folders) {
      KeptFolder folder = new KeptFolder(kept.path());
      if (!root.exists(kept.path())) {
        root.directory(kept.path(), Meta.of(0755));
      }
      boolean seeded = !isEmptyFolder(kept.path());
      Meta meta = root.find(kept.path()).map(Inode::meta).orElse(Meta.of(0755));
      lines.add("d " + folder.folder() + " 0700 root root -");
      // A colon: only when it is made, so that what the machine changed stays.
      lines.add(
          String.format(
              Locale.ROOT,
              "d %s :%04o :%d :%d -",
              folder.upper(),
              meta.mode() & 07777,
              meta.uid(),
              meta.gid()));
      if (seeded) {
        lines.add("d " + folder.work() + " 0700 root root -");
      }
      root.write(UNITS + folder.unit(), 0644, folder.mount(seeded));
      root.symlink(UNITS + "local-fs.target.requires/" + folder.unit(), "../" + folder.unit());
    }
    root.write(FOLDERS, 0644, String.join("\n", lines) + "\n");
    root.write(UNITS + "emt-folders.service", 0644, FOLDERS_SERVICE);
  }

  /// Owners and modes, at every boot, by systemd-tmpfiles; and what the machine has to make below `/var`, `/home` and `/root`.
  private void own(List<KeptPath> paths) {
    StringBuilder lines = new StringBuilder();
    for (KeptPath kept : paths) {
      Owner owner = kept.owner();
      boolean made = kept.seed() == Seed.NONE && isBelow(kept, WITH_VAR);
      if (made || !owner.equals(Owner.UNCHANGED)) {
        lines
            .append(made ? "d " : "z ")
            .append(kept.path())
            .append(' ')
            .append(owner.mode())
            .append(' ')
            .append(owner.user())
            .append(' ')
            .append(owner.group())
            .append(made ? " -\n" : "\n");
      }
    }
    if (!lines.isEmpty()) {
      root.write("usr/lib/tmpfiles.d/emt-kept.conf", 0644, lines.toString());
    }
  }
}
