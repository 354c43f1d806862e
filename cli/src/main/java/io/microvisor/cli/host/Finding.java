package io.microvisor.cli.host;

/// What `emt doctor` found about one thing.
///
/// @param subject what was looked at
/// @param state how it is
/// @param what the fact
/// @param fix what to do about it; empty if nothing needs to be done
record Finding(String subject, State state, String what, String fix) {
  /// How it is.
  enum State {
    /// As it should be.
    OK("ok"),
    /// Builds work, but something is slower or tight.
    WARN("warn"),
    /// A build would fail.
    MISSING("MISSING");

    private final String word;

    State(String word) {
      this.word = word;
    }

    String word() {
      return word;
    }
  }

  static Finding ok(String subject, String what) {
    return new Finding(subject, State.OK, what, "");
  }

  static Finding warn(String subject, String what, String fix) {
    return new Finding(subject, State.WARN, what, fix);
  }

  static Finding missing(String subject, String what, String fix) {
    return new Finding(subject, State.MISSING, what, fix);
  }
}
