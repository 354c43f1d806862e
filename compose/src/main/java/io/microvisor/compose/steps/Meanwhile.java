package io.microvisor.compose.steps;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.BooleanSupplier;

/// Work that nobody waits for, done on a thread of its own while something else takes its time. It is asked to end when this is
/// closed. What fails is of no consequence: whoever needs it does it again.
final class Meanwhile implements AutoCloseable {
  /// The work.
  @FunctionalInterface
  interface Work {
    /// Does as much as it can.
    ///
    /// @param goOn false as soon as it is to end
    void run(BooleanSupplier goOn) throws IOException, InterruptedException;
  }

  private final Thread thread;
  private volatile boolean ending;

  /// Begins.
  Meanwhile(Work work) {
    thread = Thread.ofPlatform().daemon().name("meanwhile").unstarted(() -> run(work));
    thread.start();
  }

  private void run(Work work) {
    try {
      work.run(() -> !ending);
    } catch (IOException | UncheckedIOException _) {
      // It is met again, and told, when its turn comes.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (OutOfMemoryError _) {
      // Others need it more.
    }
  }

  /// Waits until the work has ended, or this thread is interrupted. The work is not: that would close the files that it reads,
  /// for others, too.
  @Override
  public void close() {
    ending = true;
    try {
      thread.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
