package io.microvisor.compose.plan;

import io.microvisor.bytes.ContentSource;
import io.microvisor.formats.tree.FileTree;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// What all steps of a plan made.
///
/// @param byStep in the plan's order
public record Results(SequencedMap<StepId, StepResult> byStep) {
  public Results {
    byStep = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(byStep));
  }

  /// Everything that a step made.
  ///
  /// @throws IllegalStateException if the plan has no such step
  public Outputs outputs(StepId step) {
    StepResult result = byStep.get(step);
    if (result == null) {
      throw new IllegalStateException("plan: no step \"" + step + "\"");
    }
    return result.outputs();
  }

  /// The text that a step made under `name`.
  ///
  /// @throws IllegalStateException if it made none, or something else
  public String text(StepId step, String name) {
    return switch (artifact(step, name)) {
      case Artifact.Text text -> text.value();
      case Artifact.Blob _, Artifact.Tree _ -> throw other(step, name, "text");
    };
  }

  /// The blob that a step made under `name`.
  ///
  /// @throws IllegalStateException if it made none, or something else
  public Artifact.Blob blob(StepId step, String name) {
    return switch (artifact(step, name)) {
      case Artifact.Blob blob -> blob;
      case Artifact.Text _, Artifact.Tree _ -> throw other(step, name, "blob");
    };
  }

  /// The first tree among what `step` takes, in the order of its inputs' names.
  ///
  /// @throws IllegalStateException if it takes none
  public FileTree firstTree(Step step, ContentSource contents) throws IOException {
    for (Input input : step.inputs().values()) {
      if (input instanceof Input.Output output
          && artifact(output.step(), output.name()) instanceof Artifact.Tree tree) {
        return tree.read(contents);
      }
    }
    throw new IllegalStateException("step " + step.id() + ": takes no tree");
  }

  private Artifact artifact(StepId step, String name) {
    return outputs(step).named(name);
  }

  private static IllegalStateException other(StepId step, String name, String expected) {
    return new IllegalStateException(
        "step " + step + ": \"" + name + "\" is something else (expected: a " + expected + ")");
  }
}
