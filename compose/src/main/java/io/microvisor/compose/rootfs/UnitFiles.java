package io.microvisor.compose.rootfs;

import io.microvisor.formats.tree.FileView;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/// systemd's unit files in a root that does not run (systemd.unit(5)).
public final class UnitFiles {
  private static final List<String> FOLDERS =
      UnitSearch.FOLDERS.stream().map(folder -> folder.replaceFirst("/$", "")).toList();
  private static final List<String> PULLING =
      List.of("Wants=", "Requires=", "BindsTo=", "Upholds=");
  private static final int MOST_UNITS = 5000;
  private static final int LARGEST_UNIT = 1 << 20;

  private final FileView root;

  /// The units in `root`.
  public UnitFiles(FileView root) {
    this.root = root;
  }

  /// The unit that a machine boots into; empty if none is set.
  public String defaultTarget() throws IOException {
    for (String folder : FOLDERS) {
      Optional<FileView.Seen> found = root.find(TreePath.of(folder + "/default.target"));
      if (found.isPresent()) {
        return found.get() instanceof FileView.Seen.Other(TreePath _, Inode.Symlink link)
            ? link.target().substring(link.target().lastIndexOf('/') + 1)
            : "default.target";
      }
    }
    return "";
  }

  /// All units that starting `unit` pulls in by files and links, itself included; and what every service needs
  /// (`sysinit.target`, `basic.target`). Units that are masked or not there are left out, generators' units unknown.
  public SortedSet<String> pulledInBy(String unit) throws IOException {
    SortedSet<String> pulled = new TreeSet<>();
    Deque<String> open = new ArrayDeque<>(List.of(unit, "basic.target", "sysinit.target"));
    while (!open.isEmpty() && pulled.size() < MOST_UNITS) {
      String name = open.pop();
      if (pulled.contains(name)) {
        continue;
      }
      Optional<String> text = text(name);
      if (text.isPresent()) {
        pulled.add(name);
        open.addAll(dependencies(name, text.get()));
      }
    }
    return pulled;
  }

  /// Whether there is a file or a link of this name.
  public boolean has(String name) throws IOException {
    for (String folder : FOLDERS) {
      if (root.find(TreePath.of(folder + "/" + name)).isPresent()) {
        return true;
      }
    }
    return false;
  }

  /// The unit's own text with its drop-ins; empty if there is none or it is masked.
  public Optional<String> text(String name) throws IOException {
    Optional<FileView.Seen.File> file = Optional.empty();
    for (String candidate : List.of(name, template(name))) {
      for (String folder : FOLDERS) {
        if (file.isEmpty() && root.find(TreePath.of(folder)).isPresent()) {
          Optional<FileView.Seen> found = root.find(TreePath.of(folder + "/" + candidate));
          if (found.isPresent()) {
            Optional<FileView.Seen> real = root.resolve(folder + "/" + candidate);
            if (real.isEmpty() || !(real.get() instanceof FileView.Seen.File unit)) {
              return Optional.empty();
            }
            file = Optional.of(unit);
          }
        }
      }
    }
    if (file.isEmpty() || file.get().content().size() == 0) {
      return Optional.empty();
    }
    StringBuilder text = new StringBuilder(read(file.get()));
    for (String candidate : List.of(template(name), name)) {
      for (FileView.Seen each : inAll(candidate + ".d")) {
        if (each instanceof FileView.Seen.File part && each.path().name().endsWith(".conf")) {
          text.append('\n').append(read(part));
        }
      }
    }
    return Optional.of(text.toString());
  }

  private static String read(FileView.Seen.File file) throws IOException {
    return new String(file.content().readAll(LARGEST_UNIT), StandardCharsets.UTF_8);
  }

  private static String template(String name) {
    return name.replaceFirst("@[^.]*\\.", "@.");
  }

  private List<FileView.Seen> inAll(String below) throws IOException {
    List<FileView.Seen> all = new ArrayList<>();
    for (String folder : FOLDERS.reversed()) {
      all.addAll(root.list(TreePath.of(folder + "/" + below)));
    }
    return all;
  }

  private List<String> dependencies(String name, String text) throws IOException {
    List<String> names = new ArrayList<>();
    for (String suffix : List.of(".wants", ".requires", ".upholds")) {
      for (FileView.Seen link : inAll(name + suffix)) {
        names.add(link.path().name());
      }
    }
    String instance = name.replaceFirst("^[^@]*@?", "").replaceFirst("\\.[^.]*$", "");
    for (String raw : text.replace("\\\n", " ").lines().toList()) {
      String line = raw.strip();
      for (String key : PULLING) {
        if (line.startsWith(key)) {
          for (String word : line.substring(key.length()).strip().split("\\s+", -1)) {
            names.add(word.replace("%i", instance).replace("%I", instance));
          }
        }
      }
    }
    names.removeIf(each -> !each.matches("[A-Za-z0-9:_.@\\\\-]{3,255}"));
    return names;
  }

  /// The generators that run, by name: the first folder wins, and a link to nothing turns one off (systemd.generator(7)).
  public SortedSet<String> generators() throws IOException {
    SortedSet<String> names = new TreeSet<>();
    SortedSet<String> seen = new TreeSet<>();
    for (String folder :
        List.of(
            "etc/systemd/system-generators",
            "usr/local/lib/systemd/system-generators",
            "usr/lib/systemd/system-generators")) {
      for (FileView.Seen each : root.list(TreePath.of(folder))) {
        if (seen.add(each.path().name())
            && root.resolve(each.path().toString()).orElse(each) instanceof FileView.Seen.File file
            && file.content().size() > 0) {
          names.add(each.path().name());
        }
      }
    }
    return names;
  }
}
