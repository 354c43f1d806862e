package io.microvisor.cli.lock;

import io.microvisor.packages.lock.LockDiff;
import io.microvisor.packages.lock.LockedPackage;
import io.microvisor.packages.lock.LockedRepository;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// How two locks differ, for people and for machines.
///
/// @param reasons why packages changed, by name, as far as that is known
record LockReport(LockDiff diff, Map<String, String> reasons) {
  /// Archives, wishes, packages, and a line that counts.
  void print(PrintWriter out) {
    diff.repositories().forEach(each -> out.println(each));
    diff.wishes().forEach(each -> out.println((each.isNew() ? "+ " : "- ") + each.input()));
    diff.lines(reasons).forEach(out::println);
    out.println(diff.isOfSamePackages() ? "the same packages" : diff.summary());
  }

  Map<String, Object> json() {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("same", diff.isEmpty());
    answer.put("repositories", diff.repositories().stream().map(LockReport::json).toList());
    answer.put("inputsAdded", inputs(true));
    answer.put("inputsRemoved", inputs(false));
    answer.put("added", diff.added().stream().map(this::named).toList());
    answer.put("removed", diff.removed().stream().map(this::named).toList());
    answer.put("changed", diff.changed().stream().map(this::json).toList());
    return answer;
  }

  private List<String> inputs(boolean isNew) {
    return diff.wishes().stream()
        .filter(each -> each.isNew() == isNew)
        .map(LockDiff.InputChange::input)
        .toList();
  }

  private Map<String, Object> named(LockedPackage each) {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("name", each.name());
    one.putAll(json(each));
    reason(each.name(), one);
    return one;
  }

  private static Map<String, Object> json(LockedPackage each) {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("version", each.version().toString());
    one.put("architecture", each.architecture());
    one.put("sha256", each.sha256().hex());
    one.put("size", each.size());
    one.put("origin", each.origin().origin());
    one.put("suite", each.origin().suite());
    one.put("component", each.origin().component());
    return one;
  }

  private Map<String, Object> json(LockDiff.Change change) {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("name", change.after().name());
    one.put("kind", change.kind().name().toLowerCase(Locale.ROOT));
    one.put("before", json(change.before()));
    one.put("after", json(change.after()));
    reason(change.after().name(), one);
    return one;
  }

  private void reason(String name, Map<String, Object> into) {
    if (reasons.containsKey(name)) {
      into.put("reason", reasons.get(name));
    }
  }

  private static Map<String, Object> json(LockDiff.RepositoryChange change) {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("before", change.before().stream().map(LockReport::json).toList());
    one.put("after", change.after().stream().map(LockReport::json).toList());
    return one;
  }

  private static Map<String, Object> json(LockedRepository each) {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("origin", each.origin());
    one.put("suite", each.suite());
    one.put("date", each.date().toString());
    one.put("signer", each.signer());
    return one;
  }
}
