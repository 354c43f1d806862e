package io.microvisor.compose.plan;

import io.microvisor.bytes.ByteSize;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.files.FullDiskException;
import io.microvisor.formats.tree.Inode;
import io.microvisor.store.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/// Runs a plan: asks the action cache for each step's outputs, and runs the step only when they are not there. Steps
/// that do not wait for each other run at the same time.
public final class PlanRunner {
  private static final Origin LOCAL = new Origin.Local();

  private final Store store;
  private final StepResults results;
  private final KnownTrees trees;
  private final Contents contents;
  private final SharedResults shared;
  private final Consumer<BuildEvent> events;
  private final Repair.Look look;

  /// Where contents come from that no step made.
  @FunctionalInterface
  public interface Contents {
    /// The contents; called by every step that looks at any, and by none that is cached.
    ContentSource open() throws IOException;
  }

  /// Without sharing results.
  public PlanRunner(Store store, Contents contents, Consumer<BuildEvent> events) {
    this(store, contents, SharedResults.NONE, Repair.Look.USUAL, events);
  }

  /// @param contents the contents of the packages' files; those of the trees that steps make are found in the store
  /// @param shared asked for what the store lacks, before a step runs
  /// @param look how closely to look at what the store has
  /// @param events told what happens, from one thread at a time
  public PlanRunner(
      Store store,
      Contents contents,
      SharedResults shared,
      Repair.Look look,
      Consumer<BuildEvent> events) {
    this.store = store;
    this.results = new StepResults(store.actions());
    this.trees = new KnownTrees(store.contents());
    this.look = look;
    this.shared = shared;
    this.contents = () -> store.contents().or(contents.open());
    this.events =
        event -> {
          synchronized (this) {
            events.accept(event);
          }
        };
  }

