package io.microvisor.packages.fetch;

import java.nio.file.Path;

/// What came of one attempt at one address.
sealed interface Outcome {
  /// The file is in the store.
  record Done(Path path) implements Outcome {}

  /// It failed in a way that time may heal.
  record Again(String reason) implements Outcome {}

  /// It failed in a way that this address will not get over.
  record Never(String reason) implements Outcome {}
}
