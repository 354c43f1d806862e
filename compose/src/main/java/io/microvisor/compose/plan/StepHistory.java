package io.microvisor.compose.plan;

import io.microvisor.bytes.Digest;
import io.microvisor.bytes.Logins;
import io.microvisor.store.Actions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// What a step was made from when it was last made, to tell why it has to be made again. Nothing but that depends on it.
///
/// What is remembered is a line per fact, `<kind> <name>`, a tab, and the value, or its digest where it is long, has
/// several lines, or a login in it.
final class StepHistory {
  private static final int LONGEST_VALUE = 60;

  private final Actions memory;
  private final String plan;

  /// @param plan the plan's name: its builds are compared with each other
  StepHistory(Actions memory, String plan) {
    this.memory = memory;
    this.plan = plan;
  }

  /// Everything that a step depends on, by kind and name.
  ///
  /// @param identities of its inputs, by name
  static SortedMap<String, String> facts(Step step, Map<String, Digest> identities) {
    SortedMap<String, String> facts = new TreeMap<>();
    Fingerprint fingerprint = Fingerprint.of(step);
    fingerprint
        .versions()
        .byPart()
        .forEach((part, version) -> facts.put("version of " + part, version));
    fingerprint.parameters().forEach((name, value) -> facts.put("parameter " + name, shown(value)));
    identities.forEach((name, digest) -> facts.put("input " + name, digest.hex().substring(0, 12)));
    step.details().forEach((name, value) -> facts.put("detail " + name, shown(value)));
    return facts;
  }

  private static String shown(String value) {
    return value.length() <= LONGEST_VALUE
            && value.chars().noneMatch(c -> c < ' ')
            && Logins.hidden(value).equals(value)
        ? value
        : "(" + Digest.sha256(value).hex().substring(0, 12) + ")";
  }

  void remember(StepId step, SortedMap<String, String> facts) throws IOException {
    StringBuilder text = new StringBuilder();
    facts.forEach((name, value) -> text.append(name).append('\t').append(value).append('\n'));
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    boolean known = memory.find(key(step)).filter(old -> Arrays.equals(old, bytes)).isPresent();
    if (!known && bytes.length <= Actions.LARGEST_VALUE) {
      memory.put(key(step), bytes);
    }
  }

  /// What is another than last time, in words; details say more than the input they are of, which is then left out.
  List<String> changes(StepId step, SortedMap<String, String> now) throws IOException {
    Optional<byte[]> remembered = memory.find(key(step));
    if (remembered.isEmpty()) {
      return List.of("it was not made before");
    }
    SortedMap<String, String> before = new TreeMap<>();
    for (String line : new String(remembered.get(), StandardCharsets.UTF_8).lines().toList()) {
      int tab = line.indexOf('\t');
      if (tab >= 0) {
        before.put(line.substring(0, tab), line.substring(tab + 1));
      }
    }
    List<String> details = new ArrayList<>();
    List<String> others = new ArrayList<>();
    TreeSet<String> names = new TreeSet<>(before.keySet());
    names.addAll(now.keySet());
    for (String name : names) {
      Optional<String> old = Optional.ofNullable(before.get(name));
      Optional<String> fresh = Optional.ofNullable(now.get(name));
      if (!old.equals(fresh)) {
        (name.startsWith("detail ") ? details : others).add(words(name, old, fresh));
      }
    }
    List<String> all = details.isEmpty() ? others : details;
    return all.isEmpty() ? List.of("its result is no longer in the cache") : all;
  }

  private static String words(String name, Optional<String> old, Optional<String> fresh) {
    int blank = name.indexOf(' ');
    String subject = name.startsWith("detail ") ? name.substring(blank + 1) : name;
    if (name.startsWith("input ")) {
      return subject + (old.isEmpty() ? " added" : fresh.isEmpty() ? " removed" : " changed");
    }
    return old.isEmpty()
        ? subject + " added: " + fresh.orElseThrow()
        : fresh.isEmpty()
            ? subject + " removed"
            : subject + " changed: " + old.get() + " to " + fresh.get();
  }

  private Digest key(StepId step) {
    return Digest.sha256("step history 1\0" + plan + "\0" + step.name());
  }
}
