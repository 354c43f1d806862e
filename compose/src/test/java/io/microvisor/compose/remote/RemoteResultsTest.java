package io.microvisor.compose.remote;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.Digest;
import io.microvisor.bytes.Versions;
import io.microvisor.bytes.files.FullDiskException;
import io.microvisor.compose.plan.Artifact;
import io.microvisor.compose.plan.BuildEvent;
import io.microvisor.compose.plan.Fingerprint;
import io.microvisor.compose.plan.Forecast;
import io.microvisor.compose.plan.Input;
import io.microvisor.compose.plan.Repair;
import io.microvisor.compose.plan.Outputs;
import io.microvisor.compose.plan.Plan;
import io.microvisor.compose.plan.PlanRunner;
import io.microvisor.compose.plan.Results;
import io.microvisor.compose.plan.SharedResults;
import io.microvisor.compose.plan.Sharing;
import io.microvisor.compose.plan.Step;
import io.microvisor.compose.plan.StepContext;
import io.microvisor.compose.plan.StepId;
import io.microvisor.compose.plan.Unkeyed;
import io.microvisor.compose.remote.RemoteResults.Access;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.packages.fetch.HttpCache;
import io.microvisor.packages.fetch.Limits;
import io.microvisor.packages.fetch.Network;
import io.microvisor.store.Store;
import io.microvisor.testkit.CacheServer.Fault;
import io.microvisor.testkit.CacheServer;
import io.microvisor.testkit.faults.FaultyFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class RemoteResultsTest {
  private static final StepId TREE = new StepId("tree");
  private static final StepId IMAGE = new StepId("image");
  private static final byte[] MADE = "made by the step".getBytes(StandardCharsets.UTF_8);
  private static final SigningKey KEY = key();
  private static final SigningKey OTHER_KEY = key();
  private static final Trust TRUST = trust(KEY);
  private static final io.microvisor.testkit.faults.Fault FULL =
      io.microvisor.testkit.faults.Fault.FULL;
  private static final io.microvisor.testkit.faults.Fault NO_FAULT =
      io.microvisor.testkit.faults.Fault.NONE;
  private static final Access READ = new Access.Read();
  private static final Access READ_WRITE = new Access.Write(KEY);

  @TempDir Path folder;
  private final CacheServer server = new CacheServer();
  private final AtomicInteger runs = new AtomicInteger();
  private final List<String> warnings = Collections.synchronizedList(new ArrayList<>());
  private List<String> secrets = List.of();
  private final List<BuildEvent> events = Collections.synchronizedList(new ArrayList<>());
  private Duration patience = Duration.ofSeconds(20);
  private Sharing sharing = Sharing.SHARED;

  @AfterEach
  void close() {
    server.close();
  }

  private static SigningKey key() {
    try {
      return SigningKey.parse(
          SigningKey.pem(KeyPairGenerator.getInstance("Ed25519").generateKeyPair()));
    } catch (IOException | NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static Trust trust(SigningKey... keys) {
    return new Trust.Keys(Stream.of(keys).map(SigningKey::publicKey).toList());
  }

  /// A tree with one file that the step makes, and an empty blob.
  private record MakingTree(@Unkeyed("a counter") AtomicInteger runs, List<String> secrets)
      implements Step {
    @Override
    public StepId id() {
      return TREE;
    }

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
      runs.incrementAndGet();
      context.keepContent(MADE);
      Inode file = new Inode.RegularFile(Meta.of(0644), Digest.sha256(MADE), MADE.length);
      FileTree tree = FileTree.builder().put("file", file).build();
      return Outputs.of("tree", context.keep(tree))
          .and("empty", context.keep(new byte[0]))
          .withSecrets(secrets);
    }
  }

  /// A blob made from that tree.
  private record MakingImage(Sharing sharing, @Unkeyed("a counter") AtomicInteger runs)
      implements Step {
    @Override
    public StepId id() {
      return IMAGE;
    }

    @Override
    public SortedMap<String, Input> inputs() {
      return new TreeMap<>(Map.of("tree", new Input.Output(TREE, "tree")));
    }

    @Override
    public Versions versions() {
      return Versions.of("test", 1);
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
    return build(machine, server, TRUST, access).blob(IMAGE, "image").identity();
  }

  private Results build(String machine, CacheServer server, Trust trust, Access access)
      throws Exception {
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
                trust,
                access,
                store,
                warnings::add)) {
      Results results = run(store, shared);
      Digest image = results.blob(IMAGE, "image").identity();
      assertThat(store.files().path(image)).isPresent();
      assertThat(Digest.sha256(Files.readAllBytes(store.files().path(image).get())))
          .isEqualTo(image);
      assertThat(store.contents().find(Digest.sha256(MADE))).isPresent();
      shared.finish();
      return results;
    }
  }

  private Results run(Store store, SharedResults shared) throws IOException, InterruptedException {
    return new PlanRunner(store, store::contents, shared, Repair.Look.USUAL, events::add)
        .run(plan());
  }

  private Plan plan() {
    return new Plan("test", List.of(new MakingTree(runs, secrets), new MakingImage(sharing, runs)));
  }

  /// A build that uses no remote cache.
  private Results buildAlone(String machine) throws Exception {
    runs.set(0);
    try (Store store = Store.open(folder.resolve(machine))) {
      return run(store, SharedResults.NONE);
    }
  }

  private static List<String> origins(Results results) {
    return results.byStep().values().stream().map(result -> result.origin().name()).toList();
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
    Digest image = build("one", READ_WRITE);
    assertThat(runs).hasValue(2);

    assertThat(build("two", READ)).isEqualTo(image);

    assertThat(runs).hasValue(0);
    assertThat(warnings).isEmpty();
    assertThat(events).filteredOn(BuildEvent.Fetched.class::isInstance).hasSize(2);
    assertThat(server.requests()).allMatch(line -> line.startsWith("GET "));
  }

  /// At every change that a fetching build makes in its store.
  @Test
  void aFullDiskOfOursIsNotTakenForTroubleOfTheCache() throws Exception {
    build("one", READ_WRITE);
    Files.createDirectory(folder.resolve("roomy"));
    FaultyFiles counted =
        FaultyFiles.over(folder.resolve("roomy")).failAt(Long.MAX_VALUE, NO_FAULT);
    fetchInto(counted);
    for (long change = 1; change <= counted.changes(); change++) {
      Path disk = Files.createDirectory(folder.resolve("full-" + change));
      FaultyFiles faulty = FaultyFiles.over(disk).failAt(change, FULL);
      try {
        fetchInto(faulty);
      } catch (IOException e) {
        assertThat(FullDiskException.behind(e)).as("change %s: %s", change, e).isPresent();
      }
      assertThat(warnings).as("change %s", change).isEmpty();
      assertThat(runs).as("change %s", change).hasValue(0);
    }
  }

  private void fetchInto(FaultyFiles disk) throws IOException, InterruptedException {
    runs.set(0);
    warnings.clear();
    try (Store store = Store.open(disk.root());
        RemoteResults shared =
            new RemoteResults(
                new HttpCache(server.address(), Network.DIRECT),
                new HttpCache(server.address(), Network.DIRECT),
                TRUST,
                READ,
                store,
                warnings::add)) {
      run(store, shared);
    }
  }

  @Test
  void contentsAreThereBeforeTheEntryThatNamesThem() throws Exception {
    build("one", READ_WRITE);

    List<String> puts = server.requests().stream().filter(line -> line.startsWith("PUT ")).toList();
    assertThat(puts).hasSize(5);
    assertThat(puts.getLast()).contains("/ac/");
    assertThat(puts.getFirst()).contains("/cas/");
  }

  @Test
  void aReaderWritesNothing() throws Exception {
    build("one", READ);

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
    Digest image = build("one", READ_WRITE);
    misbehave(line -> line.startsWith("GET ") && line.contains(folder), fault);

    assertThat(build("two", READ)).isEqualTo(image);

    assertThat(runs).hasValue(2);
    assertThat(warnings).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"FAILS", "FORBIDS", "REDIRECTS", "SILENT"})
  void aServerThatTakesNothingIsToldNothingMore(Fault fault) throws Exception {
    misbehave(line -> line.startsWith("PUT "), fault);

    build("one", READ_WRITE);

    assertThat(runs).hasValue(2);
    assertThat(warnings).hasSize(1);
    assertThat(server.kept()).isEmpty();
  }

  @Test
  void anEntryWhoseContentIsGoneIsAMissWithoutAWarning() throws Exception {
    Digest image = build("one", READ_WRITE);
    misbehave(line -> line.contains("/cas/"), Fault.FORGETS);

    assertThat(build("two", READ)).isEqualTo(image);

    assertThat(runs).hasValue(2);
    assertThat(warnings).isEmpty();
  }

  @Test
  void aDeadServerIsAskedOnce() throws Exception {
    server.close();

    build("one", READ_WRITE);

    assertThat(runs).hasValue(2);
    assertThat(warnings).hasSize(1);
    assertThat(warnings.getFirst())
        .startsWith("remote cache " + server.address() + ": no connection")
        .endsWith("; the build goes on without it");
  }

  @Test
  void aLieIsReplacedByWhoMayWrite() throws Exception {
    Digest image = build("one", READ_WRITE);
    String path = "/cache/cas/" + image.hex();
    server.kept().put(path, new byte[100_000]);

    assertThat(build("two", READ_WRITE)).isEqualTo(image);
    assertThat(runs).hasValue(1);
    assertThat(warnings).hasSize(1);

    assertThat(build("three", READ)).isEqualTo(image);
    assertThat(runs).hasValue(0);
    assertThat(warnings).isEmpty();
  }

  @Test
  void whatOneBuildCouldNotBringThereTheNextOneDoes() throws Exception {
    misbehave(line -> line.startsWith("PUT "), Fault.FAILS);
    build("one", READ_WRITE);
    server.behave();

    build("one", READ_WRITE);
    assertThat(runs).hasValue(0);
    assertThat(server.kept().keySet()).filteredOn(path -> path.contains("/ac/")).hasSize(2);

    build("one", READ_WRITE);
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void thePlanTellsWhatCanBeHad() throws Exception {
    build("one", READ_WRITE);
    Plan plan = plan();

    try (Store store = Store.open(folder.resolve("two"));
        RemoteResults shared =
            RemoteResults.of(server.address(), Network.DIRECT, TRUST, READ, store, warnings::add)) {
      PlanRunner runner =
          new PlanRunner(store, store::contents, shared, Repair.Look.USUAL, events::add);

      assertThat(runner.forecast(plan))
          .containsExactly(new Forecast.Fetched(TREE), new Forecast.Fetched(IMAGE));
      server.kept().keySet().removeIf(path -> path.contains("/cas/"));
      assertThat(runner.forecast(plan).getFirst())
          .isEqualTo(new Forecast.Runs(TREE, List.of("it was not made before")));
    }
  }

  /// An entry as someone has changed it who may write to the cache, but has no key.
  record Forgery(String name, UnaryOperator<String> change, int runs, String complaint) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Stream<Forgery> forgeries() {
    String lines = "(?s)\\A(.*?)\n.*?\n(.*)\\z";
    String stranger = "a key signed it that is not trusted";
    String wrong = "its signature does not match";
    return Stream.of(
        new Forgery(
            "unsigned",
            text -> text.replaceFirst(lines, "$1\nunsigned\n$2"),
            2,
            "it is not signed"),
        new Forgery("signed by nobody", text -> text.replaceFirst(lines, "$1\n\n$2"), 2, stranger),
        new Forgery("signed by a stranger", text -> signed(text, OTHER_KEY), 2, stranger),
        new Forgery(
            "signed by a stranger in another's name",
            text ->
                signed(text, OTHER_KEY)
                    .replace(OTHER_KEY.publicKey().toString(), KEY.publicKey().toString()),
            2,
            wrong),
        new Forgery(
            "with another digest",
            text -> text.replaceFirst("result 2 ..", "result 2 xx"),
            2,
            wrong),
        new Forgery(
            "with another output",
            text -> text.replace("a text", "no text"),
            1,
            "the digest does not match"));
  }

  /// The same entry, signed by another key.
  private static String signed(String text, SigningKey key) {
    try {
      Digest step = Digest.parse(text.replaceFirst("(?s).*?\nkey ([0-9a-f]{64})\n.*", "$1"));
      SharedEntry entry =
          SharedEntry.parse(step, text.getBytes(StandardCharsets.UTF_8), TRUST).entry();
      return new String(entry.toBytes(key), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @MethodSource("forgeries")
  void anEntryThatNoTrustedKeySignedIsNotBelieved(Forgery forgery) throws Exception {
    Digest image = build("one", READ_WRITE);
    server
        .kept()
        .replaceAll((path, value) -> {
          String text = new String(value, StandardCharsets.UTF_8);
          return path.contains("/ac/")
              ? forgery.change().apply(text).getBytes(StandardCharsets.UTF_8)
              : value;
        });

    assertThat(build("two", READ)).isEqualTo(image);

    assertThat(runs).hasValue(forgery.runs());
    assertThat(warnings).singleElement().asString().contains(forgery.complaint());
  }

  @Test
  void anEntryIsNotBelievedUnderAnotherKey() throws Exception {
    build("one", READ_WRITE);
    List<String> paths =
        server.kept().keySet().stream().filter(path -> path.contains("/ac/")).toList();
    byte[] first = server.kept().get(paths.getFirst());
    server.kept().put(paths.getFirst(), server.kept().get(paths.getLast()));
    server.kept().put(paths.getLast(), first);

    build("two", READ);

    assertThat(runs).hasValue(2);
    assertThat(warnings).singleElement().asString().contains("(expected: key ");
  }

  @Test
  void whoWritesReplacesWhatNobodyBelieves() throws Exception {
    build("stranger", server, new Trust.Anyone(), new Access.WriteUnsigned());
    build("one", READ); // Made here, since nothing there can be believed.
    assertThat(runs).hasValue(2);

    build("one", READ_WRITE);
    assertThat(runs).hasValue(0);

    assertThat(origins(build("two", server, TRUST, READ)))
        .containsExactly(KEY.publicKey().toString(), KEY.publicKey().toString());
    assertThat(warnings).isEmpty();
  }

  @Test
  void whatWasFetchedIsNotUsedByABuildThatDoesNotTrustWhereItCameFrom() throws Exception {
    build("one", READ_WRITE);
    assertThat(origins(build("two", server, TRUST, READ))).containsOnly(KEY.publicKey().toString());

    assertThat(origins(buildAlone("two"))).containsExactly("local", "local");
    assertThat(runs).hasValue(2);

    build("three", server, TRUST, READ);
    build("three", server, trust(OTHER_KEY), READ);
    assertThat(runs).hasValue(2);
  }

  @Test
  void whatWasFetchedIsUsedAgainAndStillSaysWhereItCameFrom() throws Exception {
    build("one", READ_WRITE);
    build("two", READ);
    server.kept().clear();

    assertThat(origins(build("two", server, trust(OTHER_KEY, KEY), READ)))
        .containsOnly(KEY.publicKey().toString());
    assertThat(runs).hasValue(0);
    try (Store store = Store.open(folder.resolve("two"))) {
      SharedResults offline =
          SharedResults.fetchedBefore(RemoteResults.origins(TRUST, server.address()));
      assertThat(origins(run(store, offline))).containsOnly(KEY.publicKey().toString());
    }
    assertThat(runs).hasValue(0);
  }

  @Test
  void whatWasFetchedIsNeverOfferedToAnotherCache() throws Exception {
    build("one", READ_WRITE);
    build("two", READ);
    try (CacheServer another = new CacheServer()) {
      // Both are believed, and only the other could be written to.
      build("two", another, trust(KEY, OTHER_KEY), new Access.Write(OTHER_KEY));
      assertThat(runs).hasValue(0);
      assertThat(another.kept()).isEmpty();

      // Without the first key everything is made here, and so is ours to give.
      build("two", another, trust(OTHER_KEY), new Access.Write(OTHER_KEY));
      assertThat(runs).hasValue(2);
      assertThat(another.kept()).hasSize(5);
    }
  }

  @Test
  void anUnsignedCacheIsBelievedOnlyByThoseWhoSaySoAndByItsAddress() throws Exception {
    build("one", server, new Trust.Anyone(), new Access.WriteUnsigned());

    assertThat(origins(build("two", server, new Trust.Anyone(), READ)))
        .containsOnly("unsigned " + server.address());
    assertThat(runs).hasValue(0);
    try (CacheServer another = new CacheServer()) {
      build("two", another, new Trust.Anyone(), READ);
      assertThat(runs).hasValue(2);
    }
  }

  @Test
  void resultsOfBeforeOriginsWereRememberedAreNotBelieved() throws Exception {
    try (Store store = Store.open(folder.resolve("one"))) {
      Outputs planted = Outputs.of("text", new Artifact.Text("poison"));
      Digest key = Fingerprint.of(new MakingTree(runs, secrets)).key(TREE, new TreeMap<>());
      store.actions().put(key, planted.toBytes());
    }

    assertThat(origins(buildAlone("one"))).containsExactly("local", "local");
    assertThat(runs).hasValue(2);
  }

  @Test
  void whatIsNotToBeSharedIsNeitherAskedForNorOffered() throws Exception {
    sharing = Sharing.LOCAL;
    Digest image = build("one", READ_WRITE);
    assertThat(server.kept().keySet()).hasSize(3).noneMatch(path -> path.contains(image.hex()));

    build("two", READ);
    assertThat(runs).hasValue(1);
    assertThat(server.requests()).filteredOn(line -> line.contains("/ac/")).hasSize(1);
  }

  @Test
  void aSecretThatAStepFoundStaysHereWithAllThatIsMadeFromIt() throws Exception {
    secrets = List.of("/etc/key.pem");
    for (int time = 0; time < 2; time++) {
      build("one", READ_WRITE);
      assertThat(server.kept()).isEmpty();
      assertThat(events)
          .filteredOn(BuildEvent.Warned.class::isInstance)
          .singleElement()
          .asString()
          .contains("/etc/key.pem: a private key that a package's script made");
      assertThat(runs).hasValue(time == 0 ? 2 : 0);
    }
  }

  @Test
  void whatIsThereForSomeIsBroughtAgainForThoseWhoTrustOthers() throws Exception {
    build("one", READ_WRITE);
    build("one", server, trust(OTHER_KEY), new Access.Write(OTHER_KEY));
    build("one", server, trust(OTHER_KEY), new Access.Write(OTHER_KEY));

    build("two", server, trust(OTHER_KEY), READ);
    assertThat(runs).hasValue(0);
  }
}
