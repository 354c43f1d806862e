package io.microvisor.compose.plan;

import static io.microvisor.compose.plan.Repair.Look.USUAL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.Versions;
import io.microvisor.bytes.files.FullDiskException;
import io.microvisor.compose.problem.RejectedException;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.store.DamagedException;
import io.microvisor.store.Pack;
import io.microvisor.store.Store;
import io.microvisor.testkit.faults.FaultyFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever byte of the store is another than it was: the build makes what it made before.
class RepairTest {
  private static final StepId TREE = new StepId("tree");
  private static final StepId BLOB = new StepId("blob");
  private static final StepId IMAGE = new StepId("image");
  private static final Digest PACK = Digest.sha256("a package");
  private static final byte[] PACKED = "from a package".getBytes(StandardCharsets.UTF_8);
  private static final byte[] MADE = "made by a step".getBytes(StandardCharsets.UTF_8);

  @TempDir Path folder;
  private final List<BuildEvent> events = Collections.synchronizedList(new ArrayList<>());
  private Digest right = PACK;

  /// A step in the words of its test.
  private record Simple(
      StepId id,
      @Unkeyed("each has an identity") SortedMap<String, Input> inputs,
      @Unkeyed("it is told apart") int version,
      @Unkeyed("told apart by version") Work work)
      implements Step {
    @FunctionalInterface
    interface Work {
      Outputs run(StepContext context) throws IOException, InterruptedException;
    }

    @Override
    public Versions versions() {
      return Versions.of("test", version);
    }

    @Override
    public Sharing sharing() {
      return Sharing.SHARED;
    }

    @Override
    public Outputs run(StepContext context) throws IOException, InterruptedException {
      return work.run(context);
    }
  }

  private static FileTree packedTree() {
    return FileTree.builder().put("packed", file(PACKED)).build();
  }

  private static Inode file(byte[] content) {
    return new Inode.RegularFile(Meta.of(0644), Digest.sha256(content), content.length);
  }

  /// A tree of a package's and a made file; a blob; and an image of all of them, which is what counts.
  ///
  /// @param version of the image, which runs again when it goes up
  private static Plan plan(int version) {
    Step tree =
        new Simple(
            TREE,
            new TreeMap<>(),
            1,
            context -> {
              context.keepContent(MADE);
              FileTree both = packedTree().toBuilder().put("made", file(MADE)).build();
              return Outputs.of("tree", context.keep(both));
            });
    Step blob =
        new Simple(
            BLOB, new TreeMap<>(), 1, context -> Outputs.of("blob", context.keep(new byte[500])));
    Step image =
        new Simple(
            IMAGE,
            new TreeMap<>(
                Map.of(
                    "tree", new Input.Output(TREE, "tree"),
                    "blob", new Input.Output(BLOB, "blob"))),
            version,
            context -> {
              ByteArrayOutputStream bytes = new ByteArrayOutputStream();
              for (FileTree.Entry each :
                  (Iterable<FileTree.Entry>) context.tree("tree").entries()::iterator) {
                if (each.inode() instanceof Inode.RegularFile file) {
                  ByteSource content =
                      context.contents().open(file.content(), file.size(), "a file");
                  bytes.writeBytes(content.readAll(100));
                }
              }
              bytes.writeBytes(context.blob("blob").readAll(1000));
              return Outputs.of("image", context.keep(bytes.toByteArray()));
            });
    return new Plan("test", List.of(tree, blob, image));
  }

  /// Builds, and gives the image's bytes as whoever writes it to a disk gets them.
  private Digest build(Path directory, int version) throws IOException, InterruptedException {
    try (Store store = Store.open(directory)) {
      return new Repair(store, IMAGE, events::add)
          .run(look -> {
            PlanRunner runner =
                new PlanRunner(store, () -> packed(store), SharedResults.NONE, look, events::add);
            Digest image = runner.run(plan(version)).blob(IMAGE, "image").identity();
            return Digest.sha256(store.files().find(image).orElseThrow());
          });
    }
  }

  /// What is in no package was in the store, as it is for the packages of a build.
  private static ContentSource packed(Store store) throws IOException {
    return pack(store)
        .contents()
        .or(
            new ContentSource() {
              @Override
              public Optional<ByteSource> find(Digest digest) {
                return Optional.empty();
              }

              @Override
              public ByteSource open(Digest digest) throws IOException {
                throw DamagedException.missing("content " + digest);
              }
            });
  }

  private static Pack pack(Store store) throws IOException {
    try {
      Optional<Pack> pack = store.packs().find(PACK);
      if (pack.isPresent()) {
        return pack.get();
      }
    } catch (FormatException _) {
      // Written again, as unpacked packages are.
    }
    ContentSource archive = ContentSource.of(Map.of(Digest.sha256(PACKED), ByteSource.of(PACKED)));
    return store.packs().write(PACK, packedTree(), archive);
  }

