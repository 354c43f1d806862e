package io.microvisor.compose.template;

import io.microvisor.compose.problem.Problem;
import java.util.List;

/// What became of reading a template: a template, or everything that is wrong with it.
public sealed interface Loading {
  /// The template is sound.
  record Loaded(Template template) implements Loading {}

  /// It is not.
  ///
  /// @param problems all of them, by place; at least one
  record Rejected(List<Problem> problems) implements Loading {
    public Rejected {
      problems = List.copyOf(problems);
    }
  }
}
