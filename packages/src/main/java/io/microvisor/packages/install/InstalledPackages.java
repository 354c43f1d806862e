package io.microvisor.packages.install;

import io.microvisor.formats.tree.FileView;
import io.microvisor.formats.tree.TreePath;
import io.microvisor.packages.deb.ControlReader;
import io.microvisor.packages.deb.ControlStanza;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// What dpkg's database in a root file system says: which packages are installed, and which files are whose.
///
/// Not for several threads, as [FileView] is not.
public final class InstalledPackages {
  private static final String STATUS = "var/lib/dpkg/status";
  private static final String INFO = "var/lib/dpkg/info";
  private static final String LIST = ".list";

  private final FileView root;
  private final SortedMap<String, ControlStanza> packages;
  private Optional<Map<TreePath, String>> owners = Optional.empty();

  private InstalledPackages(FileView root, SortedMap<String, ControlStanza> packages) {
    this.root = root;
    this.packages = packages;
  }

  /// Those of a root; none, if it has no database.
  ///
  /// @throws io.microvisor.bytes.FormatException if the database is damaged
  public static InstalledPackages of(FileView root) throws IOException {
    SortedMap<String, ControlStanza> packages = new TreeMap<>();
    if (root.resolve(STATUS).orElse(null) instanceof FileView.Seen.File file) {
      try (ControlReader reader = new ControlReader(file.content().stream())) {
        for (Optional<ControlStanza> next = reader.next(); next.isPresent(); next = reader.next()) {
          ControlStanza stanza = next.get();
          if (stanza.text("Status").endsWith(" installed")) {
            packages.put(stanza.required("Package"), stanza);
          }
        }
      }
    }
    return new InstalledPackages(root, packages);
  }

  /// The stanzas of all that are installed, in order of name.
  public Collection<ControlStanza> all() {
    return Collections.unmodifiableCollection(packages.values());
  }

  /// The stanza of a package that is installed.
  public Optional<ControlStanza> find(String name) {
    return Optional.ofNullable(packages.get(name));
  }

  /// The package that brought what is at a path.
  ///
  /// @param path without links
  public Optional<ControlStanza> owner(TreePath path) throws IOException {
    return Optional.ofNullable(owners().get(path)).flatMap(this::find);
  }

  /// The name of the package that brought what is at a path, by dpkg's lists (deb-files(5) names their folder): what several
  /// packages brought is the first one's, in order of name. Empty without such lists.
  public Map<TreePath, String> owners() throws IOException {
    if (owners.isEmpty()) {
      owners = Optional.of(Collections.unmodifiableMap(readOwners()));
    }
    return owners.get();
  }

  private Map<TreePath, String> readOwners() throws IOException {
    Map<TreePath, String> found = new HashMap<>();
    Map<String, Optional<TreePath>> folders = new HashMap<>();
    Optional<FileView.Seen> info = root.resolve(INFO);
    if (info.isEmpty()) {
      return found;
    }
    for (FileView.Seen each : root.list(info.get().path())) {
      String name = each.path().name();
      if (each instanceof FileView.Seen.File file && name.endsWith(LIST)) {
        String owner =
            name.substring(0, name.length() - LIST.length()).replaceFirst(":[a-z0-9-]+$", "");
        for (String line : lines(file)) {
          Optional<TreePath> path = real(line, folders);
          path.ifPresent(at -> found.putIfAbsent(at, owner));
        }
      }
    }
    return found;
  }

  private static List<String> lines(FileView.Seen.File file) throws IOException {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(file.content().stream(), StandardCharsets.UTF_8))) {
      List<String> lines = new ArrayList<>();
      for (String line; (line = reader.readLine()) != null; ) {
        lines.add(line);
      }
      return lines;
    }
  }

  /// Where a listed path really is: packages may still say `/lib` where that is a link.
  private Optional<TreePath> real(String listed, Map<String, Optional<TreePath>> folders)
      throws IOException {
    int slash = listed.lastIndexOf('/');
    if (slash < 0 || slash == listed.length() - 1 || listed.endsWith("/.")) {
      return Optional.empty();
    }
    String folder = listed.substring(0, slash);
    Optional<TreePath> known = folders.get(folder);
    if (known == null) {
      known = root.resolve(folder).map(FileView.Seen::path);
      folders.put(folder, known);
    }
    try {
      String name = listed.substring(slash + 1);
      return known.map(at -> at.resolve(name));
    } catch (IllegalArgumentException _) {
      return Optional.empty(); // No path of a tree has such a name.
    }
  }
}
