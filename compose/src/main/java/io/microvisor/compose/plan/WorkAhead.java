package io.microvisor.compose.plan;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.store.Actions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Lets the steps after a running one prepare themselves, on a thread of its own, from drafts of what that step will make. It
/// ends with that step. What fails here is of no consequence: it fails again when its turn comes.
final class WorkAhead implements AutoCloseable {
  private final List<Step> after;
  private final StepId running;
  private final PlanRunner.Contents contents;
  private final Actions memory;
  private Optional<Thread> thread = Optional.empty();
  private volatile boolean ending;

  /// @param plan whose steps prepare themselves
  /// @param running the step that may offer a draft
  /// @param contents of the files of its draft
  WorkAhead(Plan plan, StepId running, PlanRunner.Contents contents, Actions memory) {
    this.after = plan.after(running);
    this.running = running;
    this.contents = contents;
    this.memory = memory;
  }

  /// Begins with a draft of an output of the running step; of several, the first counts.
  synchronized void begin(String output, FileTree tree) {
    if (thread.isEmpty() && !ending) {
      Thread begun =
          Thread.ofPlatform()
              .daemon()
              .name("ahead of " + running)
              .start(() -> work(new Input.Output(running, output), tree));
      thread = Optional.of(begun);
    }
  }

  private void work(Input.Output offered, FileTree tree) {
    Map<Input.Output, FileTree> drafts = new HashMap<>(Map.of(offered, tree));
    Map<Digest, ByteSource> added = new HashMap<>();
    try {
      ContentSource packaged = contents.open();
      for (Step step : after) {
        if (ending) {
          return;
        }
        step.prepare(new Taken(step, drafts, added, packaged));
      }
    } catch (IOException | UncheckedIOException _) {
      // It is met again, and told, when its turn comes.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (OutOfMemoryError _) {
      // Others need it more.
    }
  }

  /// What one step is handed.
  private final class Taken implements Draft {
    private final Step step;
    private final Map<Input.Output, FileTree> drafts;
    private final Map<Digest, ByteSource> added;
    private final ContentSource packaged;

    Taken(
        Step step,
        Map<Input.Output, FileTree> drafts,
        Map<Digest, ByteSource> added,
        ContentSource packaged) {
      this.step = step;
      this.drafts = drafts;
      this.added = added;
      this.packaged = packaged;
    }

    @Override
    public Optional<FileTree> tree(String name) {
      return step.inputs().get(name) instanceof Input.Output output
          ? Optional.ofNullable(drafts.get(output))
          : Optional.empty();
    }

    @Override
    public ContentSource contents() {
      return ContentSource.of(added).or(packaged);
    }

    @Override
    public Actions memory() {
      return memory;
    }

    @Override
    public void offer(String output, FileTree tree, Map<Digest, ByteSource> contents) {
      drafts.put(new Input.Output(step.id(), output), tree);
      added.putAll(contents);
    }

    @Override
    public boolean isWanted() {
      return !ending;
    }
  }

  /// Waits until the work has ended, or this thread is interrupted. The work is not: that would close the files that it reads,
  /// for others, too.
  @Override
  public void close() {
    Optional<Thread> begun;
    synchronized (this) {
      ending = true;
      begun = thread;
    }
    try {
      if (begun.isPresent()) {
        begun.get().join();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
