package io.microvisor.compose.plan;

import io.microvisor.bytes.Digest;

/// One thing that a step depends on.
public sealed interface Input {
  /// Something from outside the plan, by its digest: a package, a file beside the template.
  record Content(Digest digest) implements Input {}

  /// What an earlier step made, under the name that it gave it.
  record Output(StepId step, String name) implements Input {}
}
