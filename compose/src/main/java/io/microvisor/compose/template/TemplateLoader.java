package io.microvisor.compose.template;

import io.microvisor.compose.problem.Code;
import io.microvisor.compose.problem.Place;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.problem.SimilarFile;
import io.microvisor.compose.problem.Suggestion;
import io.microvisor.compose.schema.Merging;
import io.microvisor.compose.schema.Relocation;
import io.microvisor.compose.schema.ShapeCheck;
import io.microvisor.compose.yaml.Yaml;
import io.microvisor.compose.yaml.YamlReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Reads templates. Whatever the bytes, the answer is a template or a list of problems.
public final class TemplateLoader {
  private static final int MAX_CHAIN = 4;

  private final List<Problem> problems = new ArrayList<>();
  private final Path folder;

  /// Where a layer comes from.
  private sealed interface Source {
    /// The file, as places show it.
    String display();

    record OnDisk(Path path, String display) implements Source {}

    record Shipped(String name) implements Source {
      @Override
      public String display() {
        return ShippedTemplates.display(name);
      }
    }
  }

  private TemplateLoader(Path folder) {
    this.folder = folder;
  }

  /// The template in a file, with all it extends. Places show the file as `file` names it.
  public static Loading load(Path file) {
    Path absolute = file.toAbsolutePath().normalize();
    Path parent = absolute.getParent();
    return new TemplateLoader(parent == null ? absolute : parent)
        .load(new Source.OnDisk(absolute, file.toString()));
  }

  /// A shipped template.
  ///
  /// @param name one of [ShippedTemplates#names()]; another is a problem
  public static Loading loadShipped(String name) {
    return new TemplateLoader(Path.of("").toAbsolutePath()).load(new Source.Shipped(name));
  }

  private Loading load(Source source) {
    Optional<Yaml.Mapping> tree = layers(source, Place.startOf(source.display()), List.of());
    if (tree.isPresent()) {
      Template template =
          new TemplateBinder(tree.get(), new TemplateFolder(folder, problems), problems).bind();
      if (problems.isEmpty()) {
        return new Loading.Loaded(template);
      }
    }
    List<Problem> sorted =
        problems.stream()
            .distinct()
            .sorted(Comparator.comparing(Problem::place).thenComparing(Problem::code))
            .toList();
    return new Loading.Rejected(sorted);
  }

  /// A layer over all it extends; empty when one of them cannot be had.
  private Optional<Yaml.Mapping> layers(Source source, Place asked, List<Source> children) {
    Optional<Yaml.Mapping> own =
        bytes(source, asked)
            .flatMap(bytes -> YamlReader.read(source.display(), bytes, problems))
            .map(yaml -> new ShapeCheck(problems).root(yaml));
    if (own.isEmpty()) {
      return own;
    }
    Yaml.Mapping located = Relocation.of(prefix(source)).apply(own.get());
    Yaml.Mapping nothing = new Yaml.Mapping(List.of(), located.place());
    if (!(located.find("extends").orElse(nothing) instanceof Yaml.Scalar wish)) {
      return Optional.of(new Merging(problems).over(nothing, without(located)));
    }
    List<Source> chain = new ArrayList<>(children);
    chain.add(source);
    return parent(source, wish)
        .filter(parent -> mayFollow(parent, wish, chain))
        .flatMap(parent -> layers(parent, wish.place(), chain))
        .map(parent -> new Merging(problems).over(parent, without(located)));
  }

  private static Yaml.Mapping without(Yaml.Mapping layer) {
    return new Yaml.Mapping(
        layer.entries().stream().filter(entry -> !entry.key().equals("extends")).toList(),
        layer.place());
  }

  /// How a layer's folder is reached from the template's: empty, or a path with a slash at its end.
  private String prefix(Source source) {
    return switch (source) {
      case Source.Shipped _ -> "";
      case Source.OnDisk(Path path, String _) -> {
        Path parent = path.getParent();
        String below =
            parent == null ? "" : folder.relativize(parent).toString().replace('\\', '/');
        yield below.isEmpty() ? "" : below + "/";
      }
    };
  }

