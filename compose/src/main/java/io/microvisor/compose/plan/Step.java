package io.microvisor.compose.plan;

import io.microvisor.bytes.Versions;
import java.io.IOException;
import java.util.Collections;
import java.util.SortedMap;

/// One step of a build, a record: a function of its declared inputs, its versions and its components, and of nothing else.
public interface Step {
  /// Its name.
  StepId id();

  /// Everything it reads, by the name it uses for it.
  SortedMap<String, Input> inputs();

  /// The versions of all code that its outputs depend on.
  Versions versions();

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

  /// Does ahead what it can, from drafts of its inputs, while a step before it is still running: puts into [Draft#memory] what
  /// makes [#run] faster, and offers a draft of its own outputs. What [#run] makes does not depend on it.
  ///
  /// @throws IOException if the drafts do not do; nobody hears of it
  default void prepare(Draft draft) throws IOException, InterruptedException {}
}
