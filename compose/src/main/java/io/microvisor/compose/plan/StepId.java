package io.microvisor.compose.plan;

/// Names a step within its plan, as progress and errors show it: `configure`, `root image`.
///
/// @param name lower-case words
public record StepId(String name) implements Comparable<StepId> {
  @Override
  public int compareTo(StepId other) {
    return name.compareTo(other.name);
  }

  @Override
  public String toString() {
    return name;
  }
}
