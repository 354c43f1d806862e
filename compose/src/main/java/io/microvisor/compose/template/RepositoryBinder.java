package io.microvisor.compose.template;

import io.microvisor.compose.problem.Code;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.schema.Fields;
import io.microvisor.compose.schema.ShapeCheck;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/// Binds what a template says of repositories and pins.
final class RepositoryBinder {
  private static final List<String> SOURCES = List.of("url", "path", "packages");
  private static final List<String> TARGETS = List.of("release", "version", "site");
  private static final List<String> RELEASE_FIELDS =
      List.of("suite", "origin", "label", "component", "version");

  private final TemplateFolder folder;
  private final List<Problem> problems;

  RepositoryBinder(TemplateFolder folder, List<Problem> problems) {
    this.folder = folder;
    this.problems = problems;
  }

  static Template.Archive archive(Fields archive) {
    return new Template.Archive(
        archive.text("mirror").stream().map(item -> withoutSlash(item.text())).toList(),
        texts(archive, "suites"),
        texts(archive, "components"),
        archive.place());
  }

  Template.PackageRepository repository(Fields repository) {
    List<Fields.Item> keys = new ArrayList<>(repository.text("pkey").stream().toList());
    keys.addAll(repository.texts("pkeys"));
    Optional<String> kind = one("packageRepositories", repository, SOURCES);
    kind.ifPresent(source -> checkTrust(source, keys, repository));
    long priority = repository.whole("priority").orElse(0);
    return new Template.PackageRepository(
        source(kind.orElse(""), !keys.isEmpty(), repository),
        keys(repository),
        priority == 0 ? OptionalInt.empty() : OptionalInt.of((int) priority),
        texts(repository, "allowPackages"),
        repository.text("releaseSuite", ""),
        repository.place());
  }

  private List<LocalFile> keys(Fields repository) {
    List<LocalFile> files = new ArrayList<>();
    repository.text("pkey").flatMap(key -> folder.file("pkey", key)).ifPresent(files::add);
    repository.texts("pkeys").stream()
        .flatMap(key -> folder.file("pkeys", key).stream())
        .forEach(files::add);
    return files;
  }

  private Template.Source source(String kind, boolean signed, Fields repository) {
    List<String> components = words(repository.text("component", "main"));
    List<String> suites = words(repository.text("codename", ""));
    return switch (kind) {
      case "url" -> {
        if (suites.isEmpty()) {
          problems.add(
              Problem.of(
                  Code.MISSING_KEY,
                  repository.place(),
                  "codename: missing beside url (expected: the suite, or ./ for a flat repository)"));
        }
        yield new Template.Source.Archive(
            new Template.Location.Address(withoutSlash(repository.text("url", ""))),
            suites,
            components);
      }
      case "path" -> {
        Template.LocalPath path =
            repository
                .text("path")
                .flatMap(item -> folder.folder("path", item))
                .orElse(new Template.LocalPath("", Path.of("")));
        if (!signed && suites.isEmpty()) {
          yield new Template.Source.Folder(path);
        }
        yield new Template.Source.Archive(
            new Template.Location.Folder(path),
            suites.isEmpty() ? List.of("./") : suites,
            components);
      }
      default -> new Template.Source.Packages(texts(repository, "packages"));
    };
  }

