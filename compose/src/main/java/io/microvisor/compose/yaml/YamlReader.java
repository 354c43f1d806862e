package io.microvisor.compose.yaml;

import io.microvisor.compose.problem.Code;
import io.microvisor.compose.problem.Place;
import io.microvisor.compose.problem.Problem;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// Reads one YAML 1.2 document of the core schema. It works on parser events rather than on the library's node graph, so
/// that a document which is too deep, or grows too large through its aliases, is refused before it is built.
///
/// Refused besides broken YAML: more than [#MAX_BYTES], nesting beyond [#MAX_DEPTH], more than [#MAX_NODES] values once
/// aliases are counted at their full size, tags, keys that are not text, a key given twice, several documents.
public final class YamlReader {
  /// The most bytes of a template.
  public static final int MAX_BYTES = 1 << 20;

  /// The deepest nesting of lists and blocks.
  static final int MAX_DEPTH = 24;

  /// The most values, counting an alias as all it stands for.
  static final int MAX_NODES = 50_000;

  private final String file;
  private final List<Problem> problems;
  private final Iterator<Event> events;
  private final Map<Anchor, Sized> anchors = new HashMap<>();
  private int seen;

  /// A value and how many values it holds, itself included.
  private record Sized(Yaml value, int nodes) {}

  /// Stops the reading: the problem is in the list already.
  private static final class Stop extends RuntimeException {
    private static final long serialVersionUID = 1;

    Stop() {
      super("stop", null, false, false);
    }
  }

  private YamlReader(String file, Iterator<Event> events, List<Problem> problems) {
    this.file = file;
    this.events = events;
    this.problems = problems;
  }

