package io.microvisor.compose.rootfs;

import io.microvisor.compose.rootfs.UnitSearch.Found;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Enables, disables and masks systemd units as `systemctl --root` does (systemctl(1)): by the links that `[Install]`
/// sections ask for. It is more forgiving: an alias in `/etc` stands for its unit there, too, and a unit file in `/etc` can be masked.
public final class UnitLinks {
  /// Where packages put units.
  static final String PACKAGED = "usr/lib/systemd/system/";

  /// Where templates put units, and links that enable and mask them.
  static final String CONFIGURED = "etc/systemd/system/";

  /// The types that may have other names (systemd.unit(5), `Alias=`).
  private static final Set<String> WITH_ALIASES =
      Set.of("service", "socket", "target", "device", "timer", "path");

  private final RootEditor root;
  private final UnitSearch search;
  private final UnitSpecifiers specifiers;

  /// Edits the links of a root.
  public UnitLinks(RootEditor root) {
    this.root = root;
    this.search = new UnitSearch(root);
    this.specifiers = new UnitSpecifiers(root);
  }

  /// The name with `.service` where it says no unit type.
  static String fullName(String unit) {
    return UnitName.abbreviated(unit).map(UnitName::toString).orElse(unit);
  }

  /// Whether the tree has `unit`, be it the template of an instance, an alias, or masked.
  boolean exists(String unit) throws IOException {
    Optional<UnitName> name = UnitName.abbreviated(unit);
    return name.isPresent() && !(search.find(name.get()) instanceof Found.Missing);
  }

  /// Makes the links of `unit` and of what its `Also=` names.
  ///
  /// @return what keeps it from being enabled as it asks, each in words that follow its name; links that can be made are
  ///     made all the same
  public List<String> enable(String unit) throws IOException {
    Optional<UnitName> name = UnitName.abbreviated(unit);
    Found found = name.isPresent() ? search.find(name.get()) : new Found.Missing();
    return switch (found) {
      case Found.Missing _ -> List.of("no such unit in the image");
      case Found.Masked _ -> List.of("is masked");
      case Found.Unit first -> {
        List<String> faults = new ArrayList<>();
        Set<UnitName> seen = new LinkedHashSet<>(List.of(first.name()));
        Deque<Found.Unit> open = new ArrayDeque<>(List.of(first));
        while (!open.isEmpty()) {
          Found.Unit next = open.remove();
          link(next, faults);
          for (UnitName also : also(next)) {
            if (search.find(also) instanceof Found.Unit other && seen.add(other.name())) {
              open.add(other);
            }
          }
        }
        yield faults;
      }
    };
  }

  private List<UnitName> also(Found.Unit unit) throws IOException {
    List<UnitName> names = new ArrayList<>();
    for (String text : unit.install().also()) {
      UnitName.of(expand(text, unit)).ifPresent(names::add);
    }
    return names;
  }

  private String expand(String text, Found.Unit unit) throws IOException {
    return specifiers.expand(text, unit.name(), defaultInstance(unit));
  }

  private Optional<String> defaultInstance(Found.Unit unit) throws IOException {
    Optional<String> text = unit.install().defaultInstance();
    return text.isPresent()
        ? Optional.of(specifiers.expand(text.get(), unit.name(), Optional.empty()))
        : text;
  }

  private void link(Found.Unit unit, List<String> faults) throws IOException {
    for (String text : unit.install().alias()) {
      alias(unit, expand(text, unit), faults);
    }
    UnitInstall install = unit.install();
    pull(unit, install.wantedBy(), ".wants/", faults);
    pull(unit, install.requiredBy(), ".requires/", faults);
    pull(unit, install.upheldBy(), ".upholds/", faults);
  }

  private void alias(Found.Unit unit, String text, List<String> faults) throws IOException {
    Optional<String> alias =
        text.contains("/") ? pulledAlias(unit.name(), text) : plainAlias(unit.name(), text);
    if (alias.isEmpty()) {
      if (!text.equals(unit.name().toString())) {
        faults.add(
            "Alias=" + text + " cannot stand for it (expected: a name of its type and kind)");
      }
      return;
    }
    String place = CONFIGURED + alias.get();
    Optional<Inode> there = root.find(place);
    boolean dangling =
        there.isPresent()
            && there.get() instanceof Inode.Symlink link
            && root.tree().resolve(root.real(place)).isEmpty()
            && !link.target().equals("/dev/null");
    if (there.isEmpty() || dangling) {
      root.symlink(
          place, "/" + (search.isInFolder(unit.path()) ? unit.path() : CONFIGURED + unit.name()));
    } else if (!leadsTo(place, there.get(), unit)) {
      faults.add(
          "its other name "
              + alias.get()
              + " is taken (expected: nothing at /"
              + place
              + ", or a link to it)");
    }
  }

  private boolean leadsTo(String place, Inode there, Found.Unit unit) {
    return there instanceof Inode.Symlink link
        && root.real(UnitSearch.target(root.real(place), link).toString())
            .equals(TreePath.of(unit.path()));
  }

  /// The old form of `WantedBy=`: `Alias=multi-user.target.wants/name.service`.
  private static Optional<String> pulledAlias(UnitName name, String text) {
    int slash = text.lastIndexOf('/');
    String folder = text.substring(0, slash).replaceFirst("\\.(wants|requires)$", "");
    Optional<UnitName> linked = UnitName.of(text.substring(slash + 1));
    boolean fits =
        !text.startsWith(folder + "/")
            && UnitName.of(folder).isPresent()
            && linked.isPresent()
            && (linked.get().equals(name)
                    && (name.kind() != UnitName.Kind.TEMPLATE
                        || UnitName.of(folder).orElseThrow().kind() == UnitName.Kind.TEMPLATE)
                || name.kind() == UnitName.Kind.TEMPLATE
                    && linked.get().kind() == UnitName.Kind.INSTANCE
                    && linked.get().withoutInstance().equals(name));
    return fits ? Optional.of(text) : Optional.empty();
  }

