package io.microvisor.compose.locking;

import io.microvisor.compose.problem.Code;
import io.microvisor.compose.problem.Place;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.template.Template;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.lock.LockDiff;
import io.microvisor.packages.lock.LockFile;
import java.util.ArrayList;
import java.util.List;

/// How a lock and its template differ: what a lock was made from against what the template says now.
///
/// @param differences what only one of them has
public record LockFit(List<LockDiff.InputChange> differences) {
  private static final String PACKAGE = "package ";

  public LockFit {
    differences = List.copyOf(differences);
  }

  /// Compares.
  public static LockFit of(Template template, Lock lock) {
    return new LockFit(LockDiff.inputs(lock.inputs(), PackageChoice.inputs(template)));
  }

  /// Whether the lock was made for what the template says.
  public boolean isExact() {
    return differences.isEmpty();
  }

  /// Whether nothing but wishes for packages changed, so that what the lock has may be kept.
  public boolean isAmendable() {
    return differences.stream().allMatch(each -> each.input().startsWith(PACKAGE));
  }

  /// The differences in words: `package htop added at hello.yaml:4:7`, `package nano removed`.
  public List<String> lines(Template template) {
    return differences.stream()
        .map(each ->
            each.isNew()
                ? each.input() + " added at " + PackageChoice.place(template, each.input())
                : each.input() + " removed")
        .toList();
  }

  /// The differences with their places, in the template or in the lock.
  ///
  /// @param lockName the lock's file, as the user would name it
  /// @param lockText its text
  public List<Problem> problems(Template template, String lockName, String lockText) {
    List<Problem> problems = new ArrayList<>();
    for (LockDiff.InputChange each : differences) {
      problems.add(
          each.isNew()
              ? Problem.of(
                  Code.STALE_LOCK,
                  PackageChoice.place(template, each.input()),
                  each.input() + ": not in " + lockName + " (expected: a lock made for it)")
              : Problem.of(
                  Code.STALE_LOCK,
                  new Place(lockName, LockFile.lineOf(lockText, each.input()), 1),
                  each.input()
                      + ": the template asks for it no more (expected: a lock made without it)"));
    }
    return problems;
  }
}
