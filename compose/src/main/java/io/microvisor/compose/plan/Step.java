package io.microvisor.compose.plan;

import java.io.IOException;
import java.util.Collections;
import java.util.SortedMap;

/// One step of a build: a function of its declared inputs and its fingerprint, and of nothing else.
public interface Step {
  /// Its name.
  StepId id();

  /// Everything it reads, by the name it uses for it.
  SortedMap<String, Input> inputs();

  /// Its version and parameters.
  Fingerprint fingerprint();

  /// Whether its results may leave this machine. Those of a step that depends on a [Sharing#LOCAL] one never do.
  Sharing sharing();

  /// What its inputs say, in words by name: never part of a cache key, only to tell what changed since the last build.
  default SortedMap<String, String> details() {
    return Collections.emptySortedMap();
  }

  /// Makes the outputs. Same inputs and fingerprint: same outputs, bit for bit.
  ///
  /// @throws IOException if the world fails or an input is not what it should be
  /// @throws InterruptedException if the build is cancelled
  Outputs run(StepContext context) throws IOException, InterruptedException;
}
