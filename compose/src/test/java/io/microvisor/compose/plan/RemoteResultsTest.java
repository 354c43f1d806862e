package io.microvisor.compose.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.Digest;
import io.microvisor.compose.plan.RemoteResults.Access;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.packages.fetch.HttpCache;
import io.microvisor.packages.fetch.Limits;
import io.microvisor.packages.fetch.Network;
import io.microvisor.store.Store;
import io.microvisor.testkit.CacheServer;
import io.microvisor.testkit.CacheServer.Fault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RemoteResultsTest {
  private static final StepId TREE = new StepId("tree");
  private static final StepId IMAGE = new StepId("image");
  private static final byte[] MADE = "made by the step".getBytes(StandardCharsets.UTF_8);

  @TempDir Path folder;
  private final CacheServer server = new CacheServer();
  private final AtomicInteger runs = new AtomicInteger();
  private final List<String> warnings = Collections.synchronizedList(new ArrayList<>());
  private final List<BuildEvent> events = Collections.synchronizedList(new ArrayList<>());
  private Duration patience = Duration.ofSeconds(20);

  @AfterEach
  void close() {
    server.close();
  }

  /// A tree with one file that the step makes, and an empty blob.
  private record MakingTree(AtomicInteger runs) implements Step {
    @Override
    public StepId id() {
      return TREE;
    }

    @Override
    public SortedMap<String, Input> inputs() {
      return new TreeMap<>();
    }

    @Override
    public Fingerprint fingerprint() {
      return Fingerprint.of(1);
    }

    @Override
    public Outputs run(StepContext context) throws IOException {
      runs.incrementAndGet();
      context.keepContent(MADE);
      Inode file = new Inode.RegularFile(Meta.of(0644), Digest.sha256(MADE), MADE.length);
      FileTree tree = FileTree.builder().put("file", file).build();
      return Outputs.of("tree", context.keep(tree)).and("empty", context.keep(new byte[0]));
    }
  }

  /// A blob made from that tree.
  private record MakingImage(AtomicInteger runs) implements Step {
    @Override
    public StepId id() {
      return IMAGE;
    }

    @Override
    public SortedMap<String, Input> inputs() {
      return new TreeMap<>(Map.of("tree", new Input.Output(TREE, "tree")));
    }

    @Override
    public Fingerprint fingerprint() {
      return Fingerprint.of(1);
    }

    @Override
    public Outputs run(StepContext context) throws IOException {
      runs.incrementAndGet();
      Inode file = context.tree("tree").find("file").orElseThrow();
      Digest content = ((Inode.RegularFile) file).content();
      byte[] image = new byte[100_000];
      System.arraycopy(context.contents().open(content).readAll(100), 0, image, 0, MADE.length);
      return Outputs.of("image", context.keep(image)).and("text", new Artifact.Text("a text"));
    }
  }

  /// A build by a machine that has nothing of its own but what is in its store.
  private Digest build(String machine, Access access) throws Exception {
    Network network =
        Network.DIRECT.withLimits(
            new Limits(2, 2, Duration.ZERO, Duration.ZERO, Duration.ofSeconds(20), patience, 1));
    runs.set(0);
    warnings.clear();
    events.clear();
    server.requests();
    try (Store store = Store.open(folder.resolve(machine));
        RemoteResults shared =
            new RemoteResults(
                new HttpCache(server.address(), network),
                new HttpCache(server.address(), network),
                access,
                store,
                warnings::add)) {
      Plan plan = new Plan("test", List.of(new MakingTree(runs), new MakingImage(runs)));
      Results results =
          new PlanRunner(store, store::contents, shared, Mending.Look.USUAL, events::add).run(plan);
      Digest image = results.blob(IMAGE, "image").identity();
      assertThat(store.files().path(image)).isPresent();
      assertThat(Digest.sha256(Files.readAllBytes(store.files().path(image).get())))
          .isEqualTo(image);
      assertThat(store.contents().find(Digest.sha256(MADE))).isPresent();
      shared.finish();
      return image;
    }
  }

  /// Those that say nothing are not waited for as long as usual.
  private void misbehave(Predicate<String> lines, Fault fault) {
    server.misbehave(lines, fault);
    if (fault == Fault.STALLS || fault == Fault.SILENT) {
      patience = Duration.ofMillis(300);
    }
  }

  @Test
  void anotherMachineOnlyFetches() throws Exception {
    Digest image = build("one", Access.READ_WRITE);
    assertThat(runs).hasValue(2);

    assertThat(build("two", Access.READ)).isEqualTo(image);

    assertThat(runs).hasValue(0);
    assertThat(warnings).isEmpty();
    assertThat(events).filteredOn(BuildEvent.Fetched.class::isInstance).hasSize(2);
    assertThat(server.requests()).allMatch(line -> line.startsWith("GET "));
  }

  @Test
  void contentsAreThereBeforeTheEntryThatNamesThem() throws Exception {
    build("one", Access.READ_WRITE);

    List<String> puts = server.requests().stream().filter(line -> line.startsWith("PUT ")).toList();
    assertThat(puts).hasSize(5);
    assertThat(puts.getLast()).contains("/ac/");
    assertThat(puts.getFirst()).contains("/cas/");
  }

  @Test
  void aReaderWritesNothing() throws Exception {
    build("one", Access.READ);

    assertThat(server.kept()).isEmpty();
    assertThat(warnings).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"NONE", "FORGETS"},
      mode = EnumSource.Mode.EXCLUDE)
  void whateverIsWrongWithAContentTheBuildIsRightAndOneWarningSaysSo(Fault fault) throws Exception {
    survives("/cas/", fault);
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"NONE", "FORGETS"},
      mode = EnumSource.Mode.EXCLUDE)
  void whateverIsWrongWithAnEntryTheBuildIsRightAndOneWarningSaysSo(Fault fault) throws Exception {
    survives("/ac/", fault);
  }

  private void survives(String folder, Fault fault) throws Exception {
    Digest image = build("one", Access.READ_WRITE);
    misbehave(line -> line.startsWith("GET ") && line.contains(folder), fault);

    assertThat(build("two", Access.READ)).isEqualTo(image);

    assertThat(runs).hasValue(2);
    assertThat(warnings).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"FAILS", "FORBIDS", "REDIRECTS", "SILENT"})
  void aServerThatTakesNothingIsToldNothingMore(Fault fault) throws Exception {
    misbehave(line -> line.startsWith("PUT "), fault);

    build("one", Access.READ_WRITE);

    assertThat(runs).hasValue(2);
    assertThat(warnings).hasSize(1);
    assertThat(server.kept()).isEmpty();
  }

  @Test
  void anEntryWhoseContentIsGoneIsAMissWithoutAWarning() throws Exception {
    Digest image = build("one", Access.READ_WRITE);
    misbehave(line -> line.contains("/cas/"), Fault.FORGETS);

    assertThat(build("two", Access.READ)).isEqualTo(image);

    assertThat(runs).hasValue(2);
    assertThat(warnings).isEmpty();
  }

  @Test
  void aDeadServerIsAskedOnce() throws Exception {
    server.close();

    build("one", Access.READ_WRITE);

    assertThat(runs).hasValue(2);
    assertThat(warnings).hasSize(1);
    assertThat(warnings.getFirst())
        .startsWith("remote cache " + server.address() + ": no connection")
        .endsWith("; the build goes on without it");
  }

  @Test
  void aLieIsReplacedByWhoMayWrite() throws Exception {
    Digest image = build("one", Access.READ_WRITE);
    String path = "/cache/cas/" + image.hex();
    server.kept().put(path, new byte[100_000]);

    assertThat(build("two", Access.READ_WRITE)).isEqualTo(image);
    assertThat(runs).hasValue(1);
    assertThat(warnings).hasSize(1);

    assertThat(build("three", Access.READ)).isEqualTo(image);
    assertThat(runs).hasValue(0);
    assertThat(warnings).isEmpty();
  }

  @Test
  void whatOneBuildCouldNotBringThereTheNextOneDoes() throws Exception {
    misbehave(line -> line.startsWith("PUT "), Fault.FAILS);
    build("one", Access.READ_WRITE);
    server.behave();

    build("one", Access.READ_WRITE);
    assertThat(runs).hasValue(0);
    assertThat(server.kept().keySet()).filteredOn(path -> path.contains("/ac/")).hasSize(2);

    build("one", Access.READ_WRITE);
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void thePlanTellsWhatCanBeHad() throws Exception {
    build("one", Access.READ_WRITE);
    Plan plan = new Plan("test", List.of(new MakingTree(runs), new MakingImage(runs)));

    try (Store store = Store.open(folder.resolve("two"));
        RemoteResults shared =
            RemoteResults.of(server.address(), Network.DIRECT, Access.READ, store, warnings::add)) {
      PlanRunner runner =
          new PlanRunner(store, store::contents, shared, Mending.Look.USUAL, events::add);

      assertThat(runner.forecast(plan))
          .containsExactly(new Forecast.Fetched(TREE), new Forecast.Fetched(IMAGE));
      server.kept().keySet().removeIf(path -> path.contains("/cas/"));
      assertThat(runner.forecast(plan).getFirst())
          .isEqualTo(new Forecast.Runs(TREE, List.of("it was not made before")));
    }
  }
}
