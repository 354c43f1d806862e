package io.microvisor.compose.plan;

import io.microvisor.store.Store;
import java.io.IOException;
import java.util.function.Consumer;

/// Does work again that failed because something in the store is no longer what was put there.
///
/// Damage shows in many ways: a digest that does not match, a tree that cannot be read, a length that does not fit. So
/// whatever went wrong, everything that was used is looked at; and if any of it was damaged, that is removed, and made anew.
public record Mending(Store store, StepId id, Consumer<BuildEvent> events) {
  /// How closely to look before something in the store is used.
  public enum Look {
    /// At what is read, when it is read.
    USUAL,
    /// Also whether all files of a tree are there before the tree is used.
    THOROUGH
  }

  /// Work that uses the store.
  @FunctionalInterface
  public interface Work<T> {
    /// Does it, from the beginning.
    T run(Look look) throws IOException, InterruptedException;
  }

  /// Does it, a second time if need be.
  public <T> T run(Work<T> work) throws IOException, InterruptedException {
    try {
      return work.run(Look.USUAL);
    } catch (IOException | RuntimeException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw e;
      }
      int removed = store.removeDamaged();
      if (removed == 0) {
        throw e;
      }
      events.accept(
          new BuildEvent.Warned(
              id, "%d files of the cache were damaged; they are made again".formatted(removed)));
      return work.run(Look.THOROUGH);
    }
  }
}
