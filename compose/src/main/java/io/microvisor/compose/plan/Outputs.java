package io.microvisor.compose.plan;

import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// Everything a step made, by name.
///
/// Its text form, kept in the action cache, is a line per artifact, its words separated by tabs, because names may have
/// blanks in them: `<name> tree <digest>`, `<name> blob <digest> <size>` or `<name> text <value>`.
public record Outputs(SortedMap<String, Artifact> byName) {
  public Outputs {
    byName = Collections.unmodifiableSortedMap(new TreeMap<>(byName));
  }

  /// One artifact.
  public static Outputs of(String name, Artifact artifact) {
    return new Outputs(new TreeMap<>(Map.of(name, artifact)));
  }

  /// These and one more.
  public Outputs and(String name, Artifact artifact) {
    SortedMap<String, Artifact> more = new TreeMap<>(byName);
    more.put(name, artifact);
    return new Outputs(more);
  }

  /// The artifact called `name`.
  ///
  /// @throws IllegalStateException if the step made none of that name
  public Artifact named(String name) {
    Artifact artifact = byName.get(name);
    if (artifact == null) {
      throw new IllegalStateException(
          "output: no \"" + name + "\" (expected: one of " + byName.keySet() + ")");
    }
    return artifact;
  }

  public byte[] toBytes() {
    StringBuilder text = new StringBuilder();
    byName.forEach((name, artifact) ->
        text.append(name)
            .append(
                switch (artifact) {
                  case Artifact.Tree tree -> "\ttree\t" + tree.identity().hex();
                  case Artifact.Blob blob ->
                      "\tblob\t" + blob.identity().hex() + "\t" + blob.size();
                  case Artifact.Text value -> "\ttext\t" + value.value();
                })
            .append('\n'));
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  public static Outputs parse(byte[] bytes) throws FormatException {
    SortedMap<String, Artifact> byName = new TreeMap<>();
    for (String line : new String(bytes, StandardCharsets.UTF_8).lines().toList()) {
      String[] words = line.split("\t", 3);
      try {
        byName.put(
            words[0],
            switch (words[1]) {
              case "tree" -> new Artifact.Tree(Digest.parse(words[2]));
              case "blob" -> {
                String[] blob = words[2].split("\t", 2);
                yield new Artifact.Blob(Digest.parse(blob[0]), Long.parseLong(blob[1]));
              }
              case "text" -> new Artifact.Text(words[2]);
              default -> throw new IllegalArgumentException(words[1]);
            });
      } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
        FormatException damaged = FormatException.damaged("action cache entry", 0, line);
        damaged.initCause(e);
        throw damaged;
      }
    }
    return new Outputs(byName);
  }
}
