package io.microvisor.compose.rootfs;

import io.microvisor.compose.problem.Code;
import io.microvisor.compose.problem.Place;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.template.SystemConfig;
import io.microvisor.compose.template.VolatilePaths;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What the machine mounts where: the lines of fstab(5), mount and automount units (systemd.mount(5), systemd.automount(5)),
/// and what services have mounted for themselves (`BindPaths=`, `BindReadOnlyPaths=` and `TemporaryFileSystem=` of
/// systemd.exec(5)).
///
/// systemd makes a mount point that is missing, which a read-only root refuses; so the image has it already. Where
/// something is in the way, that is said when the image is built, and not by a machine that fails to boot.
final class MountPoints {
  private static final String FSTAB = "etc/fstab";
  private static final Set<String> TYPES =
      Set.of("mount", "automount", "service", "socket", "swap");
  private static final Pattern CONTINUED = Pattern.compile("\\\\\\n(?:[ \\t]*[#;].*\\n)*");
  private static final Pattern SETTING = Pattern.compile("\\s*([A-Za-z]+)\\s*=(.*)");
  private static final Pattern ESCAPED = Pattern.compile("\\\\x([0-9a-fA-F]{2})");
  private static final Pattern OCTAL = Pattern.compile("\\\\([0-7]{3})");

  /// What a machine may write to anyway.
  private static final List<String> WRITABLE = List.of("/var", "/home", "/root");

  /// A mount.
  ///
  /// @param at where, absolute, as it is written
  /// @param source what is bound there, absolute; empty if it is something else that is mounted
  /// @param subject what asks for it, for messages
  /// @param boot whether every boot does it
  private record Mount(String at, String source, String subject, Place place, boolean boot) {}

  /// A line of a unit or of a drop-in.
  private record Setting(String key, String value, Place place) {}

  private final RootEditor root;
  private final SystemConfig system;
  private final List<Problem> problems = new ArrayList<>();

  private MountPoints(RootEditor root, SystemConfig system) {
    this.root = root;
    this.system = system;
  }

  /// Makes the missing ones.
  ///
  /// @return a problem for each mount of every boot that has something else in its way
  static List<Problem> apply(RootEditor root, SystemConfig system) throws IOException {
    MountPoints points = new MountPoints(root, system);
    for (Mount mount : points.all()) {
      points.make(mount);
    }
    return points.problems;
  }

  /// What every boot mounts something over, links followed. A mount that may be missing without harm (`nofail`) is not among
  /// them.
  static Map<TreePath, String> covered(RootEditor root, SystemConfig system) throws IOException {
    Map<TreePath, String> covered = new TreeMap<>();
    for (Mount mount : new MountPoints(root, system).all()) {
      if (mount.boot()
          && !mount.subject().endsWith(".service")
          && root.wayThrough(mount.at()) instanceof PathResolution.Open(TreePath at)) {
        covered.putIfAbsent(at, mount.subject());
      }
    }
    return covered;
  }

  private List<Mount> all() throws IOException {
    List<Mount> mounts = new ArrayList<>();
    for (String line : root.text(FSTAB).orElse("").lines().toList()) {
      line(line.strip()).ifPresent(mounts::add);
    }
    mounts.addAll(units());
    return mounts;
  }

  private List<Mount> units() throws IOException {
    UnitSearch search = new UnitSearch(root);
    Set<String> started = StartedUnits.of(root);
    SortedSet<String> names = search.names();
    names.addAll(started);
    Map<UnitName, UnitSearch.Found.Unit> units = new LinkedHashMap<>();
    Set<UnitName> wanted = new HashSet<>();
    for (String each : names) {
      Optional<UnitName> name = UnitName.of(each).filter(one -> TYPES.contains(one.type()));
      if (name.isPresent()
          && search.find(name.get()) instanceof UnitSearch.Found.Unit found) { // not masked
        units.putIfAbsent(found.name(), found);
        if (started.contains(each)) {
          wanted.add(found.name());
        }
      }
    }
    List<Mount> mounts = new ArrayList<>();
    for (UnitSearch.Found.Unit unit : units.values()) {
      List<Setting> settings = new ArrayList<>();
      for (String file : search.files(unit)) {
        settings.addAll(settings(file));
      }
      mounts.addAll(mounts(unit, settings, wanted.contains(unit.name())));
    }
    return mounts;
  }

  private Optional<Mount> line(String line) {
    String[] fields = line.split("[ \\t]+", -1);
    if (line.startsWith("#") || fields.length < 3) {
      return Optional.empty();
    }
    String at = decoded(fields[1]);
    List<String> options = List.of((fields.length > 3 ? fields[3] : "").split(",", -1));
    if (!at.startsWith("/") || fields[2].equals("swap")) {
      return Optional.empty();
    }
    boolean bind = options.contains("bind") || options.contains("rbind");
    boolean boot = !options.contains("noauto") && !options.contains("nofail");
    return Optional.of(
        new Mount(at, bind ? decoded(fields[0]) : "", "/" + FSTAB, placeOf(FSTAB), boot));
  }

  /// A blank in a field is `\040`.
  private static String decoded(String field) {
    return OCTAL.matcher(field).replaceAll(match -> Matcher.quoteReplacement(character(match)));
  }

  private static String character(MatchResult octal) {
    return Character.toString(Integer.parseInt(octal.group(1), 8));
  }

  private List<Setting> settings(String file) throws IOException {
    Place place = placeOf(file);
    return CONTINUED
        .matcher(root.text(file).orElse(""))
        .replaceAll(" ")
        .lines()
        .map(SETTING::matcher)
        .filter(Matcher::matches)
        .map(line -> new Setting(line.group(1), line.group(2).strip(), place))
        .toList();
  }

