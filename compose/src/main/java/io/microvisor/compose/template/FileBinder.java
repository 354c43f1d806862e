package io.microvisor.compose.template;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Binds what a template takes from files: additional files and files of ssh keys.
final class FileBinder {
  private static final List<String> NO_PLACE = List.of("/proc", "/sys", "/dev", "/run", "/tmp");
  private static final int MAX_KEY_FILE = 1 << 20;

  private final TemplateFolder folder;
  private final List<Problem> problems;

  /// Looks at one line of a file of keys.
  @FunctionalInterface
  interface KeyCheck {
    void check(String subject, String line, Place place);
  }

  FileBinder(TemplateFolder folder, List<Problem> problems) {
    this.folder = folder;
    this.problems = problems;
  }

  List<AdditionalFile> files(List<Fields> entries) {
    List<AdditionalFile> files = new ArrayList<>();
    Map<String, Place> paths = new HashMap<>();
    for (Fields entry : entries) {
      String path = entry.text("final", "");
      Place place = entry.place("final");
      if (NO_PLACE.stream().anyMatch(no -> path.equals(no) || path.startsWith(no + "/"))) {
        problems.add(
            Problem.of(
                Code.BAD_VALUE,
                place,
                "final: "
                    + ShapeCheck.shown(path)
                    + " lies where the running system mounts something else (expected: a path that"
                    + " stays visible)"));
      }
      Place first = path.isEmpty() ? null : paths.putIfAbsent(path, place);
      if (first != null) {
        problems.add(
            Problem.of(
                Code.DUPLICATE_ENTRY,
                place,
                "final: " + path + " stands twice (expected: once)",
                "it stands at " + first + " already"));
      }
      content(entry).ifPresent(content -> files.add(file(entry, path, content)));
    }
    return files;
  }

  private Optional<AdditionalFile.Content> content(Fields entry) {
    if (entry.has("local") == entry.has("content")) {
      problems.add(
          entry.has("local")
              ? Problem.of(
                  Code.CONTRADICTION,
                  entry.place("content"),
                  "content: stands beside local (expected: one of them)")
              : Problem.of(
                  Code.MISSING_KEY,
                  entry.place(),
                  "local: missing in an entry of additionalFiles (expected: local or content)"));
      return Optional.empty();
    }
    if (entry.has("content")) {
      return entry.text("content").map(item -> new AdditionalFile.Content.Inline(item.text()));
    }
    return entry
        .text("local")
        .flatMap(item -> folder.file("local", item))
        .map(AdditionalFile.Content.Local::new);
  }

  private static AdditionalFile file(Fields entry, String path, AdditionalFile.Content content) {
    String usual =
        switch (content) {
          case AdditionalFile.Content.Local(LocalFile file) when file.executable() -> "0755";
          case AdditionalFile.Content.Local _, AdditionalFile.Content.Inline _ -> "0644";
        };
    String[] owner = entry.text("owner", "root:root").split(":", 2);
    return new AdditionalFile(
        path,
        content,
        Integer.parseInt(entry.text("mode", usual), 8),
        owner[0],
        owner[owner.length - 1],
        entry.place("final"));
  }

  /// The keys in a file, one a line; blank lines and comments count for nothing.
  List<String> keys(Fields.Item wish, KeyCheck check) {
    List<String> keys = new ArrayList<>();
    Optional<LocalFile> file = folder.file("sshAuthorizedKeysFiles", wish);
    if (file.isEmpty()) {
      return keys;
    }
    try (var in = Files.newInputStream(file.get().path())) {
      String text = new String(in.readNBytes(MAX_KEY_FILE), StandardCharsets.UTF_8);
      for (String line : text.lines().map(String::strip).toList()) {
        if (!line.isEmpty() && !line.startsWith("#")) {
          check.check("sshAuthorizedKeysFiles: " + wish.text(), line, wish.place());
          keys.add(line);
        }
      }
    } catch (IOException e) {
      problems.add(
          Problem.of(
              Code.MISSING_FILE,
              wish.place(),
              "sshAuthorizedKeysFiles: "
                  + ShapeCheck.shown(wish.text())
                  + " cannot be read: "
                  + TemplateFolder.reason(e)
                  + " (expected: a file of public keys)"));
    }
    return keys;
  }
}
