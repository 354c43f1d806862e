package io.microvisor.compose.rootfs;

import io.microvisor.formats.tree.Inode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Enables, disables and masks systemd units as `systemctl --root` does: by the links that the unit's `[Install]`
/// section asks for (systemd.unit(5), "[INSTALL] SECTION OPTIONS").
final class UnitLinks {
  /// Where packages put units.
  static final String PACKAGED = "usr/lib/systemd/system/";

  /// Where templates put units, and links that enable and mask them.
  static final String CONFIGURED = "etc/systemd/system/";

  private static final List<String> UNIT_FOLDERS = List.of(CONFIGURED, PACKAGED);

  /// What an `[Install]` section asks for.
  private record Install(
      List<String> wantedBy,
      List<String> requiredBy,
      List<String> alias,
      List<String> also,
      Optional<String> defaultInstance) {}

  private final RootEditor root;

  UnitLinks(RootEditor root) {
    this.root = root;
  }

  /// The name with `.service` where it says no unit type.
  static String fullName(String unit) {
    return unit.matches(".*\\.(service|socket|target|timer|mount|automount|path|slice|swap)")
        ? unit
        : unit + ".service";
  }

  /// Whether the tree has a unit file for `unit`, be it the template of an instance.
  boolean exists(String unit) {
    return file(fullName(unit)).isPresent();
  }

  /// Makes the links of `unit` and of what its `Also=` names.
  ///
  /// @return false if the unit has no `[Install]` section, so that nothing was to be done
  /// @throws IOException if there is no such unit
  boolean enable(String unit) throws IOException {
    return enable(fullName(unit), new LinkedHashSet<>());
  }

  private boolean enable(String unit, Set<String> seen) throws IOException {
    if (!seen.add(unit)) {
      return false;
    }
    String file =
        file(unit).orElseThrow(() -> new IOException("unit " + unit + ": no such unit file"));
    Install install = install(root.text(file).orElse(""));
    String instance =
        unit.contains("@.")
            ? unit.replace("@.", "@" + install.defaultInstance().orElse("") + ".")
            : unit;
    String target = "/" + file;
    install.wantedBy().forEach(by -> link(by + ".wants/" + instance, target));
    install.requiredBy().forEach(by -> link(by + ".requires/" + instance, target));
    install.alias().forEach(alias -> link(alias, target));
    for (String also : install.also()) {
      if (exists(also)) {
        enable(also, seen);
      }
    }
    return !install.wantedBy().isEmpty()
        || !install.requiredBy().isEmpty()
        || !install.alias().isEmpty();
  }

  /// Removes every link to `unit` below `/etc/systemd/system`.
  void disable(String unit) {
    String name = fullName(unit);
    root.removeBelow(
        CONFIGURED,
        entry ->
            entry.inode() instanceof Inode.Symlink link
                && (entry.path().name().equals(name) || link.target().endsWith("/" + name)));
  }

  /// Makes `unit` impossible to start.
  void mask(String unit) {
    disable(unit);
    link(fullName(unit), "/dev/null");
  }

  private void link(String name, String target) {
    root.symlink(CONFIGURED + name, target);
  }

  private Optional<String> file(String unit) {
    String template = unit.replaceFirst("@[^.]*\\.", "@.");
    for (String folder : UNIT_FOLDERS) {
      for (String name : List.of(unit, template)) {
        String path = folder + name;
        if (root.find(path).filter(inode -> inode instanceof Inode.RegularFile).isPresent()) {
          return Optional.of(path);
        }
      }
    }
    return Optional.empty();
  }

  private static Install install(String text) {
    List<String> wantedBy = new ArrayList<>();
    List<String> requiredBy = new ArrayList<>();
    List<String> alias = new ArrayList<>();
    List<String> also = new ArrayList<>();
    Optional<String> defaultInstance = Optional.empty();
    boolean inside = false;
    for (String raw : text.replace("\\\n", " ").lines().toList()) {
      String line = raw.strip();
      if (line.startsWith("[")) {
        inside = line.equals("[Install]");
      } else if (inside && line.contains("=") && !line.startsWith("#") && !line.startsWith(";")) {
        String key = line.substring(0, line.indexOf('=')).strip();
        String value = line.substring(line.indexOf('=') + 1).strip();
        List<String> words = value.isEmpty() ? List.of() : List.of(value.split("\\s+"));
        switch (key) {
          case "WantedBy" -> wantedBy.addAll(words);
          case "RequiredBy", "UpheldBy" -> requiredBy.addAll(words);
          case "Alias" -> alias.addAll(words);
          case "Also" -> also.addAll(words);
          case "DefaultInstance" -> defaultInstance = Optional.of(value);
          default -> {
            // Other settings of the section do not make links.
          }
        }
      }
    }
    return new Install(wantedBy, requiredBy, alias, also, defaultInstance);
  }
}
