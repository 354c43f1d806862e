package io.microvisor.compose.plan;

import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// Everything a step made, by name.
///
/// Its text form, kept in the action cache, is a line per artifact, its words separated by tabs, because names may have
/// blanks in them: `<name> tree <digest>`, `<name> blob <digest> <size>` or `<name> text <value>`; then one per secret, whose
/// name is empty: ` secret <path>`.
///
/// @param byName the artifacts
/// @param secrets paths in a tree among them of what is not for everybody, such as a private key that the step found made:
///     these outputs, and all that is made from them, stay on this machine
public record Outputs(SortedMap<String, Artifact> byName, List<String> secrets) {
  public Outputs {
    byName = Collections.unmodifiableSortedMap(new TreeMap<>(byName));
    // Scripts choose names: what would break a line, or a terminal, is a question mark here.
    secrets = secrets.stream().map(path -> path.replaceAll("\\p{Cntrl}", "?")).toList();
  }

  /// One artifact.
  public static Outputs of(String name, Artifact artifact) {
    return new Outputs(new TreeMap<>(Map.of(name, artifact)), List.of());
  }

  /// These and one more.
  public Outputs and(String name, Artifact artifact) {
    SortedMap<String, Artifact> more = new TreeMap<>(byName);
    more.put(name, artifact);
    return new Outputs(more, secrets);
  }

  /// These, with secrets in them.
  public Outputs withSecrets(List<String> paths) {
    return new Outputs(byName, paths);
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
    secrets.forEach(path -> text.append("\tsecret\t").append(path).append('\n'));
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  public static Outputs parse(byte[] bytes) throws FormatException {
    SortedMap<String, Artifact> byName = new TreeMap<>();
    List<String> secrets = new ArrayList<>();
    for (String line : new String(bytes, StandardCharsets.UTF_8).lines().toList()) {
      String[] words = line.split("\t", 3);
      try {
        if (words[0].isEmpty() && words[1].equals("secret")) {
          secrets.add(words[2]);
          continue;
        }
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
    return new Outputs(byName, secrets);
  }
}
