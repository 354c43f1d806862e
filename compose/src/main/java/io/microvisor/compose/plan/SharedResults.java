package io.microvisor.compose.plan;

import io.microvisor.bytes.Digest;
import java.io.IOException;
import java.util.Optional;

/// What steps made on other machines.
public interface SharedResults {
  /// Nothing is shared.
  SharedResults NONE =
      new SharedResults() {
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

  /// Outputs that are all in the store now.
  ///
  /// @param bytes how many came over the network
  record Fetched(Outputs outputs, long bytes) {}

  /// Gets what another machine made under this key, with all it names. Whatever is wrong with it, it counts as not there.
  ///
  /// @throws IOException if the store cannot be written
  Optional<Fetched> fetch(Digest key) throws IOException, InterruptedException;

  /// What [#fetch] would get, as far as that can be told without getting it.
  Optional<Outputs> forecast(Digest key) throws InterruptedException;

  /// Lets other machines have what was made here, or was here already. Returns at once.
  void offer(Digest key, Outputs outputs);
}