  /// Whoever names a folder beside the template vouches for what is in it; all else has a key, or says that it has none.
  private void checkTrust(String kind, List<Fields.Item> keys, Fields repository) {
    boolean unsigned = repository.flag("insecureSkipVerify");
    if (unsigned && !keys.isEmpty()) {
      problems.add(
          Problem.of(
              Code.CONTRADICTION,
              repository.place("insecureSkipVerify"),
              "insecureSkipVerify: true beside a key (expected: one of them)"));
    }
    if (kind.equals("url") && !unsigned && keys.isEmpty()) {
      problems.add(
          Problem.of(
              Code.MISSING_KEY,
              repository.place(),
              "pkey: missing in an entry of packageRepositories (expected: the key that signs it)",
              "store the repository's public key beside the template and name it",
              "insecureSkipVerify: true takes an unsigned repository; the manifest records it"));
    }
    if (kind.equals("packages") && !keys.isEmpty()) {
      problems.add(
          Problem.of(
              Code.CONTRADICTION,
              keys.getFirst().place(),
              (repository.has("pkey") ? "pkey" : "pkeys")
                  + ": stands beside packages (expected: no key, as single packages are not signed)",
              "end each address with #sha256=DIGEST instead"));
    }
    for (Fields.Item address :
        kind.equals("packages") ? repository.texts("packages") : List.<Fields.Item>of()) {
      if (!unsigned && !address.text().contains("#sha256=")) {
        problems.add(
            Problem.of(
                Code.MISSING_KEY,
                address.place(),
                "packages: "
                    + ShapeCheck.shown(address.text())
                    + " says nothing of its content (expected: #sha256= and the digest at its end)",
                "insecureSkipVerify: true takes whatever is there; the manifest records it"));
      }
    }
    for (String beside :
        kind.equals("packages")
            ? List.of("codename", "component", "releaseSuite")
            : List.<String>of()) {
      if (repository.has(beside)) {
        problems.add(
            Problem.of(
                Code.CONTRADICTION,
                repository.place(beside),
                beside + ": stands beside packages (expected: only beside url or path)"));
      }
    }
  }

  PackagePin pin(Fields pin) {
    List<String> packages = texts(pin, "packages");
    Optional<String> kind = one("packagePins", pin, TARGETS);
    int priority = (int) pin.whole("priority").orElse(1);
    if (priority == 0) {
      problems.add(
          Problem.of(
              Code.BAD_VALUE,
              pin.place("priority"),
              "priority: 0 (expected: below 0 for never, above for how much it is preferred)"));
    }
    if (pin.has("packages") && packages.isEmpty()) {
      problems.add(
          Problem.of(
              Code.BAD_VALUE,
              pin.place("packages"),
              "packages: empty (expected: names, or \"*\")"));
    }
    if (packages.contains("*") && (packages.size() > 1 || kind.equals(Optional.of("version")))) {
      problems.add(
          Problem.of(
              Code.CONTRADICTION,
              pin.place("packages"),
              "packages: \"*\" stands beside "
                  + (packages.size() > 1 ? "names" : "version")
                  + " (expected: all packages of a release or site, or some by name)"));
    }
    return new PackagePin(
        packages,
        switch (kind.orElse("")) {
          case "version" -> new PackagePin.Target.Version(pin.text("version", ""));
          case "site" -> new PackagePin.Target.Site(pin.text("site", ""));
          default -> release(pin.block("release"));
        },
        priority,
        pin.place());
  }

  private PackagePin.Target release(Fields release) {
    SortedMap<String, String> fields = new TreeMap<>();
    for (String field : RELEASE_FIELDS) {
      release.text(field).ifPresent(item -> fields.put(field, item.text()));
    }
    if (release.stated() && fields.isEmpty()) {
      problems.add(
          Problem.of(
              Code.MISSING_KEY,
              release.place(),
              "release: empty (expected: one or more of "
                  + String.join(", ", RELEASE_FIELDS)
                  + ")"));
    }
    return new PackagePin.Target.Release(fields);
  }

  /// Which one of some keys is there; empty, with a problem, if it is not exactly one.
  private Optional<String> one(String list, Fields block, List<String> keys) {
    List<String> found = keys.stream().filter(block::has).toList();
    if (found.isEmpty()) {
      problems.add(
          Problem.of(
              Code.MISSING_KEY,
              block.place(),
              keys.getFirst()
                  + ": missing in an entry of "
                  + list
                  + " (expected: one of "
                  + String.join(", ", keys)
                  + ")"));
    } else if (found.size() > 1) {
      problems.add(
          Problem.of(
              Code.CONTRADICTION,
              block.place(found.get(1)),
              found.get(1)
                  + ": stands beside "
                  + found.getFirst()
                  + " (expected: one of "
                  + String.join(", ", keys)
                  + ")"));
    }
    return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
  }

  private static List<String> texts(Fields block, String name) {
    return block.texts(name).stream().map(Fields.Item::text).toList();
  }

  private static List<String> words(String text) {
    return text.isBlank() ? List.of() : List.of(text.strip().split("\\s+", -1));
  }

  private static String withoutSlash(String url) {
    return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
  }
}
