package io.microvisor.compose.plan;

import io.microvisor.bytes.Digest;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// What steps made on other machines.
public interface SharedResults {
  /// Nothing is shared, and nothing believed that was.
  SharedResults NONE = fetchedBefore(List.of());

  /// Nothing is asked for or given, but what came from these origins before is believed.
  static SharedResults fetchedBefore(List<Origin> believed) {
    return new SharedResults() {
      @Override
      public List<Origin> believed() {
        return believed;
      }

      @Override
      public Optional<Fetched> fetch(Digest key) {
        return Optional.empty();
      }

      @Override
      public Optional<Outputs> forecast(Digest key) {
        return Optional.empty();
      }

      @Override
      public void offer(Digest key, Outputs outputs) {
        // Nobody is there to take it.
      }
    };
  }

  /// Outputs that are all in the store now.
  ///
  /// @param result what it is, and who vouches for it
  /// @param bytes how many came over the network
  record Fetched(StepResult result, long bytes) {}

  /// Where results that are in the store already may have come from, besides this machine.
  List<Origin> believed();

  /// Gets what another machine made under this key, with all it names. Whatever is wrong with it, it counts as not there.
  ///
  /// @throws IOException if the store cannot be written
  Optional<Fetched> fetch(Digest key) throws IOException, InterruptedException;

  /// What [#fetch] would get, as far as that can be told without getting it.
  Optional<Outputs> forecast(Digest key) throws InterruptedException;

  /// Lets other machines have what was made here. Returns at once.
  void offer(Digest key, Outputs outputs);
}