  @BeforeEach
  void buildOnce() throws Exception {
    right = build(folder.resolve("good"), 1);
    events.clear();
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files
          .filter(Files::isRegularFile)
          .map(directory::relativize)
          .filter(file -> !file.startsWith("v1/tmp"))
          .sorted()
          .toList();
    }
  }

  private Path copyOfGood(String name) throws IOException {
    Path copy = folder.resolve(name);
    for (Path file : files(folder.resolve("good"))) {
      Files.createDirectories(copy.resolve(file).getParent());
      Files.copy(folder.resolve("good").resolve(file), copy.resolve(file));
    }
    return copy;
  }

  private void mends(byte[] damaged, Path file, String name) throws Exception {
    Path store = copyOfGood(name);
    Files.write(store.resolve(file), damaged);
    mends(store, name);
  }

  private void mendsWithout(Path file, String name) throws Exception {
    Path store = copyOfGood(name);
    Files.delete(store.resolve(file));
    mends(store, name);
  }

  private void mends(Path store, String name) throws Exception {
    assertThat(build(store, 1)).as("the same build, %s", name).isEqualTo(right);
    assertThat(build(store, 2)).as("another build, %s", name).isEqualTo(right);
    assertThat(build(store, 3)).as("yet another, %s", name).isEqualTo(right);
    try (Store again = Store.open(store)) {
      packed(again).open(Digest.sha256(PACKED)).readAll(100);
    }
  }

  private void mendsFlips(int each) throws Exception {
    Random chance = new Random(7);
    List<Path> files = files(folder.resolve("good"));
    assertThat(files).hasSizeGreaterThan(8);
    for (Path file : files) {
      byte[] good = Files.readAllBytes(folder.resolve("good").resolve(file));
      String name = file.toString().replace('/', '-');
      for (int i = 0; i < each; i++) {
        byte[] bad = good.clone();
        int bit = chance.nextInt(good.length * 8);
        bad[bit / 8] ^= (byte) (1 << bit % 8);
        mends(bad, file, name + "-" + i + "-bit-" + bit);
      }
      mends(new byte[0], file, name + "-empty");
      mends(Arrays.copyOf(good, good.length / 2), file, name + "-half");
      mendsWithout(file, name + "-gone");
    }
  }

  @Test
  void mendsWhateverIsDamaged() throws Exception {
    mendsFlips(2);

    assertThat(events)
        .contains(
            new BuildEvent.Warned(IMAGE, "1 files of the cache were damaged; they are made again"));
  }

  @Test
  @Tag("system")
  void mendsManyFlips() throws Exception {
    mendsFlips(200);
  }

  /// A plan whose last step uses all that the others made, and then fails.
  private static Plan failing(Exception failure) {
    Plan plan = plan(1);
    Step image = plan.step(IMAGE);
    Step failing =
        new Simple(
            IMAGE,
            image.inputs(),
            2,
            context -> {
              image.run(context);
              switch (failure) {
                case IOException world -> throw world;
                case RuntimeException defect -> throw defect;
                default -> throw new IllegalArgumentException(failure);
              }
            });
    return new Plan("test", List.of(plan.step(TREE), plan.step(BLOB), failing));
  }

  private static List<Exception> ordinaryFailures() {
    return List.of(
        new IOException("running postinst in a sandbox: exit status 1"),
        new FileSystemException("somewhere", null, "No space left on device"),
        new SocketTimeoutException("the mirror is slow"),
        FormatException.damaged("local file", 7, "someone else's"),
        new RejectedException(List.of()),
        new UncheckedIOException(new IOException("wrapped")),
        new IllegalStateException("a defect"));
  }

  @ParameterizedTest
  @MethodSource("ordinaryFailures")
  void anOrdinaryFailureComesWithoutAnotherLookAtTheStore(Exception failure) throws Exception {
    FaultyFiles files = FaultyFiles.over(Files.createDirectory(folder.resolve("counted")));
    build(files.root(), 1);
    events.clear();

    long before = files.bytesRead();
    assertThatThrownBy(() -> run(files.root(), failing(failure), (_, work) -> work.run(USUAL)))
        .satisfies(thrown -> assertThat(told(thrown)).isSameAs(failure));
    long plain = files.bytesRead() - before;
    assertThatThrownBy(() ->
            run(
                files.root(),
                failing(failure),
                (store, work) -> new Repair(store, IMAGE, events::add).run(work)))
        .satisfies(thrown -> assertThat(told(thrown)).isSameAs(failure));

    assertThat(plain).isPositive();
    assertThat(files.bytesRead() - before - plain).isEqualTo(plain);
    assertThat(events).doesNotHaveAnyElementsOfTypes(BuildEvent.Warned.class);
  }

  /// A full disk is told with its folder.
  private static Throwable told(Throwable thrown) {
    return thrown instanceof FullDiskException ? Objects.requireNonNull(thrown.getCause()) : thrown;
  }

  @Test
  void damageIsFoundHoweverDeepItsTellerIsWrapped() throws Exception {
    AtomicInteger attempts = new AtomicInteger();
    Repair.Work<String> work =
        _ -> {
          if (attempts.incrementAndGet() > 1) {
            return "made again";
          }
          IOException beside = new IOException("broken pipe");
          beside.addSuppressed(new UncheckedIOException(DamagedException.missing("a file")));
          throw new IllegalStateException("on another thread", new ExecutionException(beside));
        };
    try (Store store = Store.open(folder.resolve("good"))) {
      assertThat(new Repair(store, IMAGE, events::add).run(work)).isEqualTo("made again");
    }
    assertThat(events)
        .containsExactly(
            new BuildEvent.Warned(IMAGE, "files were gone from the cache; they are made again"));
  }

  /// How a plan is run.
  @FunctionalInterface
  private interface Way {
    void run(Store store, Repair.Work<Results> work) throws IOException, InterruptedException;
  }

  private void run(Path directory, Plan plan, Way way) throws IOException, InterruptedException {
    try (Store store = Store.open(directory)) {
      way.run(
          store,
          look ->
              new PlanRunner(store, () -> packed(store), SharedResults.NONE, look, events::add)
                  .run(plan));
    }
  }
}
