package io.microvisor.compose.plan;

import io.microvisor.store.DamagedException;
import io.microvisor.store.Store;
import java.io.IOException;
import java.util.function.Consumer;

/// Does work again that failed because something in the store is no longer what was put there.
///
/// Whoever reads from the store and finds something else there, or nothing, says so with a [DamagedException]. Then everything
/// that was used is looked at, since damage seldom comes alone, and what is damaged is removed, and made anew. Any other failure
/// is none of the store's, and comes at once.
public record Repair(Store store, StepId id, Consumer<BuildEvent> events) {
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
      if (Thread.currentThread().isInterrupted() || !DamagedException.isBehind(e)) {
        throw e;
      }
      int removed = store.removeDamaged();
      events.accept(
          new BuildEvent.Warned(
              id,
              removed == 0
                  ? "files were gone from the cache; they are made again"
                  : "%d files of the cache were damaged; they are made again".formatted(removed)));
      return work.run(Look.THOROUGH);
    }
  }
}
