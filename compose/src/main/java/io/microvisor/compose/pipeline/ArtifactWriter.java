package io.microvisor.compose.pipeline;

import io.microvisor.bytes.Assembly;
import io.microvisor.bytes.ByteSize;
import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.RandomSink;
import io.microvisor.bytes.files.FreeSpace;
import io.microvisor.bytes.files.FullDiskException;
import io.microvisor.compose.disk.DiskMap;
import io.microvisor.compose.disk.DiskSpec;
import io.microvisor.compose.plan.Artifact;
import io.microvisor.compose.plan.BuildEvent;
import io.microvisor.compose.plan.Results;
import io.microvisor.compose.plan.StepId;
import io.microvisor.compose.steps.BaseStep;
import io.microvisor.compose.steps.CompressedDiskStep;
import io.microvisor.compose.steps.DiskDigestStep;
import io.microvisor.compose.steps.DiskStep;
import io.microvisor.compose.steps.RootImageStep;
import io.microvisor.compose.steps.UkiStep;
import io.microvisor.compose.steps.VerityStep;
import io.microvisor.compose.template.Disk;
import io.microvisor.compose.template.Template;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.lock.LockFile;
import io.microvisor.store.DamagedException;
import io.microvisor.store.Store;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// Publishes what the steps made and the template asks for: into the output folder, under final names, with a manifest and
/// digests.
///
/// Everything is written to a hidden folder beside its final place, synced, and renamed when all of it is ready: a build that
/// fails or is killed leaves what was there before. What an earlier build of the same name and version made and this one does
/// not goes; other versions stay.
final class ArtifactWriter {
  private static final StepId ARTIFACTS = new StepId("artifacts");

  /// Those that neither compress blocks nor share them between files.
  private static final Set<String> PLAIN_FILE_SYSTEMS = Set.of("ext2", "ext3", "ext4", "tmpfs");

  private final Store store;
  private final Consumer<BuildEvent> events;

  ArtifactWriter(Store store, Consumer<BuildEvent> events) {
    this.store = store;
    this.events = events;
  }

  /// One file to be published.
  ///
  /// @param suffix of its name
  /// @param content only opened to be written: opening a file of the store may read all of it
  /// @param digest empty, if nobody needs to know
  private record Publication(String suffix, Content content, Optional<Digest> digest) {}

  @FunctionalInterface
  private interface Content {
    ByteSource open() throws IOException;
  }

  /// Publishes all artifacts.
  ///
  /// @return their paths, those of the template first, in its order
  List<Path> write(Template template, Lock lock, long epoch, Results made, Path output)
      throws IOException, InterruptedException {
    List<Publication> publications = publications(template, made);
    FinishedArtifacts memory =
        FinishedArtifacts.of(
            store.actions(), output, content(template, lock, epoch, made, publications));
    Optional<List<Path>> before = memory.untouched(output);
    if (before.isPresent()) {
      events.accept(new BuildEvent.Reused(ARTIFACTS));
      return before.get();
    }
    events.accept(new BuildEvent.Started(ARTIFACTS));
    Files.createDirectories(output);
    try (UnfinishedFolder unfinished = UnfinishedFolder.open(output)) {
      ArtifactFiles target = new ArtifactFiles(template.image(), unfinished.path());
      checkRoom(publications, output);
      write(publications, target);
      describe(template, lock, epoch, made, publications, target);
      List<Path> finished = target.publish(output);
      events.accept(
          new BuildEvent.Finished(
              ARTIFACTS, finished.size() + " files in " + output.getFileName()));
      List<Path> ordered = new ArrayList<>();
      publications.forEach(
          each -> ordered.add(new ArtifactFiles(template.image(), output).file(each.suffix())));
      finished.stream().filter(path -> !ordered.contains(path)).forEach(ordered::add);
      memory.remember(ordered);
      return ordered;
    } catch (IOException e) {
      IOException failure = FullDiskException.named(output, e);
      events.accept(new BuildEvent.Failed(ARTIFACTS, String.valueOf(failure.getMessage())));
      throw failure;
    }
  }

  /// All that the artifacts are made from.
  private static String content(
      Template template, Lock lock, long epoch, Results made, List<Publication> publications) {
    return String.join(
        "\n",
        "manifest " + Manifest.FORMAT,
        "template " + template.effective().identity(),
        "lock " + Digest.sha256(LockFile.text(lock)),
        "epoch " + epoch,
        "disk " + made.blob(DiskStep.ID, "map").identity(),
        "files " + publications.stream().map(Publication::suffix).collect(Collectors.joining(", ")),
        "origins "
            + made.byStep().values().stream()
                .map(result -> result.origin().name())
                .collect(Collectors.joining(", ")));
  }

