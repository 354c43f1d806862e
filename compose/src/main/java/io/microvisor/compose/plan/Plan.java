package io.microvisor.compose.plan;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Steps in an order in which each follows those whose outputs it takes.
///
/// @param name what is built: why a step runs is told by comparing it with the plan of this name that ran last
/// @param inOrder the steps
public record Plan(String name, List<Step> inOrder) {
  /// @throws IllegalArgumentException if two steps share a name, or one takes the output of a step that does not come
  ///     before it (a cycle is always such a step)
  public Plan {
    inOrder = List.copyOf(inOrder);
    Set<StepId> before = new HashSet<>();
    for (Step step : inOrder) {
      for (Map.Entry<String, Input> input : step.inputs().entrySet()) {
        if (input.getValue() instanceof Input.Output output && !before.contains(output.step())) {
          throw new IllegalArgumentException(
              "plan: \"%s\" takes \"%s\" from \"%s\" (expected: a step before it)"
                  .formatted(step.id(), output.name(), output.step()));
        }
      }
      if (!before.add(step.id())) {
        throw new IllegalArgumentException("plan: two steps called \"" + step.id() + "\"");
      }
    }
  }

  /// The step called `id`.
  ///
  /// @throws IllegalArgumentException if there is none
  public Step step(StepId id) {
    return inOrder.stream()
        .filter(step -> step.id().equals(id))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("plan: no step \"" + id + "\""));
  }

  /// Whether the results of the step called `id` may leave this machine: only if it and all steps that it depends on,
  /// directly or not, declare so.
  public Sharing sharing(StepId id) {
    Step step = step(id);
    boolean isShared =
        step.sharing() == Sharing.SHARED
            && step.inputs().values().stream()
                .allMatch(input ->
                    switch (input) {
                      case Input.Content _ -> true;
                      case Input.Output output -> sharing(output.step()) == Sharing.SHARED;
                    });
    return isShared ? Sharing.SHARED : Sharing.LOCAL;
  }

  /// The steps after the one called `id`.
  List<Step> after(StepId id) {
    return inOrder.subList(inOrder.indexOf(step(id)) + 1, inOrder.size());
  }

  /// The steps before the one called `id`.
  public Plan before(StepId id) {
    return new Plan(name, inOrder.subList(0, inOrder.indexOf(step(id))));
  }

  /// A line per step: its name and what it takes.
  @Override
  public String toString() {
    return inOrder.stream()
        .map(step ->
            step.id()
                + " <- "
                + step.inputs().values().stream()
                    .map(input ->
                        switch (input) {
                          case Input.Content content -> content.digest().hex().substring(0, 8);
                          case Input.Output output -> output.step() + "." + output.name();
                        })
                    .distinct()
                    .collect(Collectors.joining(", ")))
        .collect(Collectors.joining("\n"));
  }
}
