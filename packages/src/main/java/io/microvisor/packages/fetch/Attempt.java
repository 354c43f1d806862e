package io.microvisor.packages.fetch;

import java.nio.file.Path;
import java.time.Duration;

/// What came of one attempt at one address.
sealed interface Attempt {
  /// The file is in the store.
  record Done(Path path) implements Attempt {}

  /// It failed in a way that time may heal.
  ///
  /// @param pause how long the server asks to be left alone, zero if it does not
  record Again(String reason, Duration pause) implements Attempt {
    Again(String reason) {
      this(reason, Duration.ZERO);
    }
  }

  /// What was here already does not fit; it is gone, and the next attempt is the first proper one.
  record Anew(String reason) implements Attempt {}

  /// It failed in a way that this address will not get over.
  record Never(String reason) implements Attempt {}
}
