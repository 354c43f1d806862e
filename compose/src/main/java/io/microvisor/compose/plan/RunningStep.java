package io.microvisor.compose.plan;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.TreeCodec;
import io.microvisor.store.Actions;
import io.microvisor.store.Store;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
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
  private final PlanRunner.Contents contents;
  private final Consumer<BuildEvent> events;
  private Optional<Path> scratch = Optional.empty();

  RunningStep(
      StepId id,
      Map<String, Artifact> inputs,
      Store store,
      PlanRunner.Contents contents,
      Consumer<BuildEvent> events) {
    this.id = id;
    this.inputs = Map.copyOf(inputs);
    this.store = store;
    this.contents = contents;
    this.events = events;
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
    return new Artifact.Tree(artifact(name).identity()).read(store.contents());
  }

  @Override
  public ByteSource blob(String name) throws IOException {
    Digest digest = artifact(name).identity();
    return store
        .files()
        .find(digest)
        .orElseThrow(() -> new IOException(name + " " + digest + ": no longer in the store"));
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
    return new Artifact.Tree(store.contents().add(bytes.toByteArray()));
  }

  @Override
  public Artifact.Blob keep(Path file) throws IOException {
    long size = Files.size(file);
    return new Artifact.Blob(store.files().adopt(file), size);
  }

  @Override
  public Artifact.Blob keep(byte[] bytes) throws IOException {
    Path file = Files.createTempFile(scratch(), "bytes", "");
    Files.write(file, bytes);
    return keep(file);
  }

  @Override
  public void keepContent(byte[] bytes) throws IOException {
    store.contents().add(bytes);
  }

  @Override
  public Actions memory() {
    return store.actions();
  }

  @Override
  public synchronized Path scratch() throws IOException {
    if (scratch.isEmpty()) {
      scratch = Optional.of(store.temporary());
    }
    return scratch.get();
  }

  @Override
  public void advanced(long done, long total, BuildEvent.Unit unit) {
    events.accept(new BuildEvent.Advanced(id, done, total, unit));
  }

  @Override
  public void note(String line) {
    events.accept(new BuildEvent.Noted(id, line));
  }
}
