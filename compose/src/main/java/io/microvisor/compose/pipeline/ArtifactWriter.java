package io.microvisor.compose.pipeline;

import com.github.luben.zstd.ZstdOutputStream;
import io.microvisor.bytes.ByteSize;
import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.RandomSink;
import io.microvisor.bytes.files.FreeSpace;
import io.microvisor.bytes.files.FullDiskException;
import io.microvisor.compose.disk.DiskSpec;
import io.microvisor.compose.disk.DiskWriter;
import io.microvisor.compose.plan.BuildEvent;
import io.microvisor.compose.plan.Results;
import io.microvisor.compose.plan.StepId;
import io.microvisor.compose.steps.BaseStep;
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
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
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

/// Writes what the template asks for into the output folder.
///
/// Everything is made in a hidden folder beside its final place, synced, and renamed when all of it is ready: a build that
/// fails or is killed leaves what was there before. What an earlier build of the same name and version made and this one does
/// not goes; other versions stay.
final class ArtifactWriter {
  private static final StepId DISK = new StepId("disk");
  private static final int ZSTD_LEVEL = 3;

  /// Those that neither compress blocks nor share them between files.
  private static final Set<String> PLAIN_FILE_SYSTEMS = Set.of("ext2", "ext3", "ext4", "tmpfs");

  private final Store store;
  private final Consumer<BuildEvent> events;

  ArtifactWriter(Store store, Consumer<BuildEvent> events) {
    this.store = store;
    this.events = events;
  }

  /// Writes all artifacts.
  ///
  /// @return their paths, the disk image first
  List<Path> write(Template template, Lock lock, long epoch, Results made, Path output)
      throws IOException, InterruptedException {
    FinishedArtifacts memory =
        FinishedArtifacts.of(store.actions(), output, content(template, lock, epoch, made));
    Optional<List<Path>> before = memory.untouched(output);
    if (before.isPresent()) {
      events.accept(new BuildEvent.Reused(DISK));
      return before.get();
    }
    events.accept(new BuildEvent.Started(DISK));
    Files.createDirectories(output);
    try (UnfinishedFolder unfinished = UnfinishedFolder.open(output)) {
      Path scratch = unfinished.path();
      Path disk =
          write(template, lock, epoch, made, new ArtifactFiles(template.image(), scratch), output);
      List<Path> finished = new ArtifactFiles(template.image(), scratch).publish(output);
      events.accept(
          new BuildEvent.Finished(DISK, finished.size() + " files in " + output.getFileName()));
      Path first = output.resolve(String.valueOf(disk.getFileName()));
      List<Path> ordered = new ArrayList<>(List.of(first));
      finished.stream().filter(path -> !path.equals(first)).forEach(ordered::add);
      memory.remember(ordered);
      return ordered;
    } catch (IOException e) {
      IOException failure = FullDiskException.named(output, e);
      events.accept(new BuildEvent.Failed(DISK, String.valueOf(failure.getMessage())));
      throw failure;
    }
  }

  /// All that the artifacts are made from.
  private static String content(Template template, Lock lock, long epoch, Results made) {
    return String.join(
        "\n",
        "versions " + DiskWriter.VERSION + " " + Manifest.FORMAT + " " + ZSTD_LEVEL,
        "template " + template.effective().identity(),
        "lock " + Digest.sha256(LockFile.text(lock)),
        "epoch " + epoch,
        "kernel image " + made.blob(UkiStep.ID, "uki").identity(),
        "boot loader " + made.blob(BaseStep.ID, "boot loader").identity(),
        "root hash " + made.text(VerityStep.ID, "root hash"),
        "origins "
            + made.byStep().values().stream()
                .map(result -> result.origin().name())
                .collect(Collectors.joining(", ")));
  }