  private Optional<byte[]> bytes(Source source, Place asked) {
    return switch (source) {
      case Source.Shipped(String name) -> {
        Optional<byte[]> found = ShippedTemplates.find(name);
        if (found.isEmpty()) {
          problems.add(unknown(name, asked));
        }
        yield found;
      }
      case Source.OnDisk(Path path, String display) -> {
        try (InputStream in = Files.newInputStream(path)) {
          yield Optional.of(in.readNBytes(YamlReader.MAX_BYTES + 1));
        } catch (NoSuchFileException _) { // said in words of the template
          problems.add(
              Problem.of(
                  Code.UNREADABLE,
                  asked,
                  display + ": does not exist (expected: a template)",
                  SimilarFile.of(path, Path.of(""))
                      .map(near -> "did you mean " + near + "?")
                      .orElse(
                          "shipped templates: " + String.join(", ", ShippedTemplates.names()))));
        } catch (IOException e) {
          problems.add(
              Problem.of(
                  Code.UNREADABLE,
                  asked,
                  display + ": " + TemplateFolder.reason(e) + " (expected: a readable file)"));
        }
        yield Optional.empty();
      }
    };
  }

  private Optional<Source> parent(Source child, Yaml.Scalar wish) {
    String name = wish.text();
    boolean file = name.contains("/") || name.endsWith(".yaml") || name.endsWith(".yml");
    if (!file) {
      if (ShippedTemplates.names().contains(name)) {
        return Optional.of(new Source.Shipped(name));
      }
      problems.add(unknown(name, wish.place()));
      return Optional.empty();
    }
    Optional<Path> path =
        switch (child) {
          case Source.Shipped _ -> Optional.empty();
          case Source.OnDisk(Path own, String _) ->
              TemplateFolder.inside(own.resolveSibling(""), name).filter(p -> real(p, wish));
        };
    if (path.isEmpty()) {
      problems.add(
          Problem.of(
              Code.OUTSIDE_FOLDER,
              wish.place(),
              "extends: "
                  + ShapeCheck.shown(name)
                  + " leaves the template's folder (expected: a template in it or below)"));
      return Optional.empty();
    }
    Path shown = Path.of(child.display()).resolveSibling(name).normalize();
    return Optional.of(new Source.OnDisk(path.get(), shown.toString()));
  }

  /// Whether a path stays in the folder when its links are followed; one that does not exist does.
  private boolean real(Path path, Yaml.Scalar wish) {
    try {
      return !Files.exists(path) || path.toRealPath().startsWith(folder.toRealPath());
    } catch (IOException e) {
      problems.add(
          Problem.of(
              Code.UNREADABLE,
              wish.place(),
              "extends: " + TemplateFolder.reason(e) + " (expected: a readable file)"));
      return true;
    }
  }

  private boolean mayFollow(Source parent, Yaml.Scalar wish, List<Source> chain) {
    List<String> names = new ArrayList<>(chain.stream().map(Source::display).toList());
    names.add(parent.display());
    boolean circle = chain.contains(parent);
    if (circle || chain.size() > MAX_CHAIN) {
      problems.add(
          Problem.of(
              Code.EXTENDS_TOO_DEEP,
              wish.place(),
              "extends: "
                  + String.join(" -> ", names)
                  + (circle ? " is a circle" : " is too long")
                  + " (expected: at most "
                  + MAX_CHAIN
                  + " templates one after another)"));
      return false;
    }
    return true;
  }

  private static Problem unknown(String name, Place place) {
    List<String> advice = new ArrayList<>();
    Suggestion.nearest(name, ShippedTemplates.names())
        .ifPresent(near -> advice.add("did you mean " + near + "?"));
    advice.add("a file beside the template is named with its ending: " + name + ".yaml");
    return new Problem(
        Code.UNKNOWN_TEMPLATE,
        place,
        "extends: no shipped template is called "
            + ShapeCheck.shown(name)
            + " (expected: "
            + String.join(", ", ShippedTemplates.names())
            + ", or a file)",
        advice);
  }
}
