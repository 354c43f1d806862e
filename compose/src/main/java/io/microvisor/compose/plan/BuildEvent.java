package io.microvisor.compose.plan;

import java.util.List;

/// What happens during a build, for whoever shows it. Events carry no times: who shows them has a clock.
public sealed interface BuildEvent {
  /// The step that this is about.
  StepId step();

  /// The build will go through these steps.
  record Planned(List<StepId> steps) implements BuildEvent {
    public Planned {
      steps = List.copyOf(steps);
    }

    @Override
    public StepId step() {
      return steps.getFirst();
    }
  }

  /// A step runs.
  record Started(StepId step) implements BuildEvent {}

  /// A step has come this far; totals may grow.
  ///
  /// @param done how much is done, in `unit`
  /// @param total how much there is to do, as far as is known
  record Advanced(StepId step, long done, long total, Unit unit) implements BuildEvent {}

  /// What progress is counted in.
  enum Unit {
    BYTES,
    ITEMS
  }

  /// A step's outputs were in the cache.
  record Reused(StepId step) implements BuildEvent {}

  /// A step's outputs were made on another machine, and are here now.
  ///
  /// @param bytes how many came over the network
  record Fetched(StepId step, long bytes) implements BuildEvent {}

  /// A step is done.
  ///
  /// @param what what it made, in a few words
  record Finished(StepId step, String what) implements BuildEvent {}

  /// A step failed.
  record Failed(StepId step, String message) implements BuildEvent {}

  /// Something worth a line, such as what a package script printed.
  record Noted(StepId step, String line) implements BuildEvent {}

  /// Something that whoever builds should know, though the build goes on.
  record Warned(StepId step, String what) implements BuildEvent {}
}
