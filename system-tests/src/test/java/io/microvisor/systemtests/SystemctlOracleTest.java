package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ContentSource;
import io.microvisor.compose.rootfs.RootEditor;
import io.microvisor.compose.rootfs.UnitLinks;
import io.microvisor.compose.rootfs.UnitPresets;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Our links of systemd units are those that `systemctl --root` makes and leaves, path by path, for units of all kinds in
/// all states that a seed brings about.
class SystemctlOracleTest {
  private static final int CASES = 200;
  private static final long SEED = 20250830;
  private static final String SYSTEM = "etc/systemd/system";
  private static final List<String> FOLDERS =
      List.of(SYSTEM + "/", "usr/local/lib/systemd/system/", "usr/lib/systemd/system/");

  /// Units that cases have, and a few that they never have.
  private static final List<String> UNITS =
      List.of(
          "a.service",
          "b.service",
          "b-c.socket",
          "d.timer",
          "e.target",
          "t@.service",
          "t@one.service",
          "t@vpn.example.com.service",
          "t-u@.socket",
          "t-u@x@y.socket",
          "n.service",
          "n@.service",
          "n@one.service",
          "l.service",
          "missing.service",
          "missing@x.service");

  private static final List<String> PULLING =
      List.of(
          "multi-user.target",
          "e.target",
          "%p-%i.target",
          "x@%i.service",
          "x@.service",
          "%j.target",
          "%N.path",
          "%n",
          "x-%i-%%.target",
          "graphical.target");

  /// Each unit has its own, for which of two gets one name is a matter of chance.
  private static final List<String> ALIASES =
      List.of(
          "z%p.service",
          "z%p.socket",
          "z%p.timer",
          "z%p@.service",
          "z%p@%i.service",
          "z%p@%i.socket",
          "m.target.wants/%n",
          "m@.target.wants/%n",
          "%n");

  /// Where we do what systemctl does not: links in /etc are followed, unit files there can be masked, and an instance that is
  /// masked keeps no preset from enabling the others.
  private static final List<String> REFUSALS =
      List.of(
          "Refusing to operate on linked unit file",
          "Refusing to operate on alias name",
          "Failed to enable auxiliary unit l.service",
          "Failed to preset unit: Unit /",
          "already exists");

  @TempDir Path folder;

  @Test
  void systemctlMakesAndLeavesTheSameLinks() throws IOException, InterruptedException {
    Random random = new Random(SEED);
    List<Case> cases = new ArrayList<>();
    StringBuilder script = new StringBuilder();
    for (int i = 0; i < CASES; i++) {
      Case next = new Case(random);
      Path root = Files.createDirectories(folder.resolve(i + "/root"));
      next.write(root);
      cases.add(next);
      for (String operation : next.operations) {
        script.append(
            "systemctl --root=$PWD/%d/root %s >>%d/said 2>&1 || true\n".formatted(i, operation, i));
      }
    }
    Oracles.open().succeed(folder, script.toString());

    List<String> differences = new ArrayList<>();
    int refused = 0;
    for (int i = 0; i < CASES; i++) {
      String said = Files.readString(folder.resolve(i + "/said"));
      if (REFUSALS.stream().anyMatch(said::contains)) {
        refused++;
        continue;
      }
      SortedMap<String, String> expected = links(folder.resolve(i + "/root"));
      SortedMap<String, String> found = cases.get(i).links();
      for (String difference : TreeListing.differences(expected, found)) {
        differences.add("case " + i + ", " + difference + "\n  " + cases.get(i) + "\n  " + said);
      }
    }

    assertThat(differences).isEmpty();
    assertThat(refused).isLessThan(CASES / 3);
  }

