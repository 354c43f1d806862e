package io.microvisor.cli;

/// Ends a command with a message and an exit code.
final class FailureException extends Exception {
  private static final long serialVersionUID = 1;

  private final ExitCode code;

  FailureException(ExitCode code, String message) {
    super(message);
    this.code = code;
  }

  ExitCode code() {
    return code;
  }
}
