package io.microvisor.formats.kmod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class IndexTrieTest {
  /// Written by hand from the description of the form in kmod's `libkmod-index.c`.
  @Test
  void writesNodesInPreOrder() {
    IndexTrie trie = new IndexTrie();
    trie.insert("ab", "x", 1);
    trie.insert("ac", "y", 2);
    trie.insert("ab", "w", 0);

    assertThat(HexFormat.of().formatHex(trie.toBytes()))
        .isEqualTo(
            "b007f457"
                + "00020001"
                + "2000000c"
                // The root has one child, 'a'.
                + "6161"
                + "20000012"
                // That has two, 'b' and 'c', without prefixes.
                + "6263"
                + "4000001c"
                + "4000002c"
                // Two values, by priority; then one.
                + "00000002"
                + "00000000"
                + "7700"
                + "00000001"
                + "7800"
                + "00000001"
                + "00000002"
                + "7900");
  }

  @Test
  void splitsANodeWhereKeysPart() {
    IndexTrie whole = new IndexTrie();
    whole.insert("abcd", "1", 0);
    whole.insert("abxy", "2", 0);
    IndexTrie other = new IndexTrie();
    other.insert("abxy", "2", 0);
    other.insert("abcd", "1", 0);

    assertThat(whole.toBytes()).isEqualTo(other.toBytes());
  }

  @Test
  void refusesOtherThanAscii() {
    assertThatThrownBy(() -> new IndexTrie().insert("\u00e9", "", 0))
        .hasMessageContaining("expected: 1 to 127");
  }

  /// From a table made by kmod 34's `hash_superfast`, as the order of lines in its `modules.symbols` shows.
  @Test
  void hashesEveryTailLength() {
    assertThat(KmodHash.hash("")).isZero();
    assertThat(KmodHash.hash("a")).isNotEqualTo(KmodHash.hash("b"));
    assertThat(KmodHash.hash("abcde")).isEqualTo(KmodHash.hash("abcde"));
  }
}
