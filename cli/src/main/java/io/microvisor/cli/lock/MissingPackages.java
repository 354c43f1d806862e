package io.microvisor.cli.lock;

import io.microvisor.cli.terminal.ExitCode;
import io.microvisor.cli.terminal.FailureException;
import io.microvisor.packages.fetch.DownloadException;
import io.microvisor.packages.lock.Lock;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// What is said about a lock whose packages cannot be had: all of them at once, and every way out.
///
/// @param lockName the lock's file
/// @param template the template as named on the command line, after a space; empty for the default one
/// @param offline whether hosts were not to be asked
record MissingPackages(String lockName, String template, boolean offline) {
  /// The failure that ends the command.
  ///
  /// @param e a failed download of packages of `lock`
  FailureException failure(Lock lock, DownloadException e) {
    Set<String> known =
        lock.everything().stream()
            .map(each -> each.name() + " " + each.version())
            .collect(Collectors.toSet());
    List<DownloadException.Failure> failures =
        e.failures().stream().filter(each -> known.contains(each.subject())).toList();
    StringBuilder text = new StringBuilder();
    text.append(lockName)
        .append(": ")
        .append(failures.size())
        .append(" of ")
        .append(lock.everything().size())
        .append(offline ? " packages are not in the cache" : " packages cannot be had any more")
        .append(" (expected: all of them)");
    for (DownloadException.Failure each : failures) {
      text.append("\n  ").append(each.subject());
      if (!offline) {
        text.append(each.attempts().isEmpty() ? ": no archive is known" : "");
        each.attempts().forEach(attempt -> text.append("\n    ").append(attempt));
      }
    }
    (offline ? offlineAdvice() : advice(failures))
        .forEach(line -> text.append("\n  advice: ").append(line));
    return new FailureException(ExitCode.FAILED, text.toString());
  }

  private List<String> offlineAdvice() {
    return List.of(
        "fetch them where there is a network, into this cache: emt lock --fetch" + template,
        "or bring them along: emt lock --vendor DIR" + template + ", then build with --vendor DIR");
  }

  private List<String> advice(List<DownloadException.Failure> failures) {
    String names =
        failures.stream()
            .map(each -> each.subject().split(" ", 2)[0])
            .collect(Collectors.joining(" "));
    return List.of(
        "take what the archives have now: emt lock --update" + template + " " + names,
        "or name a mirror that keeps what others drop: --mirror URL",
        "or a folder that \"emt lock --vendor\" filled while they were there: --vendor DIR");
  }
}
