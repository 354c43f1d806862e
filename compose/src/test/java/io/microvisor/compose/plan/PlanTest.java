package io.microvisor.compose.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.Digest;
import io.microvisor.bytes.Versions;
import io.microvisor.store.Store;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanTest {
  private static final StepId FIRST = new StepId("first");
  private static final StepId SECOND = new StepId("second");

  /// A step that makes its text, and counts how often it had to.
  private record Making(
      StepId id,
      @Unkeyed("each has an identity") SortedMap<String, Input> inputs,
      @Unkeyed("it is told apart") int version,
      String text,
      @Unkeyed("a counter") AtomicInteger runs,
      Sharing sharing)
      implements Step {
    @Override
    public Versions versions() {
      return Versions.of("test", version);
    }

    @Override
    public Outputs run(StepContext context) throws IOException {
      runs.incrementAndGet();
      String before = inputs.containsKey("before") ? context.text("before") + " " : "";
      return Outputs.of("text", new Artifact.Text(before + text))
          .and("bytes", context.keep(text.getBytes(StandardCharsets.UTF_8)));
    }
  }

  private static Making first(String text) {
    return new Making(FIRST, new TreeMap<>(), 1, text, new AtomicInteger(), Sharing.SHARED);
  }

  private static Making second(String text) {
    return new Making(
        SECOND,
        new TreeMap<>(Map.of("before", new Input.Output(FIRST, "text"))),
        1,
        text,
        new AtomicInteger(),
        Sharing.SHARED);
  }

  @Test
  void refusesAStepBeforeWhatItTakes() {
    assertThatThrownBy(() -> new Plan("test", List.of(second("b"), first("a"))))
        .hasMessage("plan: \"second\" takes \"text\" from \"first\" (expected: a step before it)");
  }

  @Test
  void refusesTwoStepsOfOneName() {
    assertThatThrownBy(() -> new Plan("test", List.of(first("a"), first("b"))))
        .hasMessage("plan: two steps called \"first\"");
  }

  @Test
  void whatDependsOnSomethingLocalIsLocalWhateverItSays() {
    Making secret = new Making(FIRST, new TreeMap<>(), 1, "a", new AtomicInteger(), Sharing.LOCAL);

    assertThat(new Plan("test", List.of(secret, second("b"))).sharing(SECOND))
        .isEqualTo(Sharing.LOCAL);
    assertThat(new Plan("test", List.of(first("a"), second("b"))).sharing(SECOND))
        .isEqualTo(Sharing.SHARED);
  }

  @Test
  void printsItself() {
    assertThat(new Plan("test", List.of(first("a"), second("b"))).toString())
        .isEqualTo("first <- \nsecond <- first.text");
  }

  @Test
  void handsOutputsFromStepToStep(@TempDir Path folder) throws Exception {
    assertThat(run(folder, first("a"), second("b")).text(SECOND, "text")).isEqualTo("a b");
  }

  @Test
  void runsAStepOnlyWhenSomethingChanged(@TempDir Path folder) throws Exception {
    run(folder, first("a"), second("b"));
    Making same = first("a");
    Making other = second("c");
    run(folder, same, other);
    assertThat(same.runs()).hasValue(0);
    assertThat(other.runs()).hasValue(1);
  }

  @Test
  void runsWhatFollowsAChangedStep(@TempDir Path folder) throws Exception {
    run(folder, first("a"), second("b"));
    Making following = second("b");
    assertThat(run(folder, first("x"), following).text(SECOND, "text")).isEqualTo("x b");
    assertThat(following.runs()).hasValue(1);
  }

  @Test
  void runsAgainWhatTheStoreLost(@TempDir Path folder) throws Exception {
    run(folder, first("a"), second("b"));
    try (Store store = Store.open(folder)) {
      store.files().remove(Digest.sha256("a"));
    }
    Making lost = first("a");
    run(folder, lost, second("b"));
    assertThat(lost.runs()).hasValue(1);
  }

  @Test
  void tellsWhichStepFailed(@TempDir Path folder) {
    record Failing(StepId id) implements Step {
      @Override
      public SortedMap<String, Input> inputs() {
        return new TreeMap<>();
      }

      @Override
      public Versions versions() {
        return Versions.of("test", 1);
      }

      @Override
      public Sharing sharing() {
        return Sharing.SHARED;
      }

      @Override
      public Outputs run(StepContext context) throws IOException {
        throw new IOException("the disk is full");
      }
    }
    Step failing = new Failing(FIRST);
    List<BuildEvent> events = Collections.synchronizedList(new ArrayList<>());
    assertThatThrownBy(
            () -> {
              try (Store store = Store.open(folder)) {
                new PlanRunner(store, store::contents, events::add)
                    .run(new Plan("test", List.of(failing, second("b"))));
              }
            })
        .isInstanceOf(IOException.class)
        .hasMessage("the disk is full");
    assertThat(events).contains(new BuildEvent.Failed(FIRST, "the disk is full"));
  }

  private static Results run(Path folder, Step... steps) throws IOException, InterruptedException {
    try (Store store = Store.open(folder)) {
      return new PlanRunner(store, store::contents, _ -> {}).run(new Plan("test", List.of(steps)));
    }
  }

  @Test
  void tellsWhatWouldRunAndWhy(@TempDir Path folder) throws Exception {
    run(folder, first("a"), second("b"));

    try (Store store = Store.open(folder)) {
      PlanRunner runner = new PlanRunner(store, store::contents, _ -> {});

      assertThat(runner.forecast(new Plan("test", List.of(first("a"), second("b")))))
          .containsExactly(new Forecast.Reused(FIRST), new Forecast.Reused(SECOND));
      assertThat(runner.forecast(new Plan("test", List.of(first("a"), second("c")))))
          .containsExactly(
              new Forecast.Reused(FIRST),
              new Forecast.Runs(SECOND, List.of("parameter text changed: b to c")));
      assertThat(runner.forecast(new Plan("test", List.of(first("z"), second("b")))))
          .containsExactly(
              new Forecast.Runs(FIRST, List.of("parameter text changed: a to z")),
              new Forecast.Waits(SECOND, List.of(FIRST)));
      assertThat(runner.forecast(new Plan("another", List.of(first("z")))))
          .containsExactly(new Forecast.Runs(FIRST, List.of("it was not made before")));
    }
  }
}