  /// A template's name becomes that of the instance it is to stand for.
  private static Optional<String> plainAlias(UnitName name, String text) {
    return UnitName.of(text)
        .map(alias ->
            alias.kind() == UnitName.Kind.TEMPLATE && name.kind() == UnitName.Kind.INSTANCE
                ? alias.withInstance(name.instance().orElseThrow())
                : alias)
        .filter(alias -> !alias.equals(name))
        .filter(alias -> alias.type().equals(name.type()) && WITH_ALIASES.contains(alias.type()))
        .filter(alias ->
            switch (name.kind()) {
              case PLAIN -> alias.kind() == UnitName.Kind.PLAIN;
              case TEMPLATE -> alias.kind() != UnitName.Kind.PLAIN;
              case INSTANCE -> alias.instance().equals(name.instance());
            })
        .map(UnitName::toString);
  }

  /// Makes the links that have others pull a unit in. A template without an instance can only be pulled in by others.
  private void pull(Found.Unit unit, List<String> by, String suffix, List<String> faults)
      throws IOException {
    UnitName name = unit.name();
    boolean open = false;
    if (name.kind() == UnitName.Kind.TEMPLATE) {
      Optional<String> instance = defaultInstance(unit);
      if (instance.isPresent()) {
        name = name.withInstance(instance.get());
      } else {
        open = true;
      }
    }
    for (String text : by) {
      Optional<UnitName> other = UnitName.of(expand(text, unit));
      if (other.isEmpty() || open && other.get().kind() == UnitName.Kind.PLAIN) {
        faults.add(
            open
                ? "is a template, and "
                    + text
                    + " cannot pull it in (expected: an instance, as in name@instance.service)"
                : "its [Install] section names "
                    + text
                    + " (expected: the name of a unit, known when the image is made)");
      } else {
        root.symlink(CONFIGURED + other.get() + suffix + name, "/" + unit.path());
      }
    }
  }

  /// Removes every link to `unit`, and to what its `Also=` names, below `/etc/systemd/system`.
  public void disable(String unit) throws IOException {
    Optional<UnitName> name = UnitName.abbreviated(unit);
    if (name.isPresent()) {
      Set<String> marked = new TreeSet<>();
      Set<UnitName> seen = new LinkedHashSet<>();
      Deque<UnitName> open = new ArrayDeque<>(List.of(name.get()));
      while (!open.isEmpty()) {
        UnitName next = open.remove();
        if (seen.add(next)) {
          switch (search.find(next)) {
            case Found.Masked _ -> {}
            case Found.Missing _ -> marked.add(next.toString());
            case Found.Unit found -> {
              marked.add(found.name().toString());
              open.addAll(also(found));
            }
          }
        }
      }
      removeLinks(marked);
    }
  }

  /// The same without what its `Also=` names.
  void disableAlone(String unit) throws IOException {
    Optional<UnitName> name = UnitName.abbreviated(unit);
    if (name.isPresent()) {
      switch (search.find(name.get())) {
        case Found.Masked _ -> {}
        case Found.Missing _ -> removeLinks(new TreeSet<>(Set.of(name.get().toString())));
        case Found.Unit found -> removeLinks(new TreeSet<>(Set.of(found.name().toString())));
      }
    }
  }

  /// Removes links of these names, of instances of these templates and to them, then links to those links.
  private void removeLinks(Set<String> marked) {
    List<FileTree.Entry> gone;
    do {
      gone =
          root.below(CONFIGURED).stream()
              .filter(entry ->
                  entry.inode() instanceof Inode.Symlink link && isMarked(entry, link, marked))
              .toList();
      for (FileTree.Entry entry : gone) {
        root.remove(entry.path().toString());
        removeEmpty(entry.path().parent());
        marked.add(entry.path().absolute());
      }
    } while (!gone.isEmpty());
  }

  private static boolean isMarked(FileTree.Entry entry, Inode.Symlink link, Set<String> marked) {
    TreePath target = UnitSearch.target(entry.path(), link);
    Optional<UnitName> name = UnitName.of(entry.path().name());
    return name.isPresent()
        && (marked.contains(entry.path().name())
            || name.get().kind() == UnitName.Kind.INSTANCE
                && marked.contains(name.get().withoutInstance().toString())
            || marked.contains(target.name())
            || marked.contains(target.absolute()));
  }

  private void removeEmpty(TreePath folder) {
    if (!folder.equals(root.real(CONFIGURED)) && root.isEmpty(folder.toString())) {
      root.remove(folder.toString());
      removeEmpty(folder.parent());
    }
  }

  /// The unit of which `unit` is only an alias, made when it was enabled: `systemctl mask` refuses such a name, since what it
  /// leads to would start all the same. An alias that a package brings can be masked, as `ctrl-alt-del.target` often is.
  public Optional<String> aliasOf(String unit) throws IOException {
    Optional<UnitName> name = UnitName.abbreviated(unit);
    boolean made =
        name.isPresent()
            && root.find(CONFIGURED + name.get()).orElse(null) instanceof Inode.Symlink;
    return made
            && search.find(name.get()) instanceof Found.Unit found
            && !found.name().equals(name.get())
        ? Optional.of(found.name().toString())
        : Optional.empty();
  }

  /// Makes `unit` impossible to start, whatever is there; links to it stay.
  public void mask(String unit) {
    root.symlink(CONFIGURED + fullName(unit), "/dev/null");
  }
}