  /// The document in `bytes`; empty when it cannot be read, and then `problems` has grown. Keys given twice are
  /// reported too, but do not stop the reading.
  public static Optional<Yaml> read(String file, byte[] bytes, List<Problem> problems) {
    if (bytes.length > MAX_BYTES) {
      problems.add(
          Problem.of(
              Code.TOO_LARGE,
              Place.startOf(file),
              "template: more than 1 MiB (expected: at most 1 MiB)",
              "move long contents into files of their own and name them with local:"));
      return Optional.empty();
    }
    Optional<String> text = decode(file, bytes, problems);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new YamlReader(
                  file,
                  new Parse(settings(text.get())).parseString(text.get()).iterator(),
                  problems)
              .document());
    } catch (Stop _) { // reported where it was thrown
      return Optional.empty();
    } catch (MarkedYamlEngineException e) {
      Place place = e.getProblemMark().map(mark -> at(file, mark)).orElse(Place.startOf(file));
      problems.add(
          Problem.of(Code.BROKEN_YAML, place, "YAML: " + oneLine(e.getProblem()), advice(e)));
      return Optional.empty();
    } catch (YamlEngineException | NoSuchElementException | IllegalArgumentException e) {
      problems.add(
          Problem.of(
              Code.BROKEN_YAML,
              Place.startOf(file),
              "YAML: " + oneLine(String.valueOf(e.getMessage()))));
      return Optional.empty();
    }
  }

  /// The buffer takes the whole text: the library copies all it holds for each refill within one long scalar.
  private static LoadSettings settings(String text) {
    return LoadSettings.builder()
        .setUseMarks(true)
        .setCodePointLimit(MAX_BYTES)
        .setBufferSize(Math.max(1024, text.length() + 1))
        .build();
  }

  private static Optional<String> decode(String file, byte[] bytes, List<Problem> problems) {
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(bytes))
              .toString();
      return Optional.of(text.startsWith("\uFEFF") ? text.substring(1) : text);
    } catch (CharacterCodingException e) {
      problems.add(
          Problem.of(
              Code.BROKEN_YAML,
              Place.startOf(file),
              "template: not UTF-8 text (expected: a YAML file)"));
      return Optional.empty();
    }
  }

  private static String advice(MarkedYamlEngineException e) {
    String problem = String.valueOf(e.getProblem());
    if (problem.contains("'\\t'") || problem.contains("TAB")) {
      return "indent with spaces, YAML forbids tabs";
    }
    return "check the indentation, and quote texts that hold a colon or begin with a special"
        + " character";
  }

  private static String oneLine(String text) {
    return text.lines().findFirst().orElse("cannot be read").strip();
  }

  private static Place at(String file, Mark mark) {
    return new Place(file, mark.getLine() + 1, mark.getColumn() + 1);
  }

  private Place place(Event event) {
    return event.getStartMark().map(mark -> at(file, mark)).orElse(Place.startOf(file));
  }

  private Yaml document() {
    Yaml root = new Yaml.Mapping(List.of(), Place.startOf(file));
    boolean found = false;
    while (events.hasNext()) {
      Event event = events.next();
      if (event instanceof DocumentStartEvent start) {
        if (found) {
          throw refuse(
              Code.UNSUPPORTED_YAML,
              place(start),
              "template: a second document (expected: one)",
              "remove the line --- and what follows it");
        }
        root = node(events.next(), 0).value();
        found = true;
      }
    }
    return root;
  }

  private Sized node(Event event, int depth) {
    if (event instanceof AliasEvent alias) {
      return alias(alias);
    }
    if (!(event instanceof NodeEvent node)) {
      throw refuse(Code.BROKEN_YAML, place(event), "YAML: a value is missing here");
    }
    if (depth > MAX_DEPTH) {
      throw refuse(
          Code.TOO_LARGE,
          place(event),
          "template: nested deeper than " + MAX_DEPTH + " levels (expected: fewer)");
    }
    count(1, event);
    Sized result =
        switch (node) {
          case ScalarEvent scalar -> new Sized(scalar(scalar), 1);
          case SequenceStartEvent start -> sequence(start, depth);
          case MappingStartEvent start -> mapping(start, depth);
          default -> throw new IllegalStateException("an unknown YAML event: " + node);
        };
    node.getAnchor().ifPresent(anchor -> anchors.put(anchor, result));
    return result;
  }

  private Sized alias(AliasEvent alias) {
    Sized target = anchors.get(alias.getAlias());
    if (target == null) {
      throw refuse(
          Code.BROKEN_YAML,
          place(alias),
          "*" + alias.getAlias() + ": no anchor of this name stands above, complete",
          "define it first with &" + alias.getAlias());
    }
    count(target.nodes(), alias);
    return target;
  }

  private Yaml scalar(ScalarEvent event) {
    event.getTag().ifPresent(tag -> refuseTag(tag, event));
    Yaml.ScalarKind kind =
        event.getScalarStyle() == ScalarStyle.PLAIN
            ? Yaml.ScalarKind.ofPlain(event.getValue())
            : Yaml.ScalarKind.QUOTED;
    return new Yaml.Scalar(event.getValue(), kind, place(event));
  }

  private Sized sequence(SequenceStartEvent start, int depth) {
    start.getTag().ifPresent(tag -> refuseTag(tag, start));
    List<Yaml> items = new ArrayList<>();
    int nodes = 1;
    for (Event event = events.next();
        event.getEventId() != Event.ID.SequenceEnd;
        event = events.next()) {
      Sized item = node(event, depth + 1);
      items.add(item.value());
      nodes += item.nodes();
    }
    return new Sized(new Yaml.Sequence(items, place(start)), nodes);
  }

  private Sized mapping(MappingStartEvent start, int depth) {
    start.getTag().ifPresent(tag -> refuseTag(tag, start));
    Map<String, Place> keys = new HashMap<>();
    List<Yaml.Entry> entries = new ArrayList<>();
    int nodes = 1;
    for (Event event = events.next();
        event.getEventId() != Event.ID.MappingEnd;
        event = events.next()) {
      Place place = place(event);
      if (!(node(event, depth + 1).value() instanceof Yaml.Scalar key)) {
        throw refuse(Code.UNSUPPORTED_YAML, place, "key: a list or block (expected: a plain word)");
      }
      Sized value = node(events.next(), depth + 1);
      nodes += 1 + value.nodes();
      Place first = keys.putIfAbsent(key.text(), place);
      if (first == null) {
        entries.add(new Yaml.Entry(key.text(), place, value.value()));
      } else {
        problems.add(
            Problem.of(
                Code.DUPLICATE_KEY,
                place,
                key.text() + ": given twice (expected: once)",
                "it stands at " + first + " already; join the two"));
      }
    }
    return new Sized(new Yaml.Mapping(entries, place(start)), nodes);
  }

  private void refuseTag(String tag, Event event) {
    throw refuse(
        Code.UNSUPPORTED_YAML,
        place(event),
        "tag "
            + tag.replace("tag:yaml.org,2002:", "!!")
            + ": tags are not part of templates (expected: a plain value)",
        "remove the tag; the key decides the type of its value");
  }

  private void count(int nodes, Event event) {
    seen += nodes;
    if (seen > MAX_NODES) {
      throw refuse(
          Code.TOO_LARGE,
          place(event),
          "template: more than "
              + MAX_NODES
              + " values, aliases counted in full (expected: fewer)");
    }
  }

  private Stop refuse(Code code, Place place, String what, String... advice) {
    problems.add(Problem.of(code, place, what, advice));
    return new Stop();
  }
}
