package io.microvisor.compose.plan;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.TreeCodec;
import io.microvisor.store.Actions;
import io.microvisor.store.DamagedException;
import io.microvisor.store.Ingest;
import io.microvisor.store.Store;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// The context of one running step.
final class RunningStep implements StepContext {
  private final StepId id;
  private final Map<String, Artifact> inputs;
  private final Store store;
  private final KnownTrees trees;
  private final PlanRunner.Contents contents;
  private final Consumer<BuildEvent> events;
  private final WorkAhead ahead;
  private Optional<Path> scratch = Optional.empty();

  RunningStep(
      StepId id,
      Map<String, Artifact> inputs,
      Store store,
      KnownTrees trees,
      PlanRunner.Contents contents,
      Consumer<BuildEvent> events,
      WorkAhead ahead) {
    this.id = id;
    this.inputs = Map.copyOf(inputs);
    this.store = store;
    this.trees = trees;
    this.contents = contents;
    this.events = events;
    this.ahead = ahead;
  }

  @Override
  public Artifact artifact(String name) {
    Artifact artifact = inputs.get(name);
    if (artifact == null) {
      throw new IllegalStateException("step " + id + ": input \"" + name + "\" is not declared");
    }
    return artifact;
  }

  @Override
  public FileTree tree(String name) throws IOException {
    return trees.read(new Artifact.Tree(artifact(name).identity()));
  }

  @Override
  public ByteSource blob(String name) throws IOException {
    return file(name, artifact(name).identity());
  }

  @Override
  public ByteSource file(Digest digest) throws IOException {
    return file("file", digest);
  }

  private ByteSource file(String name, Digest digest) throws IOException {
    return store
        .files()
        .find(digest)
        .orElseThrow(() -> DamagedException.missing(name + " " + digest));
  }

  @Override
  public String text(String name) {
    return switch (artifact(name)) {
      case Artifact.Text text -> text.value();
      case Artifact.Blob _, Artifact.Tree _ ->
          throw new IllegalStateException("step " + id + ": input \"" + name + "\" is no text");
    };
  }

  @Override
  public ContentSource contents() throws IOException {
    return contents.open();
  }

  @Override
  public Artifact.Tree keep(FileTree tree) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 20);
    TreeCodec.write(tree, bytes);
    Digest digest = Digest.sha256(bytes.toByteArray());
    keepContent(digest, ByteSource.of(bytes.toByteArray()));
    Artifact.Tree kept = new Artifact.Tree(digest);
    trees.remember(kept, tree);
    return kept;
  }

  @Override
  public Artifact.Blob keep(Path file) throws IOException {
    long size = Files.size(file);
    return new Artifact.Blob(store.files().adopt(file), size);
  }

  @Override
  public Artifact.Blob keep(byte[] bytes) throws IOException {
    Digest digest = Digest.sha256(bytes);
    Optional<Path> there = store.files().path(digest);
    if (there.isPresent() && Files.size(there.get()) == bytes.length) {
      return new Artifact.Blob(digest, bytes.length);
    }
    Path file = Files.createTempFile(scratch(), "bytes", "");
    Files.write(file, bytes);
    return keep(file);
  }

  /// Most of what a step keeps was kept by an earlier build, too, so it pays to look first.
  @Override
  public void keepContent(Digest digest, ByteSource content) throws IOException {
    boolean there =
        store.contents().find(digest).filter(found -> found.size() == content.size()).isPresent();
    if (!there) {
      try (Ingest ingest = store.contents().ingest();
          InputStream in = content.stream()) {
        in.transferTo(ingest.stream());
        ingest.commitAs(digest);
      }
    }
  }

  @Override
  public Actions memory() {
    return store.actions();
  }

  @Override
  public Optional<Path> kept(Digest digest) throws IOException {
    return store.files().find(digest).isPresent() ? store.files().path(digest) : Optional.empty();
  }

  @Override
  public synchronized Path scratch() throws IOException {
    if (scratch.isEmpty()) {
      scratch = Optional.of(store.temporary());
    }
    return scratch.get();
  }

  @Override
  public void draft(String output, FileTree tree) {
    ahead.begin(output, tree);
  }

  @Override
  public void advanced(long done, long total, BuildEvent.Unit unit) {
    events.accept(new BuildEvent.Advanced(id, done, total, unit));
  }

  @Override
  public void warn(String what) {
    events.accept(new BuildEvent.Warned(id, what));
  }

  @Override
  public void note(String line) {
    events.accept(new BuildEvent.Noted(id, line));
  }
}