  private static SortedMap<String, String> links(Path root) throws IOException {
    SortedMap<String, String> links = new TreeMap<>();
    try (Stream<Path> all = Files.walk(root.resolve(SYSTEM))) {
      for (Path path : (Iterable<Path>) all::iterator) {
        if (Files.isSymbolicLink(path)) {
          links.put(root.relativize(path).toString(), Files.readSymbolicLink(path).toString());
        } else if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
          links.put(root.relativize(path).toString(), "directory");
        }
      }
    }
    return links;
  }

  /// A root with units, and what is asked of systemctl, one after the other.
  private static final class Case {
    private final Random random;
    private final SortedMap<String, String> files = new TreeMap<>();
    private final SortedMap<String, String> symlinks = new TreeMap<>();
    private final List<String> operations = new ArrayList<>();

    Case(Random random) {
      this.random = random;
      files.put("usr/lib/os-release", "ID=debian\n");
      for (String unit : UNITS) {
        if (!unit.startsWith("missing") && chance(70)) {
          unit(unit);
        }
      }
      if (chance(30)) {
        presets();
        operations.add("preset-all");
      }
      int count = 1 + random.nextInt(4);
      for (int i = 0; i < count; i++) {
        operations.add(
            pick(List.of("enable ", "enable ", "disable ", "--force mask ")) + pick(UNITS));
      }
    }

    private boolean chance(int percent) {
      return random.nextInt(100) < percent;
    }

    private String pick(List<String> texts) {
      return texts.get(random.nextInt(texts.size()));
    }

    private String some(List<String> texts) {
      StringBuilder some = new StringBuilder(pick(texts));
      while (chance(40)) {
        some.append(' ').append(pick(texts));
      }
      return some.toString();
    }

    private void unit(String unit) {
      String place = pick(FOLDERS) + unit;
      if (unit.startsWith("n")) {
        // A nickname of a package's, most often.
        String target = unit.contains("@") ? "t@.service" : "a.service";
        if (files.keySet().stream().anyMatch(path -> path.endsWith("/" + target))) {
          symlinks.put(pick(FOLDERS.subList(1, 3)) + unit, target);
        }
      } else if (unit.startsWith("l")) {
        files.put("opt/l.service", install());
        symlinks.put(SYSTEM + "/" + unit, "/opt/l.service");
      } else if (chance(5)) {
        symlinks.put(place, "/dev/null");
      } else if (chance(3)) {
        files.put(place, "");
      } else {
        files.put(place, install());
      }
      while (!unit.startsWith("n") && chance(20)) {
        files.put(pick(FOLDERS) + unit + ".d/" + pick(List.of("1.conf", "2.conf", "x")), install());
      }
    }

    private String install() {
      StringBuilder text = new StringBuilder("[Unit]\nWantedBy=no.target\n[Install]\n");
      while (chance(75)) {
        text.append(
            switch (random.nextInt(8)) {
              case 0, 1 -> "WantedBy=" + some(PULLING);
              case 2 -> "RequiredBy = " + some(PULLING);
              case 3 -> "UpheldBy=" + some(PULLING);
              case 4 -> "Alias=" + some(ALIASES);
              case 5 -> "Also=" + some(UNITS);
              case 6 -> "DefaultInstance=" + pick(List.of("one", "%p", "two.x", ""));
              default ->
                  pick(
                      List.of(
                          "WantedBy=",
                          "Alias=",
                          "Also=",
                          "# Alias=no",
                          "WantedBy=a.target \\\n;x\n b.target"));
            });
        text.append('\n');
      }
      return chance(20) ? text + "[Service]\nAlias=no.service\n" : text.toString();
    }

    private void presets() {
      for (String name : List.of("10-x.preset", "20-y.preset", "99-rest.preset")) {
        StringBuilder text = new StringBuilder("# Presets.\n\n");
        while (chance(70)) {
          String pattern =
              pick(
                  List.of(
                      "a.service",
                      "[ab]*",
                      "t*",
                      "?.timer",
                      "t@.service one two",
                      "t@one.service",
                      "*.socket"));
          boolean instances = pattern.contains(" ");
          text.append(instances ? "enable" : pick(List.of("enable", "disable", "ignore")));
          text.append(' ').append(pattern).append('\n');
        }
        text.append(name.startsWith("99") ? pick(List.of("enable *\n", "disable *\n")) : "");
        files.put(
            pick(List.of("etc/systemd/system-preset/", "usr/lib/systemd/system-preset/")) + name,
            text.toString());
      }
    }

    void write(Path root) throws IOException {
      Files.createDirectories(root.resolve(SYSTEM));
      for (Map.Entry<String, String> file : files.entrySet()) {
        Path path = root.resolve(file.getKey());
        Files.createDirectories(path.getParent());
        Files.writeString(path, file.getValue());
      }
      for (Map.Entry<String, String> link : symlinks.entrySet()) {
        Path path = root.resolve(link.getKey());
        Files.createDirectories(path.getParent());
        Files.createSymbolicLink(path, Path.of(link.getValue()));
      }
    }

    SortedMap<String, String> links() throws IOException {
      FileTree empty = FileTree.builder().mkdirs(TreePath.of(SYSTEM)).build();
      RootEditor root = new RootEditor(empty, ContentSource.of(Map.of()), 0);
      files.forEach((path, text) -> root.write(path, 0644, text));
      symlinks.forEach(root::symlink);
      UnitLinks units = new UnitLinks(root);
      for (String operation : operations) {
        String unit = operation.substring(operation.lastIndexOf(' ') + 1);
        switch (operation.substring(0, operation.lastIndexOf(' ') + 1)) {
          case "enable " -> units.enable(unit);
          case "disable " -> units.disable(unit);
          case "--force mask " -> units.mask(unit);
          default -> new UnitPresets(root, units).apply(_ -> true);
        }
      }
      SortedMap<String, String> links = new TreeMap<>();
      root.tree()
          .below(TreePath.of(SYSTEM))
          .forEach(entry -> {
            if (entry.inode() instanceof Inode.Symlink link) {
              links.put(entry.path().toString(), link.target());
            } else if (entry.inode() instanceof Inode.Directory) {
              links.put(entry.path().toString(), "directory");
            }
          });
      return links;
    }

    @Override
    public String toString() {
      return operations + "\n  " + symlinks + "\n  " + files;
    }
  }
}
