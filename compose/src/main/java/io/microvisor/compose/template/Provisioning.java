package io.microvisor.compose.template;

/// What a machine is told from outside.
///
/// @param answers when it reads a file of answers
public record Provisioning(Answers answers) {
  /// When a machine reads answers.
  public enum Answers {
    /// Never.
    NONE,
    /// Until it found some that are good; those it keeps.
    ONCE,
    /// Whenever it starts.
    EACH_BOOT
  }
}
