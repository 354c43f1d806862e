package io.microvisor.compose.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.Digest;
import io.microvisor.bytes.Versions;
import io.microvisor.compose.problem.Place;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FingerprintTest {
  private static final Place PLACE = new Place("edge.yaml", 7, 3);
  private static final Place LOWER = new Place("edge.yaml", 70, 3);
  private static final Input.Output INPUT = new Input.Output(new StepId("before"), "tree");
  private static final Input.Output OTHER = new Input.Output(new StepId("another"), "tree");

  private interface Testing extends Step {
    @Override
    default StepId id() {
      return new StepId("step");
    }

    @Override
    default SortedMap<String, Input> inputs() {
      return new TreeMap<>();
    }

    @Override
    default Versions versions() {
      return Versions.of("test", 3);
    }

    @Override
    default Sharing sharing() {
      return Sharing.SHARED;
    }

    @Override
    default Outputs run(StepContext context) {
      throw new UnsupportedOperationException();
    }
  }

  private sealed interface Store {
    record Memory() implements Store {}

    record Partition(String label) implements Store {}
  }

  private record Wish(String name, Place place) {}

  private record Selection(
      List<Wish> keptNames, Set<String> hidden, Store store, Sharing sharing, Place place) {}

  private record Selecting(Input.Output tree, Selection selection, long epoch) implements Testing {}

  private record Counting(@Unkeyed("a counter") AtomicInteger runs, String text)
      implements Testing {}

  private record Reading(Path file) implements Testing {}

  private record Repeating(Wish wish, String name) implements Testing {}

  private static Selecting selecting(
      Input.Output input, List<String> names, Store store, Place place) {
    return new Selecting(
        input,
        new Selection(
            names.stream().map(each -> new Wish(each, place)).toList(),
            Set.of("x", "y", "z"),
            store,
            Sharing.LOCAL,
            place),
        9);
  }

  @Test
  void everyComponentCounts() {
    Step step = selecting(INPUT, List.of("a", "b"), new Store.Partition("state"), PLACE);

    assertThat(Fingerprint.of(step).parameters())
        .containsEntry("kept names", "[Wish(name=\"a\"), Wish(name=\"b\")]")
        .containsEntry("hidden", "[\"x\", \"y\", \"z\"]")
        .containsEntry("store", "Partition(label=\"state\")")
        .containsEntry("sharing", "LOCAL")
        .containsEntry("epoch", "9")
        .hasSize(5);
    assertThat(Fingerprint.of(step).versions()).hasToString("test 3");
  }

  @Test
  void whereSomethingStandsAndWhichStepAnInputIsFromDoNotCount() {
    assertThat(Fingerprint.of(selecting(INPUT, List.of("a"), new Store.Memory(), PLACE)))
        .isEqualTo(Fingerprint.of(selecting(OTHER, List.of("a"), new Store.Memory(), LOWER)));
  }

  @Test
  void differentValuesNeverLookTheSame() {
    assertThat(
            List.of(
                    List.of("a", "b"),
                    List.of("b", "a"),
                    List.of("a\", \"b"),
                    List.of("a\\\", \\\"b"),
                    List.<String>of())
                .stream()
                .map(names -> selecting(INPUT, names, new Store.Memory(), PLACE))
                .map(step -> key(step)))
        .doesNotHaveDuplicates();
    assertThat(Fingerprint.of(selecting(INPUT, List.of(), new Store.Memory(), PLACE)))
        .isNotEqualTo(Fingerprint.of(selecting(INPUT, List.of(), new Store.Partition(""), PLACE)));
  }

  private static Digest key(Step step) {
    return Fingerprint.of(step).key(step.id(), new TreeMap<>());
  }

  @Test
  void whatIsMarkedDoesNotCount() {
    assertThat(Fingerprint.of(new Counting(new AtomicInteger(1), "a")))
        .isEqualTo(Fingerprint.of(new Counting(new AtomicInteger(2), "a")))
        .isNotEqualTo(Fingerprint.of(new Counting(new AtomicInteger(1), "b")));
  }

  @Test
  void whatHasNoCanonicalFormIsRefused() {
    assertThatThrownBy(() -> Fingerprint.of(new Reading(Path.of("a"))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("step step: file: ")
        .hasMessageEndingWith("has no canonical form (expected: a value, or @Unkeyed)");
  }

  @Test
  void twoParametersOfOneNameAreRefused() {
    assertThatThrownBy(() -> Fingerprint.of(new Repeating(new Wish("a", PLACE), "b")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("step step: two parameters name (expected: distinct names)");
  }
}
