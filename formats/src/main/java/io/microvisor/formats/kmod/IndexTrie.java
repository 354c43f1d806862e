package io.microvisor.formats.kmod;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// A path-compressed trie from ASCII keys to lists of values, in the form `libkmod-index` reads (version 2.1).
///
/// The file, all numbers 32-bit big-endian:
///
/// | offset | field   | size | meaning                                              |
/// |--------|---------|------|------------------------------------------------------|
/// | 0      | magic   | 4    | 0xb007f457                                           |
/// | 4      | version | 4    | 0x00020001                                           |
/// | 8      | root    | 4    | where the root node is, with its flags in the high nibble |
///
/// A node, each part present only with its flag: with 0x8 its prefix, ended by NUL; with 0x2 the first and last character
/// that has a child (one byte each) and for each character between them the place of the child, 0 for none; with 0x4 the
/// number of values and for each its priority and text, ended by NUL. Nodes follow in pre-order.
final class IndexTrie {
  private static final int MAGIC = 0xb007f457;
  private static final int VERSION = 0x0002_0001;
  private static final int HEADER_SIZE = 12;
  private static final int PREFIX = 0x8000_0000;
  private static final int VALUES = 0x4000_0000;
  private static final int CHILDREN = 0x2000_0000;
  private static final int LARGEST = 0x0fff_ffff;

  private record Value(String text, int priority) {}

  private static final class Node {
    private String prefix;
    private SortedMap<Character, Node> children = new TreeMap<>();
    private List<Value> values = new ArrayList<>();
    private int size;
    private int total;

    Node(String prefix) {
      this.prefix = prefix;
    }

    int flags() {
      return (prefix.isEmpty() ? 0 : PREFIX)
          | (children.isEmpty() ? 0 : CHILDREN)
          | (values.isEmpty() ? 0 : VALUES);
    }
  }

  private final Node root = new Node("");

  /// Adds a value. Values of one key are ordered by priority; of equal ones the latest comes first.
  ///
  /// @throws IllegalArgumentException if key or value hold a character outside ASCII, or NUL
  void insert(String key, String value, int priority) {
    checkAscii(key);
    checkAscii(value);
    Node node = root;
    int at = 0;
    while (true) {
      int common = 0;
      while (common < node.prefix.length()
          && at + common < key.length()
          && node.prefix.charAt(common) == key.charAt(at + common)) {
        common++;
      }
      if (common < node.prefix.length()) {
        split(node, common);
      }
      at += common;
      if (at == key.length()) {
        addValue(node, value, priority);
        return;
      }
      char next = key.charAt(at);
      at++;
      Node child = node.children.get(next);
      if (child == null) {
        child = new Node(key.substring(at));
        node.children.put(next, child);
        addValue(child, value, priority);
        return;
      }
      node = child;
    }
  }

  private static void split(Node node, int at) {
    Node lower = new Node(node.prefix.substring(at + 1));
    lower.children = node.children;
    lower.values = node.values;
    node.children = new TreeMap<>();
    node.children.put(node.prefix.charAt(at), lower);
    node.values = new ArrayList<>();
    node.prefix = node.prefix.substring(0, at);
  }

  private static void addValue(Node node, String value, int priority) {
    int at = 0;
    while (at < node.values.size() && node.values.get(at).priority() < priority) {
      at++;
    }
    node.values.add(at, new Value(value, priority));
  }

  private static void checkAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) == 0 || text.charAt(i) > 0x7f) {
        throw new IllegalArgumentException(
            "module index: character " + (int) text.charAt(i) + " (expected: 1 to 127)");
      }
    }
  }

  /// The file's bytes.
  byte[] toBytes() {
    long size = HEADER_SIZE + (long) measure(root);
    if (size > LARGEST) {
      throw new IllegalArgumentException("module index: " + size + " bytes (expected: < 256 MiB)");
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream((int) size);
    writeU32(out, MAGIC);
    writeU32(out, VERSION);
    writeU32(out, HEADER_SIZE | root.flags());
    write(root, HEADER_SIZE, out);
    return out.toByteArray();
  }

  private static int measure(Node node) {
    int size = 0;
    int below = 0;
    if (!node.children.isEmpty()) {
      size += 2 + 4 * (node.children.lastKey() - node.children.firstKey() + 1);
      for (Node child : node.children.values()) {
        below += measure(child);
      }
    }
    if (!node.prefix.isEmpty()) {
      size += node.prefix.length() + 1;
    }
    if (!node.values.isEmpty()) {
      size += 4;
      for (Value value : node.values) {
        size += 4 + value.text().length() + 1;
      }
    }
    node.size = size;
    node.total = size + below;
    return node.total;
  }

  private static void write(Node node, int offset, ByteArrayOutputStream out) {
    if (!node.prefix.isEmpty()) {
      out.writeBytes(node.prefix.getBytes(StandardCharsets.US_ASCII));
      out.write(0);
    }
    if (!node.children.isEmpty()) {
      char first = node.children.firstKey();
      char last = node.children.lastKey();
      out.write(first);
      out.write(last);
      int at = offset + node.size;
      for (char c = first; c <= last; c++) {
        Node child = node.children.get(c);
        writeU32(out, child == null ? 0 : at | child.flags());
        at += child == null ? 0 : child.total;
      }
    }
    if (!node.values.isEmpty()) {
      writeU32(out, node.values.size());
      for (Value value : node.values) {
        writeU32(out, value.priority());
        out.writeBytes(value.text().getBytes(StandardCharsets.US_ASCII));
        out.write(0);
      }
    }
    int at = offset + node.size;
    for (Node child : node.children.values()) {
      write(child, at, out);
      at += child.total;
    }
  }

  private static void writeU32(ByteArrayOutputStream out, int value) {
    out.write(value >>> 24);
    out.write(value >>> 16);
    out.write(value >>> 8);
    out.write(value);
  }
}