  private Path write(
      Template template, Lock lock, long epoch, Results made, ArtifactFiles target, Path output)
      throws IOException, InterruptedException {
    DiskSpec spec = disk(template, epoch, made);
    spec.tightness().ifPresent(what -> events.accept(new BuildEvent.Warned(DISK, what)));
    checkRoom(spec, template.disk().artifacts(), output);
    Path raw = target.file("raw");
    try (FileChannel channel =
            FileChannel.open(raw, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        RandomSink sink = RandomSink.of(channel)) {
      DiskWriter.write(spec, sink);
    }
    SortedMap<String, Digest> digests = Collections.synchronizedSortedMap(new TreeMap<>());
    List<Work> work = new ArrayList<>();
    if (isReleased(template.disk().artifacts())) {
      work.add(() -> hash(raw, digests));
    }
    for (Disk.Artifact artifact : template.disk().artifacts()) {
      switch (artifact.type()) {
        case RAW -> {
          if (artifact.compression() == Disk.Compression.ZSTD) {
            Path compressed = target.file("raw.zst");
            work.add(() -> digests.put(name(compressed), compress(ByteSource.of(raw), compressed)));
          }
        }
        case SPLIT ->
            work.add(() -> {
              split(made, UkiStep.ID, "uki", target.file("efi"), digests);
              split(made, RootImageStep.ID, "image", target.file("root"), digests);
              split(made, VerityStep.ID, "tree", target.file("verity"), digests);
              byte[] rootHash = (spec.rootHash().hex() + "\n").getBytes(StandardCharsets.US_ASCII);
              Path file = Files.write(target.file("roothash"), rootHash);
              digests.put(name(file), Digest.sha256(rootHash));
            });
      }
    }
    all(work);
    Manifest manifest = new Manifest(template, lock, epoch, made, spec);
    byte[] json = manifest.json(target.made(), digests);
    Files.write(target.manifest(), json);
    if (isReleased(template.disk().artifacts())) {
      digests.put(name(target.manifest()), Digest.sha256(json));
      target.writeSums(digests);
    }
    return raw;
  }

  /// Refuses to begin what there is no room for, as far as it is known before: not where the file system may compress what is
  /// written, or may share its blocks with the store, nor what a compressed artifact takes. Holes take nothing, so where even
  /// a disk without holes fits, nobody looks for them.
  private static void checkRoom(DiskSpec spec, List<Disk.Artifact> artifacts, Path output)
      throws IOException {
    if (!PLAIN_FILE_SYSTEMS.contains(Files.getFileStore(output).type())
        || !spec.problems().isEmpty()) {
      return;
    }
    FreeSpace free = FreeSpace.of(output);
    boolean isSplit = artifacts.stream().anyMatch(each -> each.type() == Disk.Type.SPLIT);
    long parts =
        isSplit ? spec.uki().bytes().size() + spec.root().size() + spec.verity().size() : 0;
    ByteSize most = new ByteSize(spec.layout().table().diskSize().bytes() + parts);
    if (free.size().isPresent() && free.size().get().compareTo(most) < 0) {
      WrittenSectors disk = new WrittenSectors();
      DiskWriter.write(spec, disk);
      ByteSize needed = new ByteSize(disk.size() + parts);
      FullDiskException.check(output, needed, free, "the disk image");
    }
  }

  /// Whether there is more than a disk to boot: then every file gets a digest. The digest of a disk takes longer than
  /// all that is left to do for it in most builds, so it waits for one that is to be handed on.
  static boolean isReleased(List<Disk.Artifact> artifacts) {
    return artifacts.stream()
        .anyMatch(
            each -> each.type() != Disk.Type.RAW || each.compression() != Disk.Compression.NONE);
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }

  /// Something to be done beside other things.
  @FunctionalInterface
  private interface Work {
    void run() throws IOException;
  }

  /// Does all of it, on as many threads as there are processors.
  private static void all(List<Work> work) throws IOException, InterruptedException {
    try (ExecutorService threads = Executors.newWorkStealingPool()) {
      List<Future<?>> running = new ArrayList<>();
      for (Work each : work) {
        running.add(
            threads.submit(() -> {
              each.run();
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

  private static void hash(Path file, SortedMap<String, Digest> digests) throws IOException {
    digests.put(name(file), Digest.sha256(ByteSource.of(file).stream()));
  }

  private DiskSpec disk(Template template, long epoch, Results made) throws IOException {
    return new DiskSpec(
        template,
        Digest.parse(made.text(VerityStep.ID, "root hash")),
        blob(made, RootImageStep.ID, "image"),
        blob(made, VerityStep.ID, "tree"),
        program(made, UkiStep.ID, "uki"),
        program(made, BaseStep.ID, "boot loader"),
        epoch);
  }

  private DiskSpec.Program program(Results made, StepId step, String name) throws IOException {
    return new DiskSpec.Program(made.blob(step, name).identity(), blob(made, step, name));
  }

  private ByteSource blob(Results made, StepId step, String name) throws IOException {
    Digest digest = made.blob(step, name).identity();
    return store
        .files()
        .find(digest)
        .orElseThrow(() -> DamagedException.missing(name + " " + digest));
  }

  private static Digest compress(ByteSource source, Path file) throws IOException {
    MessageDigest hasher = Digest.hasher();
    try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW);
        ZstdOutputStream zstd =
            new ZstdOutputStream(new DigestOutputStream(out, hasher), ZSTD_LEVEL)
                .setWorkers(2)
                .setCloseFrameOnFlush(false)) {
      zstd.setChecksum(true);
      source.stream().transferTo(zstd);
    }
    return Digest.of(hasher.digest());
  }

  /// Copies a part of the disk out of the store, whose name for it is its digest.
  private void split(Results made, StepId step, String name, Path file, Map<String, Digest> digests)
      throws IOException {
    try (InputStream part = blob(made, step, name).stream()) {
      Files.copy(part, file);
    }
    digests.put(name(file), made.blob(step, name).identity());
  }
}
