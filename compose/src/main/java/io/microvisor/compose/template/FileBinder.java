package io.microvisor.compose.template;

import io.microvisor.compose.problem.Code;
import io.microvisor.compose.problem.Place;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.schema.Fields;
import io.microvisor.compose.schema.ShapeCheck;
import io.microvisor.compose.template.PathClaims.Claim;
import io.microvisor.compose.template.PathClaims.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Binds what a template takes from files: additional files and files of ssh keys; and additional folders.
final class FileBinder {
  private static final int MAX_KEY_FILE = 1 << 20;

  private final TemplateFolder folder;
  private final PathClaims claims;
  private final List<Problem> problems;

  /// Looks at one line of a file of keys.
  @FunctionalInterface
  interface KeyCheck {
    void check(String subject, String line, Place place);
  }

  /// @param claims gets what goes where
  FileBinder(TemplateFolder folder, PathClaims claims, List<Problem> problems) {
    this.folder = folder;
    this.claims = claims;
    this.problems = problems;
  }

  List<AdditionalFile> files(List<Fields> entries) {
    List<AdditionalFile> files = new ArrayList<>();
    for (Fields entry : entries) {
      Optional<Fields.Item> path = entry.text("final");
      path.ifPresent(item -> claim("final", item, Kind.FILE));
      content(entry)
          .ifPresent(
              content -> files.add(file(entry, path.map(Fields.Item::text).orElse(""), content)));
    }
    return files;
  }

  List<AdditionalFolder> folders(List<Fields> entries) {
    List<AdditionalFolder> folders = new ArrayList<>();
    for (Fields entry : entries) {
      entry
          .text("path")
          .ifPresent(item -> {
            claim("path", item, Kind.FOLDER);
            folders.add(new AdditionalFolder(item.text(), owner(entry), item.place()));
          });
    }
    return folders;
  }

  /// Who owns what an entry names, and its mode, as far as it says so.
  static Persistence.Owner owner(Fields entry) {
    String[] names = entry.text("owner", "-").split(":", 2);
    return new Persistence.Owner(names[0], names[names.length - 1], entry.text("mode", "-"));
  }

  private void claim(String key, Fields.Item path, Kind kind) {
    Claim claim = new Claim(key + ": " + path.text(), path.text(), kind, path.place());
    VolatilePaths.reached(path.text())
        .ifPresent(reached -> problems.add(VolatilePaths.problem(claim, reached)));
    claims.claim(path.text(), claim);
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
        "final",
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
