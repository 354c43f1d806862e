package io.microvisor.compose.plan;

import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// What a cache that several machines share keeps under a step's key. UTF-8 text:
///
/// | line | what |
/// |---|---|
/// | `emt result 1 <digest>` | the SHA-256 of all that follows |
/// | `key <digest>` | the step's key |
/// | `file <digest> <size>` | any number: a blob among the outputs |
/// | `content <digest> <size>` | any number: a tree among the outputs, or a file that the step made for one |
/// | (empty) | |
/// | the rest | the outputs, see [Outputs] |
///
/// So an entry that is cut short, altered, or another step's is noticed. Who may write entries decides what is believed
/// all the same: nothing in an entry proves that the step, if it ran, would make this.
///
/// @param needs everything the outputs name, each once
record SharedEntry(Digest key, List<Need> needs, Outputs outputs) {
  private static final String MAGIC = "emt result 1 ";
  private static final String FORMAT = "shared result";
  private static final long LARGEST = 8L << 30;

  SharedEntry {
    needs = List.copyOf(needs);
  }

  /// Where in the store a content belongs.
  enum Shelf {
    FILE("file"),
    CONTENT("content");

    private final String word;

    Shelf(String word) {
      this.word = word;
    }
  }

  /// A content without which the outputs are of no use.
  ///
  /// @param size in bytes, at most 8 GiB
  record Need(Shelf shelf, Digest digest, long size) {}

  byte[] toBytes() {
    StringBuilder body = new StringBuilder("key " + key.hex() + "\n");
    for (Need need : needs) {
      body.append(need.shelf().word).append(' ').append(need.digest().hex());
      body.append(' ').append(need.size()).append('\n');
    }
    body.append('\n').append(new String(outputs.toBytes(), StandardCharsets.UTF_8));
    return (MAGIC + Digest.sha256(body.toString()).hex() + "\n" + body)
        .getBytes(StandardCharsets.UTF_8);
  }

  /// Reads an entry.
  ///
  /// @throws FormatException if it is none, is damaged, or belongs to another key
  static SharedEntry parse(Digest key, byte[] bytes) throws FormatException {
    String text = new String(bytes, StandardCharsets.UTF_8);
    int begin = text.indexOf('\n') + 1;
    int end = text.indexOf("\n\n", begin);
    if (begin == 0 || end < 0 || !text.startsWith(MAGIC)) {
      throw FormatException.notThis(FORMAT, "no \"" + MAGIC + "\" at byte 0");
    }
    String body = text.substring(begin);
    if (!text.substring(0, begin).equals(MAGIC + Digest.sha256(body).hex() + "\n")) {
      throw FormatException.damaged(FORMAT, MAGIC.length(), "the digest does not match");
    }
    List<String> lines = text.substring(begin, end).lines().toList();
    if (!lines.getFirst().equals("key " + key.hex())) {
      throw FormatException.damaged(
          FORMAT, begin, "\"" + lines.getFirst() + "\" (expected: key " + key.hex() + ")");
    }
    List<Need> needs = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      needs.add(need(line));
    }
    byte[] outputs = text.substring(end + 2).getBytes(StandardCharsets.UTF_8);
    return new SharedEntry(key, needs, Outputs.parse(outputs));
  }

  private static Need need(String line) throws FormatException {
    String[] words = line.split(" ", -1);
    for (Shelf shelf : Shelf.values()) {
      if (words.length == 3 && words[0].equals(shelf.word) && words[2].matches("\\d{1,10}")) {
        long size = Long.parseLong(words[2]);
        if (words[1].matches("[0-9a-f]{64}") && size <= LARGEST) {
          return new Need(shelf, Digest.parse(words[1]), size);
        }
      }
    }
    throw FormatException.damaged(FORMAT, 0, line);
  }
}
