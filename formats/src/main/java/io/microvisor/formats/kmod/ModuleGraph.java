package io.microvisor.formats.kmod;

import io.microvisor.bytes.FormatException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// Which module needs which, by position in one list of modules.
final class ModuleGraph {
  private static final String FAKE = "__this_module";

  private final Map<String, Integer> symbols;
  private final List<List<Integer>> direct;
  private final int[] rank;

  private ModuleGraph(Map<String, Integer> symbols, List<List<Integer>> direct, int[] rank) {
    this.symbols = symbols;
    this.direct = direct;
    this.rank = rank;
  }

  static ModuleGraph of(List<KernelModule> modules) throws FormatException {
    Map<String, Integer> symbols = new HashMap<>();
    for (int i = 0; i < modules.size(); i++) {
      for (String symbol : modules.get(i).exported()) {
        symbols.put(symbol, i);
      }
    }
    symbols.remove(FAKE);
    List<List<Integer>> direct = new ArrayList<>(modules.size());
    for (KernelModule module : modules) {
      Set<Integer> needs = new LinkedHashSet<>();
      for (String symbol : module.imported()) {
        Integer owner = symbols.get(symbol.startsWith(".") ? symbol.substring(1) : symbol);
        if (owner != null) {
          needs.add(owner);
        }
      }
      direct.add(List.copyOf(needs));
    }
    return new ModuleGraph(symbols, direct, rank(modules, direct));
  }

  /// Roots are taken from the end of a stack, as depmod does, so that equal choices fall alike.
  private static int[] rank(List<KernelModule> modules, List<List<Integer>> direct)
      throws FormatException {
    int[] users = new int[direct.size()];
    direct.forEach(needs -> needs.forEach(each -> users[each]++));
    Deque<Integer> roots = new ArrayDeque<>();
    for (int i = 0; i < users.length; i++) {
      if (users[i] == 0) {
        roots.push(i);
      }
    }
    int[] rank = new int[users.length];
    int sorted = 0;
    while (!roots.isEmpty()) {
      int next = roots.pop();
      rank[next] = sorted;
      sorted++;
      for (int need : direct.get(next)) {
        users[need]--;
        if (users[need] == 0) {
          roots.push(need);
        }
      }
    }
    for (int i = 0; i < users.length; i++) {
      if (users[i] > 0) {
        throw FormatException.damaged(
            "kernel modules", 0, modules.get(i).name() + " and others need each other in a circle");
      }
    }
    return rank;
  }

  /// Each exported symbol's owner; of several the last.
  SortedMap<String, Integer> symbols() {
    return new TreeMap<>(symbols);
  }

  /// All that `module` needs, directly or not, users first.
  List<Integer> all(int module) {
    Set<Integer> found = new LinkedHashSet<>();
    Deque<Integer> open = new ArrayDeque<>(direct.get(module));
    while (!open.isEmpty()) {
      int next = open.pop();
      if (found.add(next)) {
        direct.get(next).forEach(open::push);
      }
    }
    List<Integer> sorted = new ArrayList<>(found);
    sorted.sort(Comparator.comparingInt(each -> rank[each]));
    return sorted;
  }
}
