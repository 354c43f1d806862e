package io.microvisor.compose.plan;

import java.util.List;

/// What would become of a step.
public sealed interface Forecast {
  /// The step.
  StepId step();

  /// Its outputs are in the cache.
  record Reused(StepId step) implements Forecast {}

  /// Its outputs were made on another machine and can be had from there.
  record Fetched(StepId step) implements Forecast {}

  /// It would run.
  ///
  /// @param reasons what changed since it was last made
  record Runs(StepId step, List<String> reasons) implements Forecast {
    public Runs {
      reasons = List.copyOf(reasons);
    }
  }

  /// It would run if what it takes from these steps, which would run before, is another than last time.
  record Waits(StepId step, List<StepId> on) implements Forecast {
    public Waits {
      on = List.copyOf(on);
    }
  }
}
