package io.microvisor.compose.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.compose.problem.Place;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.problem.Suggestion;
import io.microvisor.compose.schema.ShapeCheck;
import io.microvisor.compose.yaml.Yaml.ScalarKind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class YamlPropertiesTest {
  private static final Place PLACE = Place.startOf("x");

  @Property(tries = 500)
  void anyBytesAreReadOrRefused(@ForAll byte[] bytes) {
    List<Problem> problems = new ArrayList<>();
    Optional<Yaml> yaml = YamlReader.read("x", bytes, problems);
    assertThat(yaml.isPresent() || !problems.isEmpty()).isTrue();
    yaml.ifPresent(value -> new ShapeCheck(problems).root(value));
  }

  @Property(tries = 500)
  void textsOfYamlsOwnCharactersAreReadOrRefused(@ForAll("soup") String text) {
    List<Problem> problems = new ArrayList<>();
    Optional<Yaml> yaml = YamlReader.read("x", text.getBytes(StandardCharsets.UTF_8), problems);
    assertThat(yaml.isPresent() || !problems.isEmpty()).isTrue();
    yaml.ifPresent(value -> new ShapeCheck(problems).root(value));
  }

  @Provide
  Arbitrary<String> soup() {
    return Arbitraries.of(
            "image",
            "systemConfig",
            "packages",
            "a",
            "1",
            " ",
            "  ",
            "\n",
            "\n  ",
            ": ",
            "- ",
            "?",
            "[",
            "]",
            "{",
            "}",
            ",",
            "&a ",
            "*a ",
            "!t ",
            "|\n",
            ">-\n",
            "\"",
            "'",
            "#",
            "%",
            "@",
            "---\n",
            "...\n",
            "\t",
            "\\",
            "\u00e9",
            "<<")
        .list()
        .ofMaxSize(30)
        .map(parts -> String.join("", parts));
  }

  @Property(tries = 150)
  void printedTreesReadBackTheSame(@ForAll("trees") Yaml.Mapping tree) {
    List<Problem> problems = new ArrayList<>();
    String text = YamlPrinter.print(tree);
    Optional<Yaml> back = YamlReader.read("x", text.getBytes(StandardCharsets.UTF_8), problems);
    assertThat(problems).as(text).isEmpty();
    assertThat(plain(back.orElseThrow())).as(text).isEqualTo(plain(tree));
  }

  @Provide
  Arbitrary<Yaml.Mapping> trees() {
    Arbitrary<Yaml> scalars =
        Arbitraries.oneOf(
                Arbitraries.strings().ofMaxLength(20),
                Arbitraries.of("true", "null", "~", "", "0644", "1.10", "-1", "a: b", "- x", "# c"),
                Arbitraries.of("a\n", "a\n\n", " a\n", "a\n b\n\nc\n", "a \nb\n", "\n", "a\r\n"))
            .filter(YamlPropertiesTest::printable)
            .map(text -> new Yaml.Scalar(text, ScalarKind.QUOTED, PLACE));
    Arbitrary<Yaml> values =
        Arbitraries.lazyOf(
            () -> scalars,
            () -> scalars,
            () -> trees().map(tree -> tree),
            () -> scalars.list().ofMaxSize(3).map(items -> (Yaml) new Yaml.Sequence(items, PLACE)),
            () ->
                trees()
                    .list()
                    .ofMaxSize(2)
                    .map(items -> (Yaml) new Yaml.Sequence(List.copyOf(items), PLACE)));
    return Arbitraries.strings()
        .alpha()
        .ofMinLength(1)
        .ofMaxLength(5)
        .list()
        .uniqueElements()
        .ofMaxSize(3)
        .flatMap(keys ->
            values
                .list()
                .ofSize(keys.size())
                .map(list -> {
                  List<Yaml.Entry> entries = new ArrayList<>();
                  for (int i = 0; i < keys.size(); i++) {
                    entries.add(new Yaml.Entry(keys.get(i), PLACE, list.get(i)));
                  }
                  return new Yaml.Mapping(entries, PLACE);
                }));
  }

  private static boolean printable(String text) {
    return text.codePoints().noneMatch(c -> c >= 0xd800 && c <= 0xdfff);
  }

  /// A tree without its places.
  private static String plain(Yaml yaml) {
    return switch (yaml) {
      case Yaml.Scalar scalar -> "<" + scalar.text() + ">";
      case Yaml.Sequence sequence ->
          sequence.items().stream().map(YamlPropertiesTest::plain).toList().toString();
      case Yaml.Mapping mapping ->
          mapping.entries().stream()
              .map(entry -> entry.key() + "=" + plain(entry.value()))
              .toList()
              .toString();
      case Yaml.Bad _ -> "bad";
    };
  }

  @Example
  void distanceCountsSwappedNeighboursAsOne() {
    assertThat(Suggestion.distance("edge", "egde")).isEqualTo(1);
    assertThat(Suggestion.distance("kitten", "sitting")).isEqualTo(3);
    assertThat(Suggestion.nearest("pacakges", List.of("packages", "pages"))).contains("packages");
    assertThat(Suggestion.nearest("zzz", List.of("packages"))).isEmpty();
  }
}