  /// Runs all steps.
  ///
  /// @throws IOException the first failure; the other steps are interrupted
  /// @throws InterruptedException if this thread is interrupted; so are the steps
  public Results run(Plan plan) throws IOException, InterruptedException {
    events.accept(new BuildEvent.Planned(plan.inOrder().stream().map(Step::id).toList()));
    StepHistory history = new StepHistory(store.actions(), plan.name());
    Map<StepId, Future<Reached>> started = new HashMap<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      try {
        for (Step step : plan.inOrder()) {
          Map<StepId, Future<Reached>> before = Map.copyOf(started);
          started.put(step.id(), threads.submit(() -> reach(plan, step, before, history)));
        }
        return await(plan, started);
      } finally {
        started.values().forEach(future -> future.cancel(true));
      }
    }
  }

  private static Results await(Plan plan, Map<StepId, Future<Reached>> started)
      throws IOException, InterruptedException {
    SequencedMap<StepId, StepResult> all = new LinkedHashMap<>();
    for (Step step : plan.inOrder()) {
      all.put(step.id(), reached(started, step.id()).result());
    }
    return new Results(all);
  }

  private static Reached reached(Map<StepId, Future<Reached>> started, StepId step)
      throws IOException, InterruptedException {
    try {
      return Objects.requireNonNull(started.get(step), "plans are in order").get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException io -> throw io;
        case InterruptedException interrupted -> throw interrupted;
        case RuntimeException unexpected -> throw unexpected;
        case Error error -> throw error;
        case null, default -> throw new IllegalStateException(e);
      }
    }
  }

  /// What a step made, and whether that may leave this machine: not where its step or one before it says so, or found secrets.
  private record Reached(StepResult result, Sharing sharing) {}

  private Reached reach(
      Plan plan, Step step, Map<StepId, Future<Reached>> before, StepHistory history)
      throws IOException, InterruptedException {
    Map<String, Artifact> taken = new HashMap<>();
    Sharing sharing = step.sharing();
    for (Map.Entry<String, Input> input : step.inputs().entrySet()) {
      if (input.getValue() instanceof Input.Output output) {
        Reached from = reached(before, output.step());
        taken.put(input.getKey(), from.result().outputs().named(output.name()));
        sharing = sharing.and(from.sharing());
      }
    }
    SortedMap<String, Digest> identities = identities(step, taken);
    Digest key = Fingerprint.of(step).key(step.id(), identities);
    StepResult result = result(plan, step, taken, key, elsewhere(sharing));
    for (String secret : result.outputs().secrets()) {
      events.accept(new BuildEvent.Warned(step.id(), warning(secret)));
    }
    history.remember(step.id(), StepHistory.facts(step, identities));
    return new Reached(result, sharing.and(sharing(result.outputs())));
  }

  private SharedResults elsewhere(Sharing sharing) {
    return switch (sharing) {
      case SHARED -> shared;
      case LOCAL -> SharedResults.NONE;
    };
  }

  private static Sharing sharing(Outputs outputs) {
    return outputs.secrets().isEmpty() ? Sharing.SHARED : Sharing.LOCAL;
  }

  private static String warning(String secret) {
    return secret
        + ": a private key that a package's script made; every machine of this image has it, and"
        + " whoever has the image (advice: have each machine make its own, or put another file in"
        + " its place by additionalFiles)";
  }

  /// From the store, else from another machine, else from the step itself.
  private StepResult result(
      Plan plan, Step step, Map<String, Artifact> taken, Digest key, SharedResults elsewhere)
      throws IOException, InterruptedException {
    Optional<StepResult> cached = cached(key, elsewhere);
    if (cached.isPresent()) {
      events.accept(new BuildEvent.Reused(step.id()));
      if (cached.get().origin().equals(LOCAL)) {
        offer(elsewhere, key, cached.get().outputs());
      }
      return cached.get();
    }
    events.accept(new BuildEvent.Started(step.id()));
    Optional<SharedResults.Fetched> fetched = elsewhere.fetch(key);
    if (fetched.isPresent() && isHere(fetched.get().result().outputs())) {
      StepResult result = fetched.get().result();
      results.put(key, result.origin(), result.outputs());
      events.accept(new BuildEvent.Fetched(step.id(), fetched.get().bytes()));
      return result;
    }
    Outputs made = run(plan, step, taken, key);
    offer(elsewhere, key, made);
    return new StepResult(made, LOCAL);
  }

  private static void offer(SharedResults elsewhere, Digest key, Outputs outputs) {
    if (outputs.secrets().isEmpty()) {
      elsewhere.offer(key, outputs);
    }
  }

  private static SortedMap<String, Digest> identities(Step step, Map<String, Artifact> taken) {
    SortedMap<String, Digest> identities = new TreeMap<>();
    step.inputs()
        .forEach((name, input) ->
            identities.put(
                name,
                switch (input) {
                  case Input.Content content -> content.digest();
                  case Input.Output _ ->
                      Objects.requireNonNull(taken.get(name), "every output is taken").identity();
                }));
    return identities;
  }

  /// What would become of each step if the plan were run now.
  public List<Forecast> forecast(Plan plan) throws IOException, InterruptedException {
    StepHistory history = new StepHistory(store.actions(), plan.name());
    Map<StepId, Outputs> known = new HashMap<>();
    Map<StepId, Sharing> reached = new HashMap<>();
    List<Forecast> forecasts = new ArrayList<>();
    for (Step step : plan.inOrder()) {
      SortedSet<StepId> unknown = new TreeSet<>();
      Map<String, Artifact> taken = new HashMap<>();
      step.inputs()
          .forEach((name, input) -> {
            if (input instanceof Input.Output output) {
              Optional.ofNullable(known.get(output.step()))
                  .ifPresentOrElse(
                      outputs -> taken.put(name, outputs.named(output.name())),
                      () -> unknown.add(output.step()));
            }
          });
      if (!unknown.isEmpty()) {
        forecasts.add(new Forecast.Waits(step.id(), List.copyOf(unknown)));
        continue;
      }
      SortedMap<String, Digest> identities = identities(step, taken);
      Digest key = Fingerprint.of(step).key(step.id(), identities);
      Sharing sharing = plan.sharing(step.id());
      for (Input input : step.inputs().values()) {
        if (input instanceof Input.Output output) {
          sharing = sharing.and(reached.getOrDefault(output.step(), Sharing.SHARED));
        }
      }
      SharedResults others = elsewhere(sharing);
      Optional<Outputs> cached = cached(key, others).map(StepResult::outputs);
      Optional<Outputs> elsewhere = cached.isPresent() ? Optional.empty() : others.forecast(key);
      Optional<Outputs> found = cached.or(() -> elsewhere);
      if (found.isPresent()) {
        known.put(step.id(), found.get());
        reached.put(step.id(), sharing.and(sharing(found.get())));
      }
      if (cached.isPresent()) {
        forecasts.add(new Forecast.Reused(step.id()));
      } else if (elsewhere.isPresent()) {
        forecasts.add(new Forecast.Fetched(step.id()));
      } else {
        forecasts.add(
            new Forecast.Runs(
                step.id(), history.changes(step.id(), StepHistory.facts(step, identities))));
      }
    }
    return forecasts;
  }

  private Outputs run(Plan plan, Step step, Map<String, Artifact> inputs, Digest key)
      throws IOException, InterruptedException {
    try (WorkAhead ahead = new WorkAhead(plan, step.id(), contents, store.actions())) {
      RunningStep context =
          new RunningStep(step.id(), inputs, store, trees, contents, events, ahead);
      Outputs outputs = step.run(context);
      results.put(key, LOCAL, outputs);
      events.accept(new BuildEvent.Finished(step.id(), describe(outputs)));
      return outputs;
    } catch (IOException e) {
      // Whatever a step writes, it writes to the store, or to a temporary folder there.
      IOException failure = FullDiskException.named(store.directory(), e);
      events.accept(new BuildEvent.Failed(step.id(), String.valueOf(failure.getMessage())));
      throw failure;
    }
  }

  private static String describe(Outputs outputs) {
    List<String> words = new ArrayList<>();
    outputs
        .byName()
        .forEach((name, artifact) -> {
          if (artifact instanceof Artifact.Blob blob) {
            words.add(name + " " + new ByteSize(blob.size()));
          }
        });
    return String.join(", ", words);
  }

  /// Outputs remembered from an earlier run, if all that they name is still in the store; also the files of their trees,
  /// where there is a reason to ask.
  private Optional<StepResult> cached(Digest key, SharedResults elsewhere) throws IOException {
    List<Origin> origins = new ArrayList<>(List.of(LOCAL));
    origins.addAll(elsewhere.believed());
    for (Origin origin : origins) {
      Optional<Outputs> outputs = results.find(key, origin);
      if (outputs.isPresent()
          && isHere(outputs.get())
          && (look == Repair.Look.USUAL || areHere(outputs.get()))) {
        return outputs.map(found -> new StepResult(found, origin));
      }
    }
    return Optional.empty();
  }

  private boolean areHere(Outputs outputs) throws IOException {
    try {
      return allFilesAreHere(outputs);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private boolean allFilesAreHere(Outputs outputs) throws IOException {
    ContentSource all = contents.open();
    for (Artifact artifact : outputs.byName().values()) {
      if (artifact instanceof Artifact.Tree tree
          && tree.read(store.contents())
              .entries()
              .anyMatch(entry ->
                  entry.inode() instanceof Inode.RegularFile file
                      && all.find(file.content()).isEmpty())) {
        return false;
      }
    }
    return true;
  }

  private boolean isHere(Outputs outputs) {
    return outputs.byName().values().stream()
        .allMatch(artifact ->
            switch (artifact) {
              case Artifact.Tree tree -> store.contents().find(tree.identity()).isPresent();
              case Artifact.Blob blob -> store.files().path(blob.identity()).isPresent();
              case Artifact.Text _ -> true;
            });
  }
}
