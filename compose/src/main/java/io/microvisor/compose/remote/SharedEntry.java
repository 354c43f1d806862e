package io.microvisor.compose.remote;

import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.compose.plan.Artifact;
import io.microvisor.compose.plan.Outputs;
import io.microvisor.compose.plan.PublicKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// What a cache that several machines share keeps under a step's key. UTF-8 text:
///
/// | line | what |
/// |---|---|
/// | `emt result 2 <digest>` | the SHA-256 of all that follows the second line |
/// | `<key> <signature>`, or `unsigned` | who vouches for the line above: a [PublicKey], and the base64 form of its Ed25519 signature over that line, without its line feed |
/// | `key <digest>` | the step's key |
/// | `file <digest> <size>` | any number: a blob among the outputs |
/// | `content <digest> <size>` | any number: a tree among the outputs, or a file that the step made for one |
/// | (empty) | |
/// | the rest | the outputs, see [Outputs] |
///
/// The signed line names this format, and by its digest the step's key and all outputs: a signature fits nothing else, and no
/// entry but the one under that key. What the outputs name is checked by its own digest. Nothing in an entry proves that the
/// step, if it ran, would make this: that is what the signer vouches for. An older entry that the signer made for the same key
/// is as good as the newest, as far as steps are deterministic.
///
/// @param needs everything the outputs name, each once
record SharedEntry(Digest key, List<Need> needs, Outputs outputs) {
  private static final String MAGIC = "emt result 2 ";
  private static final String UNSIGNED = "unsigned";
  private static final String FORMAT = "shared result";
  private static final long LARGEST = 8L << 30;

  SharedEntry {
    needs = List.copyOf(needs);
  }

  /// Where in the store a content belongs.
  enum Part {
    FILE("file"),
    CONTENT("content");

    private final String word;

    Part(String word) {
      this.word = word;
    }
  }

  /// A content without which the outputs are of no use.
  ///
  /// @param size in bytes, at most 8 GiB
  record Need(Part part, Digest digest, long size) {}

  /// The entry as it is kept, without a signature.
  byte[] toBytes() {
    return toBytes(_ -> UNSIGNED);
  }

  /// The entry as it is kept, signed.
  byte[] toBytes(SigningKey key) {
    return toBytes(
        line -> key.publicKey() + " " + Base64.getEncoder().encodeToString(key.sign(bytes(line))));
  }

  private byte[] toBytes(UnaryOperator<String> signature) {
    StringBuilder body = new StringBuilder("key " + key.hex() + "\n");
    for (Need need : needs) {
      body.append(need.part().word).append(' ').append(need.digest().hex());
      body.append(' ').append(need.size()).append('\n');
    }
    body.append('\n').append(new String(outputs.toBytes(), StandardCharsets.UTF_8));
    String line = MAGIC + Digest.sha256(body.toString()).hex();
    return bytes(line + "\n" + signature.apply(line) + "\n" + body);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /// An entry that nobody vouches for who is trusted.
  static final class UntrustedException extends IOException {
    private static final long serialVersionUID = 1;

    UntrustedException(String message) {
      super(message);
    }
  }

  /// An entry and who vouches for it.
  ///
  /// @param signer empty where signatures do not matter
  record Signed(SharedEntry entry, Optional<PublicKey> signer) {}

  /// Reads an entry.
  ///
  /// @throws FormatException if it is none, is damaged, or belongs to another key
  /// @throws UntrustedException if nobody signed it who is trusted
  static Signed parse(Digest key, byte[] bytes, Trust trust)
      throws FormatException, UntrustedException {
    String text = new String(bytes, StandardCharsets.UTF_8);
    int second = text.indexOf('\n') + 1;
    int begin = text.indexOf('\n', second) + 1;
    int end = text.indexOf("\n\n", begin);
    if (second == 0 || begin == 0 || end < 0 || !text.startsWith(MAGIC)) {
      throw FormatException.notThis(FORMAT, "no \"" + MAGIC + "\" at byte 0");
    }
    String first = text.substring(0, second - 1);
    // Nothing more of it is read before it is known who vouches for it.
    Optional<PublicKey> signer =
        switch (trust) {
          case Trust.Keys(List<PublicKey> keys) ->
              Optional.of(signer(first, text.substring(second, begin - 1), keys));
          case Trust.Anyone() -> Optional.empty();
        };
    String body = text.substring(begin);
    if (!first.equals(MAGIC + Digest.sha256(body).hex())) {
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
    Outputs outputs = Outputs.parse(bytes(text.substring(end + 2)));
    for (Artifact output : outputs.byName().values()) {
      boolean isNeeded =
          switch (output) {
            case Artifact.Blob(Digest digest, long size) ->
                needs.contains(new Need(Part.FILE, digest, size));
            case Artifact.Tree(Digest digest) ->
                needs.stream()
                    .anyMatch(need -> need.part() == Part.CONTENT && need.digest().equals(digest));
            case Artifact.Text _ -> true;
          };
      if (!isNeeded) {
        throw FormatException.damaged(
            FORMAT, end, output.identity() + " is an output (expected: among what it needs)");
      }
    }
    return new Signed(new SharedEntry(key, needs, outputs), signer);
  }

  private static PublicKey signer(String line, String signature, List<PublicKey> trusted)
      throws UntrustedException {
    if (signature.equals(UNSIGNED)) {
      throw new UntrustedException("it is not signed");
    }
    String[] words = signature.split(" ", -1);
    for (PublicKey key : trusted) {
      if (words.length == 2 && words[0].equals(key.toString())) {
        if (words[1].matches("[A-Za-z0-9+/]{86}==")
            && key.verifies(bytes(line), Base64.getDecoder().decode(words[1]))) {
          return key;
        }
        throw new UntrustedException("its signature does not match");
      }
    }
    throw new UntrustedException("a key signed it that is not trusted");
  }

  private static Need need(String line) throws FormatException {
    String[] words = line.split(" ", -1);
    for (Part part : Part.values()) {
      if (words.length == 3 && words[0].equals(part.word) && words[2].matches("\\d{1,10}")) {
        long size = Long.parseLong(words[2]);
        if (words[1].matches("[0-9a-f]{64}") && size <= LARGEST) {
          return new Need(part, Digest.parse(words[1]), size);
        }
      }
    }
    throw FormatException.damaged(FORMAT, 0, line);
  }
}
