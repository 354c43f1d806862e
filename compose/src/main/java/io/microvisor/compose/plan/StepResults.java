package io.microvisor.compose.plan;

import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.store.Actions;
import java.io.IOException;
import java.util.Optional;

/// The results of steps in this machine's action cache, each under the step's key together with where it came from.
///
/// So a build sees what it believes and nothing else: results of a remote cache that it does not use, or of a key that it
/// does not pin, are not there for it, and never take the place of what was made here. Results of format 1 did not say
/// where they came from; none of them is found any more.
record StepResults(Actions actions) {
  /// @param origin where it must have come from
  /// @return empty also if what is there is damaged: the step runs again, and replaces it
  Optional<Outputs> find(Digest key, Origin origin) throws IOException {
    Optional<byte[]> entry = actions.find(tagged(key, origin));
    try {
      return entry.isEmpty() ? Optional.empty() : Optional.of(Outputs.parse(entry.get()));
    } catch (FormatException _) {
      return Optional.empty();
    }
  }

  void put(Digest key, Origin origin, Outputs outputs) throws IOException {
    actions.put(tagged(key, origin), outputs.toBytes());
  }

  private static Digest tagged(Digest key, Origin origin) {
    return Digest.sha256("step result 2\0" + origin.name() + "\0" + key.hex());
  }
}
