package io.microvisor.compose.template;

import io.microvisor.compose.problem.Place;

/// What a machine is told from outside.
///
/// @param answers when it reads a file of answers
/// @param cloudInit whether the distribution's cloud-init configures it
public record Provisioning(Answers answers, CloudInit cloudInit, Place place) {
  /// When a machine reads answers.
  public enum Answers {
    /// Never.
    NONE,
    /// Until it found some that are good; those it keeps.
    ONCE,
    /// Whenever it starts.
    EACH_BOOT
  }

  /// Whether cloud-init configures the machine.
  public enum CloudInit {
    NO,
    /// From a NoCloud or ConfigDrive source.
    YES
  }
}
