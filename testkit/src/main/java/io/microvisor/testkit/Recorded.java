package io.microvisor.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// Results recorded beside the versions of the code that makes them, and a key that stands for these and for all inputs. Another
/// result for the same key fails, and is never recorded; another key fails until it is recorded, by running the test with
/// `-Demt.regenerate=true`.
///
/// The file has a line for each result: its name, versions, key and digest, separated by tabs.
public final class Recorded {
  private record Entry(String versions, String key, String digest) {}

  private final Path file;
  private final SortedMap<String, Entry> before;
  private final SortedMap<String, Entry> now = new TreeMap<>();

  private Recorded(Path file, SortedMap<String, Entry> before) {
    this.file = file;
    this.before = before;
  }

  /// What a file recorded; nothing, if it is not there.
  public static Recorded of(Path file) {
    SortedMap<String, Entry> before = new TreeMap<>();
    try {
      for (String line : Files.exists(file) ? Files.readAllLines(file) : List.<String>of()) {
        String[] words = line.split("\t", -1);
        before.put(words[0], new Entry(words[1], words[2], words[3]));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Recorded(file, before);
  }

  /// Compares a result with what was recorded of it; [#finish] tells.
  public void check(String name, String versions, String key, String digest) {
    now.put(name, new Entry(versions, key, digest));
  }

  /// What is recorded.
  public Set<String> names() {
    return before.keySet();
  }

  /// @throws AssertionError if a result is another than recorded
  public void finish() throws IOException {
    List<String> wrong = new ArrayList<>();
    List<String> unrecorded = new ArrayList<>();
    now.forEach((name, entry) -> {
      Entry old = before.get(name);
      if (old == null || !old.key().equals(entry.key())) {
        unrecorded.add(name);
      } else if (!old.equals(entry)) {
        wrong.add(name + ": another result, and none of its versions changed: " + entry.versions());
      }
    });
    if (!wrong.isEmpty()) {
      throw new AssertionError(
          "%s\n  advice: raise the version of the part that changed, then run this test with -Demt.regenerate=true"
              .formatted(String.join("\n", wrong)));
    }
    if (!unrecorded.isEmpty() && !Boolean.getBoolean("emt.regenerate")) {
      throw new AssertionError(
          "%s: versions or inputs changed\n  advice: run this test with -Demt.regenerate=true, and commit %s"
              .formatted(unrecorded, file.getFileName()));
    }
    if (Boolean.getBoolean("emt.regenerate")) {
      Files.createDirectories(file.toAbsolutePath().getParent());
      StringBuilder text = new StringBuilder();
      now.forEach((name, entry) ->
          text.append(
              "%s\t%s\t%s\t%s\n".formatted(name, entry.versions(), entry.key(), entry.digest())));
      Files.writeString(file, text);
    }
  }
}
