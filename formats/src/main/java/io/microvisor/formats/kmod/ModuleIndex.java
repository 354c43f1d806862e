package io.microvisor.formats.kmod;

import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.Versions;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/// All modules of one kernel version and how they depend on each other.
public final class ModuleIndex {
  /// Raised when the same input gives other bytes.
  public static final Versions VERSIONS = Versions.of("module index", 1);

  private static final int LARGEST_LIST = 64 << 20;
  private static final int NAME_BUCKETS = 512;

  private final List<KernelModule> modules;
  private final Map<String, Integer> byName;
  private final ModuleGraph graph;
  private final List<String> order;
  private final List<String> builtin;
  private final List<String> builtinInfo;

  private ModuleIndex(
      List<KernelModule> modules,
      List<String> order,
      List<String> builtin,
      List<String> builtinInfo)
      throws FormatException {
    this.modules = sorted(modules, order);
    this.order = order;
    this.builtin = builtin;
    this.builtinInfo = builtinInfo;
    byName = new HashMap<>();
    for (int i = 0; i < this.modules.size(); i++) {
      byName.put(this.modules.get(i).name(), i);
    }
    graph = ModuleGraph.of(this.modules);
  }

  /// Reads the modules below `usr/lib/modules/<version>`, on all processors.
  ///
  /// @throws FormatException if a module is damaged, or modules need each other in a circle
  /// @throws IOException if there is no such folder, or reading fails
  public static ModuleIndex read(FileTree tree, ContentSource contents, String version)
      throws IOException, InterruptedException {
    TreePath folder = TreePath.of("usr/lib/modules").resolve(version);
    if (tree.find(folder).isEmpty()) {
      throw new IOException(
          "kernel modules: no "
              + folder.absolute()
              + " (expected: the folder of kernel "
              + version
              + ")");
    }
    return new ModuleIndex(
        new ModuleFiles(folder, contents).read(tree),
        texts(tree, contents, folder.resolve("modules.order"), '\n'),
        texts(tree, contents, folder.resolve("modules.builtin"), '\n'),
        texts(tree, contents, folder.resolve("modules.builtin.modinfo"), '\0'));
  }

  /// An index of modules already read.
  ///
  /// @param order the lines of `modules.order`: paths ending in `.ko`
  /// @param builtin the lines of `modules.builtin`: paths ending in `.ko`
  /// @param builtinInfo the records of `modules.builtin.modinfo`: `<module>.<key>=<value>`
  /// @throws FormatException if modules need each other in a circle
  public static ModuleIndex of(
      Collection<KernelModule> modules,
      List<String> order,
      List<String> builtin,
      List<String> builtinInfo)
      throws FormatException {
    return new ModuleIndex(
        List.copyOf(modules), List.copyOf(order), List.copyOf(builtin), List.copyOf(builtinInfo));
  }

  private static List<String> texts(FileTree tree, ContentSource contents, TreePath path, char end)
      throws IOException {
    if (!(tree.find(path).orElse(null) instanceof Inode.RegularFile file)) {
      return List.of();
    }
    byte[] bytes = contents.open(file.content()).readAll(LARGEST_LIST);
    List<String> texts = new ArrayList<>();
    for (String text :
        new String(bytes, StandardCharsets.ISO_8859_1).split(String.valueOf(end), -1)) {
      if (!text.isEmpty()) {
        texts.add(text);
      }
    }
    return texts;
  }

  private static List<KernelModule> sorted(List<KernelModule> modules, List<String> order) {
    Map<String, KernelModule> byPath = new HashMap<>();
    for (KernelModule module : modules) {
      byPath.put(ModuleFile.uncompressed(module.path()), module);
    }
    List<KernelModule> sorted = new ArrayList<>(modules.size());
    for (String path : order) {
      KernelModule module = byPath.remove(path);
      if (module != null) {
        sorted.add(module);
      }
    }
    byPath.values().stream()
        .sorted(Comparator.comparing(KernelModule::name, KmodHash.order(NAME_BUCKETS)))
        .forEach(sorted::add);
    return List.copyOf(sorted);
  }

  /// The modules in the order of `modules.dep`.
  public List<KernelModule> modules() {
    return modules;
  }

  /// The module of that name; `-` and `_` are the same.
  public Optional<KernelModule> find(String name) {
    return Optional.ofNullable(byName.get(name.replace('-', '_'))).map(modules::get);
  }

  List<String> order() {
    return order;
  }

  List<String> builtinPaths() {
    return builtin;
  }

  List<String> builtinInfo() {
    return builtinInfo;
  }

  /// The names of what is built into the kernel.
  public SortedSet<String> builtin() {
    SortedSet<String> names = new TreeSet<>();
    builtin.forEach(path -> names.add(KernelModule.nameOf(path)));
    return names;
  }

  /// All modules that must be loaded before `module`, in the order of `modules.dep`: what needs others first.
  ///
  /// @throws IllegalArgumentException if the module is not of this index
  public List<KernelModule> dependencies(KernelModule module) {
    Integer index = byName.get(module.name());
    if (index == null) {
      throw new IllegalArgumentException(
          "kernel module: " + module.name() + " is not in the index");
    }
    List<KernelModule> dependencies = new ArrayList<>();
    for (int each : graph.all(index)) {
      dependencies.add(modules.get(each));
    }
    return dependencies;
  }

  /// These modules with all they need: their dependencies and, as far as they are modules here, their soft
  /// dependencies to be loaded before (`softdep ... pre:`), again and again.
  public SortedSet<String> closure(Collection<String> names) {
    SortedSet<String> closed = new TreeSet<>();
    List<String> open = new ArrayList<>(names);
    Set<String> seen = new HashSet<>();
    while (!open.isEmpty()) {
      Optional<KernelModule> found = find(open.removeLast());
      if (found.isEmpty() || !seen.add(found.get().name())) {
        continue;
      }
      KernelModule module = found.get();
      closed.add(module.name());
      dependencies(module).forEach(each -> open.add(each.name()));
      module.values("softdep").forEach(text -> open.addAll(before(text)));
    }
    return closed;
  }

  private static List<String> before(String softdep) {
    List<String> names = new ArrayList<>();
    boolean pre = false;
    for (String word : softdep.strip().split("\\s+", -1)) {
      if (word.endsWith(":")) {
        pre = word.equals("pre:");
      } else if (pre) {
        names.add(word);
      }
    }
    return names;
  }

  /// An index of some of these modules, possibly in other files; what is built in stays.
  ///
  /// @param path turns a module's path here into its path there
  public ModuleIndex subset(Set<String> names, UnaryOperator<String> path) {
    List<KernelModule> kept = new ArrayList<>();
    for (KernelModule module : modules) {
      if (names.contains(module.name())) {
        kept.add(module.at(path.apply(module.path())));
      }
    }
    try {
      return new ModuleIndex(kept, order, builtin, builtinInfo);
    } catch (FormatException e) {
      throw new IllegalStateException("a part of an index without circles has none", e);
    }
  }

  /// The files that depmod writes, by name: `modules.dep`, `modules.dep.bin`, `modules.alias`, ...
  public SortedMap<String, byte[]> files() {
    return new IndexFiles(modules, graph, builtin, builtinInfo).all();
  }
}
