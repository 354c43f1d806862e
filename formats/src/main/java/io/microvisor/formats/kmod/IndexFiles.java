package io.microvisor.formats.kmod;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Writes the files of depmod from modules that are read and sorted.
final class IndexFiles {
  private static final int SYMBOL_BUCKETS = 2048;
  private static final Pattern NUMBER =
      Pattern.compile("(char|block)-major-\\s*\\+?(\\d{1,9})-\\s*\\+?(\\d{1,9}).*", Pattern.DOTALL);
  private static final String DEVNAME = "devname:";

  private final List<KernelModule> modules;
  private final ModuleGraph graph;
  private final List<String> builtin;
  private final List<String> builtinInfo;

  IndexFiles(
      List<KernelModule> modules,
      ModuleGraph graph,
      List<String> builtin,
      List<String> builtinInfo) {
    this.modules = modules;
    this.graph = graph;
    this.builtin = builtin;
    this.builtinInfo = builtinInfo;
  }

  SortedMap<String, byte[]> all() {
    SortedMap<String, byte[]> files = new TreeMap<>();
    dependencies(files);
    aliases(files);
    symbols(files);
    files.put(
        "modules.softdep",
        lines("# Soft dependencies extracted from modules themselves.\n", "softdep"));
    files.put(
        "modules.weakdep",
        lines("# Weak dependencies extracted from modules themselves.\n", "weakdep"));
    files.put("modules.devname", bytes(deviceNames()));
    files.put("modules.builtin.bin", builtinNames());
    files.put("modules.builtin.alias.bin", builtinAliases());
    return files;
  }

  private void dependencies(SortedMap<String, byte[]> files) {
    StringBuilder text = new StringBuilder();
    IndexTrie trie = new IndexTrie();
    for (int i = 0; i < modules.size(); i++) {
      StringBuilder line = new StringBuilder(modules.get(i).path()).append(':');
      for (int need : graph.all(i)) {
        line.append(' ').append(modules.get(need).path());
      }
      text.append(line).append('\n');
      trie.insert(modules.get(i).name(), line.toString(), i);
    }
    files.put("modules.dep", bytes(text));
    files.put("modules.dep.bin", trie.toBytes());
  }

  private void aliases(SortedMap<String, byte[]> files) {
    StringBuilder text = new StringBuilder("# Aliases extracted from modules themselves.\n");
    IndexTrie trie = new IndexTrie();
    for (int i = 0; i < modules.size(); i++) {
      String name = modules.get(i).name();
      int priority = i;
      for (String alias : modules.get(i).values("alias")) {
        text.append("alias ").append(alias).append(' ').append(name).append('\n');
        normalized(alias).ifPresent(key -> trie.insert(key, name, priority));
      }
    }
    files.put("modules.alias", bytes(text));
    files.put("modules.alias.bin", trie.toBytes());
  }

  private void symbols(SortedMap<String, byte[]> files) {
    StringBuilder text = new StringBuilder("# Aliases for symbols, used by symbol_request().\n");
    IndexTrie trie = new IndexTrie();
    List<Map.Entry<String, Integer>> owners = new ArrayList<>(graph.symbols().entrySet());
    owners.sort(Map.Entry.comparingByKey(KmodHash.order(SYMBOL_BUCKETS)));
    for (Map.Entry<String, Integer> owner : owners) {
      String symbol = owner.getKey();
      String name = modules.get(owner.getValue()).name();
      text.append("alias symbol:").append(symbol).append(' ').append(name).append('\n');
      trie.insert("symbol:" + symbol, name, owner.getValue());
    }
    files.put("modules.symbols", bytes(text));
    files.put("modules.symbols.bin", trie.toBytes());
  }

  private byte[] lines(String title, String key) {
    StringBuilder text = new StringBuilder(title);
    for (KernelModule module : modules) {
      for (String value : module.values(key)) {
        text.append(key).append(' ').append(module.name()).append(' ').append(value).append('\n');
      }
    }
    return bytes(text);
  }

  /// Modules with a static device name: it and the first number, whichever alias tells them.
  private StringBuilder deviceNames() {
    StringBuilder text = new StringBuilder();
    for (KernelModule module : modules) {
      String name = "";
      String number = "";
      for (String alias : module.values("alias")) {
        Matcher matcher = NUMBER.matcher(alias);
        if (alias.startsWith(DEVNAME)) {
          name = alias.substring(DEVNAME.length());
        } else if (matcher.matches()) {
          number = matcher.group(1).charAt(0) + decimal(matcher, 2) + ":" + decimal(matcher, 3);
        }
        if (!name.isEmpty() && !number.isEmpty()) {
          break;
        }
      }
      if (!name.isEmpty() && !number.isEmpty()) {
        if (text.isEmpty()) {
          text.append("# Device nodes to trigger on-demand module loading.\n");
        }
        text.append(module.name()).append(' ').append(name).append(' ').append(number).append('\n');
      }
    }
    return text;
  }

  private static String decimal(Matcher matcher, int group) {
    return Integer.toString(Integer.parseInt(matcher.group(group)));
  }

  private byte[] builtinNames() {
    IndexTrie trie = new IndexTrie();
    for (String path : builtin) {
      if (isLetter(path.charAt(0))) {
        trie.insert(KernelModule.nameOf(path), "", 0);
      }
    }
    return trie.toBytes();
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private byte[] builtinAliases() {
    IndexTrie trie = new IndexTrie();
    for (String record : builtinInfo) {
      int dot = record.indexOf('.');
      int equals = record.indexOf('=', dot + 1);
      if (dot > 0 && equals > 0 && record.substring(dot + 1, equals).equals("alias")) {
        String name = record.substring(0, dot);
        normalized(record.substring(equals + 1))
            .filter(alias -> !alias.isEmpty())
            .ifPresent(alias -> trie.insert(alias, name, 0));
      }
    }
    return trie.toBytes();
  }

  /// An alias with `_` for `-` outside brackets; empty if its brackets do not match.
  private static Optional<String> normalized(String alias) {
    StringBuilder text = new StringBuilder(alias.length());
    for (int i = 0; i < alias.length(); i++) {
      char c = alias.charAt(i);
      if (c == ']') {
        return Optional.empty();
      }
      if (c == '[') {
        int end = alias.indexOf(']', i);
        if (end < 0) {
          return Optional.empty();
        }
        text.append(alias, i, end + 1);
        i = end;
      } else {
        text.append(c == '-' ? '_' : c);
      }
    }
    return Optional.of(text.toString());
  }

  private static byte[] bytes(StringBuilder text) {
    return text.toString().getBytes(StandardCharsets.ISO_8859_1);
  }
}
