package io.microvisor.formats.hwdb;

import io.microvisor.bytes.StructWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/// A path-compressed trie from patterns to properties, in the form that sd-hwdb reads. All numbers are little-endian, all
/// places count from the start of the file.
///
/// | header | offset | size | |
/// |---|---|---|---|
/// | signature | 0 | 8 | `KSLPHHRH` |
/// | tool version | 8 | 8 | of systemd |
/// | file size | 16 | 8 | |
/// | sizes | 24 | 4 x 8 | of the header (80), a node (24), a child (16), a value (32) |
/// | root | 56 | 8 | where the root node is |
/// | nodes, strings | 64 | 2 x 8 | how long both parts are |
///
/// | node | offset | size | |
/// |---|---|---|---|
/// | prefix | 0 | 8 | where the string is that all patterns below go on with |
/// | children | 8 | 1 | how many follow |
/// | values | 16 | 8 | how many follow them |
///
/// A child has its byte (offset 0) and where its node is (8); a value has where its key (0), its text (8) and the name of its
/// file (16) are, the number of its line (24, 4 bytes) and of its file (28, 2 bytes). A node lies behind its children.
final class PatternTrie {
  private static final int HEADER_SIZE = 80;
  private static final int NODE_SIZE = 24;
  private static final int CHILD_SIZE = 16;
  private static final int VALUE_SIZE = 32;

  private record Value(int key, int text, int file, int line, int priority) {}

  private static final class Node {
    private int prefix;
    private TreeMap<Integer, Node> children = new TreeMap<>();
    private List<Value> values = new ArrayList<>();
  }

  private final Strings strings = new Strings();
  private final Node root = new Node();

  /// Where a property comes from.
  ///
  /// @param priority the number of its file, from 1
  record Origin(String file, int priority, int line) {}

  /// Adds a property, in place of an earlier one of the same key and pattern.
  void insert(byte[] pattern, byte[] key, byte[] text, Origin origin) {
    Node node = root;
    int at = 0;
    while (true) {
      int common = 0;
      while (at + common < pattern.length
          && strings.at(node.prefix + common) == pattern[at + common]) {
        common++;
      }
      if (strings.at(node.prefix + common) != 0) {
        split(node, common);
      }
      at += common;
      if (at == pattern.length) {
        put(node, key, text, origin);
        return;
      }
      int next = Byte.toUnsignedInt(pattern[at]);
      at++;
      Node child = node.children.get(next);
      if (child == null) {
        child = new Node();
        child.prefix = strings.add(Arrays.copyOfRange(pattern, at, pattern.length));
        node.children.put(next, child);
        put(child, key, text, origin);
        return;
      }
      node = child;
    }
  }

  /// Ends a node's prefix early; what it was becomes its only child.
  private void split(Node node, int common) {
    Node rest = new Node();
    int next = Byte.toUnsignedInt(strings.at(node.prefix + common));
    rest.prefix = node.prefix + common + 1;
    rest.children = node.children;
    rest.values = node.values;
    node.prefix = strings.add(strings.slice(node.prefix, common));
    node.children = new TreeMap<>();
    node.values = new ArrayList<>();
    node.children.put(next, rest);
  }

  private void put(Node node, byte[] key, byte[] text, Origin origin) {
    Value value =
        new Value(
            strings.add(key),
            strings.add(text),
            strings.add(origin.file().getBytes(StandardCharsets.UTF_8)),
            origin.line(),
            origin.priority());
    for (int i = 0; i < node.values.size(); i++) {
      if (strings.compare(node.values.get(i).key(), value.key()) == 0) {
        node.values.set(i, value);
        return;
      }
    }
    node.values.add(value);
    node.values.sort(Comparator.comparing(Value::key, strings::compare));
  }

  /// The file.
  ///
  /// @param toolVersion the version of systemd that it is to name
  byte[] toBytes(int toolVersion) {
    byte[] texts = strings.toBytes();
    int nodes = size(root);
    int textsAt = HEADER_SIZE + nodes;
    StructWriter file = StructWriter.ofSize(textsAt + texts.length);
    file.ascii("KSLPHHRH", 8).u64le(toolVersion).u64le(textsAt + texts.length);
    file.at(24).u64le(HEADER_SIZE).u64le(NODE_SIZE).u64le(CHILD_SIZE).u64le(VALUE_SIZE);
    file.at(56).u64le(textsAt - ownSize(root)).u64le(nodes).u64le(texts.length);
    new Store(file, textsAt).put(root);
    return file.at(textsAt).bytes(texts).toBytes();
  }

  private static int size(Node node) {
    int size = ownSize(node);
    for (Node child : node.children.values()) {
      size += size(child);
    }
    return size;
  }

  private static int ownSize(Node node) {
    return NODE_SIZE + CHILD_SIZE * node.children.size() + VALUE_SIZE * node.values.size();
  }

  /// Puts nodes into a file, one behind the other.
  private static final class Store {
    private final StructWriter file;
    private final long texts;
    private int next = HEADER_SIZE;

    Store(StructWriter file, long texts) {
      this.file = file;
      this.texts = texts;
    }

    /// Where a node went, behind all that is below it.
    int put(Node node) {
      List<Integer> places = new ArrayList<>();
      node.children.values().forEach(child -> places.add(put(child)));
      int at = next;
      file.at(at).u64le(texts + node.prefix).u8(node.children.size()).zeros(7);
      file.at(at + 16).u64le(node.values.size());
      int i = 0;
      for (int each : node.children.keySet()) {
        file.u8(each).zeros(7).u64le(places.get(i++));
      }
      for (Value value : node.values) {
        file.u64le(texts + value.key()).u64le(texts + value.text()).u64le(texts + value.file());
        file.u32le(value.line()).u16le(value.priority()).zeros(2);
      }
      next += ownSize(node);
      return at;
    }
  }
}