  private List<Publication> publications(Template template, Results made) {
    List<Publication> publications = new ArrayList<>();
    for (Disk.Artifact artifact : template.disk().artifacts()) {
      switch (artifact.type()) {
        case RAW -> {
          switch (artifact.compression()) {
            case NONE ->
                publications.add(new Publication("raw", () -> disk(made), digest(template, made)));
            case ZSTD ->
                publications.add(kept("raw.zst", made.blob(CompressedDiskStep.ID, "file")));
          }
        }
        case SPLIT -> {
          publications.add(kept("efi", made.blob(UkiStep.ID, "uki")));
          publications.add(kept("root", made.blob(RootImageStep.ID, "image")));
          publications.add(kept("verity", made.blob(VerityStep.ID, "tree")));
          byte[] hash =
              (made.text(VerityStep.ID, "root hash") + "\n").getBytes(StandardCharsets.US_ASCII);
          publications.add(
              new Publication(
                  "roothash", () -> ByteSource.of(hash), Optional.of(Digest.sha256(hash))));
        }
      }
    }
    return publications;
  }

  /// Whether the whole disk gets a digest: where it is what is handed on. Beside a compressed one it is not, and its digest
  /// would take longer than all that is left to do for it in most builds.
  static boolean hashesDisk(Disk disk) {
    return disk.isReleased()
        && disk.asksFor(Disk.Type.RAW, Disk.Compression.NONE)
        && !disk.asksFor(Disk.Type.RAW, Disk.Compression.ZSTD);
  }

  private static Optional<Digest> digest(Template template, Results made) {
    return hashesDisk(template.disk())
        ? Optional.of(Digest.parse(made.text(DiskDigestStep.ID, "sha256")))
        : Optional.empty();
  }

  /// A file of the store, whose name for it is its digest.
  private Publication kept(String suffix, Artifact.Blob blob) {
    return new Publication(suffix, () -> file(blob.identity()), Optional.of(blob.identity()));
  }

  private Assembly disk(Results made) throws IOException {
    return DiskMap.parse(file(made.blob(DiskStep.ID, "map").identity())).open(this::file);
  }

  private ByteSource file(Digest digest) throws IOException {
    return store.files().find(digest).orElseThrow(() -> DamagedException.missing("file " + digest));
  }

  /// Refuses to begin what there is no room for, as far as it is known before: not where the file system may compress what is
  /// written, or may share its blocks with the store. Holes take nothing, so where even a disk without holes fits, nobody
  /// looks for them.
  private static void checkRoom(List<Publication> publications, Path output) throws IOException {
    if (!PLAIN_FILE_SYSTEMS.contains(Files.getFileStore(output).type())) {
      return;
    }
    FreeSpace free = FreeSpace.of(output);
    long most = 0;
    for (Publication each : publications) {
      most += each.content().open().size();
    }
    if (free.size().isPresent() && free.size().get().bytes() < most) {
      long needed = 0;
      for (Publication each : publications) {
        needed +=
            switch (each.content().open()) {
              case Assembly disk -> {
                WrittenSectors sectors = new WrittenSectors();
                disk.writeTo(sectors);
                yield sectors.size();
              }
              case ByteSource whole -> whole.size();
            };
      }
      FullDiskException.check(output, new ByteSize(needed), free, "the artifacts");
    }
  }

  /// Writes them all, on as many threads as there are processors.
  private static void write(List<Publication> publications, ArtifactFiles target)
      throws IOException, InterruptedException {
    try (ExecutorService threads =
        Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
      List<Future<?>> running = new ArrayList<>();
      for (Publication each : publications) {
        running.add(
            threads.submit(() -> {
              write(each.content().open(), target.file(each.suffix()));
              return each;
            }));
      }
      for (Future<?> each : running) {
        each.get();
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw new IllegalStateException("writing artifacts", e);
    }
  }

  private static void write(ByteSource bytes, Path file) throws IOException {
    try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        RandomSink sink = RandomSink.of(channel)) {
      switch (bytes) {
        case Assembly disk -> disk.writeTo(sink);
        default -> {
          sink.setSize(bytes.size());
          sink.write(0, bytes);
        }
      }
      channel.force(true);
    }
  }

  private void describe(
      Template template,
      Lock lock,
      long epoch,
      Results made,
      List<Publication> publications,
      ArtifactFiles target)
      throws IOException {
    SortedMap<String, Digest> digests = new TreeMap<>();
    for (Publication each : publications) {
      each.digest().ifPresent(digest -> digests.put(name(target.file(each.suffix())), digest));
    }
    byte[] json =
        new Manifest(template, lock, epoch, made, disk(template, epoch, made))
            .json(target.made(), digests);
    Files.write(target.manifest(), json);
    if (template.disk().isReleased()) {
      digests.put(name(target.manifest()), Digest.sha256(json));
      target.writeSums(digests);
    }
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }

  private DiskSpec disk(Template template, long epoch, Results made) throws IOException {
    return DiskSpec.of(
        template,
        Digest.parse(made.text(VerityStep.ID, "root hash")),
        file(made.blob(RootImageStep.ID, "image").identity()),
        file(made.blob(VerityStep.ID, "tree").identity()),
        program(made.blob(UkiStep.ID, "uki")),
        program(made.blob(BaseStep.ID, "boot loader")),
        epoch);
  }

  private DiskSpec.Program program(Artifact.Blob blob) throws IOException {
    return new DiskSpec.Program(blob.identity(), file(blob.identity()));
  }
}