  private List<Mount> mounts(UnitSearch.Found.Unit unit, List<Setting> settings, boolean wanted) {
    String name = unit.name().toString();
    List<Mount> mounts = new ArrayList<>();
    if (name.endsWith("mount")) {
      List<String> options = last(settings, "Options").flatMap(MountPoints::byComma).toList();
      boolean bind = options.contains("bind") || options.contains("rbind");
      String source = bind ? last(settings, "What").findFirst().orElse("") : "";
      boolean boot = wanted && !options.contains("nofail");
      settings.stream()
          .filter(setting -> setting.key().equals("Where"))
          .reduce((_, later) -> later)
          .or(() -> Optional.of(new Setting("Where", pathIn(unit.name()), placeOf(unit.path()))))
          .ifPresent(at -> mounts.add(new Mount(at.value(), source, name, at.place(), boot)));
    }
    boolean boot = wanted && name.endsWith(".service");
    List<Mount> bound = new ArrayList<>();
    List<Mount> temporary = new ArrayList<>();
    for (Setting setting : settings) {
      // An empty value takes back what was said before it.
      switch (setting.key()) {
        case "BindPaths", "BindReadOnlyPaths" -> {
          if (setting.value().isEmpty()) {
            bound.clear();
          }
          byBlank(setting.value())
              .map(pair -> pair.split(":", 3))
              .filter(pair -> !pair[0].startsWith("-"))
              .map(pair ->
                  new Mount(
                      pair[Math.min(1, pair.length - 1)], pair[0], name, setting.place(), boot))
              .forEach(bound::add);
        }
        case "TemporaryFileSystem" -> {
          if (setting.value().isEmpty()) {
            temporary.clear();
          }
          byBlank(setting.value())
              .map(each -> new Mount(each.split(":", 2)[0], "", name, setting.place(), boot))
              .forEach(temporary::add);
        }
        default -> {
          // Mounts nothing.
        }
      }
    }
    mounts.addAll(bound);
    mounts.addAll(temporary);
    return mounts;
  }

  private static Stream<String> last(List<Setting> settings, String key) {
    return settings.stream()
        .filter(setting -> setting.key().equals(key))
        .map(Setting::value)
        .reduce((_, later) -> later)
        .stream();
  }

  /// The path that a unit's name stands for (systemd.unit(5), "STRING ESCAPING FOR INCLUSION IN UNIT NAMES").
  private static String pathIn(UnitName unit) {
    String escaped = unit.prefix().equals("-") ? "" : unit.prefix().replace('-', '/');
    return "/"
        + ESCAPED
            .matcher(escaped)
            .replaceAll(match ->
                Matcher.quoteReplacement(Character.toString(Integer.parseInt(match.group(1), 16))));
  }

  private static Stream<String> byComma(String value) {
    return Arrays.stream(value.split(",", -1)).map(String::strip);
  }

  private static Stream<String> byBlank(String value) {
    return Arrays.stream(value.strip().split("\\s+", -1)).filter(word -> !word.isEmpty());
  }

  private Place placeOf(String file) {
    String path = "/" + file;
    Stream<Place> units =
        system.services().units().stream()
            .filter(unit -> unit.path().equals(path))
            .map(unit -> unit.place());
    return Stream.concat(
            system.files().stream().filter(each -> each.path().equals(path)).map(e -> e.place()),
            units)
        .findFirst()
        .orElse(system.place());
  }

  private void make(Mount mount) {
    String path = mount.at();
    // What a specifier stands for shows only when the unit starts.
    if (!path.startsWith("/") || path.contains("%") || path.contains("/../")) {
      return;
    }
    switch (root.wayThrough(path)) {
      case PathResolution.Open(TreePath at) -> make(mount, at);
      case PathResolution.Blocked(TreePath _, TreePath by) ->
          refuse(mount, by.absolute() + " is a file", "folders on the way");
      case PathResolution.Circle(TreePath link) ->
          refuse(mount, "the links at " + link.absolute() + " lead in a circle", "another path");
    }
  }

  private void make(Mount mount, TreePath at) {
    Optional<Inode> there = root.find(at.absolute());
    if (there.isEmpty()) {
      if (!isWritable(at)) {
        put(at, isFile(mount.source()));
      }
    } else if (mount.source().isEmpty() && !(there.get() instanceof Inode.Directory)) {
      refuse(mount, "it is not a folder", "a folder, or nothing yet");
    }
  }

  private void put(TreePath at, boolean file) {
    if (file) {
      root.write(at.absolute(), 0644, "");
    } else {
      root.directory(at.absolute(), Meta.of(0755));
    }
  }

  private boolean isFile(String source) {
    return source.startsWith("/")
        && root.wayThrough(source) instanceof PathResolution.Open(TreePath at)
        && root.find(at.absolute()).orElse(null) instanceof Inode.RegularFile;
  }

  /// Whether the machine can make it: in memory, on the state, or in a folder that keeps its changes.
  private boolean isWritable(TreePath at) {
    String path = at.absolute();
    return VolatilePaths.covers(path)
        || WRITABLE.stream().anyMatch(folder -> at.startsWith(TreePath.of(folder)))
        || system.persistence().paths().stream().anyMatch(kept -> kept.covers(path));
  }

  private void refuse(Mount mount, String what, String expected) {
    if (mount.boot()) {
      problems.add(
          Problem.of(
              Code.NO_PLACE,
              mount.place(),
              "%s: nothing can be mounted on %s: %s (expected: %s)"
                  .formatted(mount.subject(), mount.at(), what, expected)));
    }
  }
}
