package io.microvisor.packages.fetch;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.stream.Collectors;

/// Files that could not be had: all of them, each with every address that was tried and why it failed.
public final class DownloadException extends IOException {
  private static final long serialVersionUID = 1;
  private static final int MOST_SHOWN = 20;

  /// One address that failed.
  public record Attempt(URI address, String reason) {
    @Override
    public String toString() {
      return Addresses.shown(address) + ": " + reason;
    }
  }

  /// One file that could not be had.
  public record Failure(String subject, List<Attempt> attempts) {
    public Failure {
      attempts = List.copyOf(attempts);
    }

    @Override
    public String toString() {
      return attempts.isEmpty()
          ? subject + ": no address is known for it (expected: at least one archive)"
          : attempts.stream()
              .map(Attempt::toString)
              .collect(Collectors.joining("\n    ", subject + ": ", ""));
    }
  }

  private final transient List<Failure> failures;

  DownloadException(List<Failure> failures, int wanted) {
    super(message(failures, wanted));
    this.failures = List.copyOf(failures);
  }

  /// What failed, in the order it was asked for.
  public List<Failure> failures() {
    return failures;
  }

  private static String message(List<Failure> failures, int wanted) {
    if (wanted == 1) {
      return failures.getFirst().toString();
    }
    String more =
        failures.size() > MOST_SHOWN
            ? "\n  ... and " + (failures.size() - MOST_SHOWN) + " more"
            : "";
    return failures.stream()
        .limit(MOST_SHOWN)
        .map(Failure::toString)
        .collect(
            Collectors.joining(
                "\n  ", failures.size() + " of " + wanted + " files could not be had:\n  ", more));
  }
}
